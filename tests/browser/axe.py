"""What axe-core finds on a page in both themes, judged against WCAG 2.2 AA."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.browser.conftest import Visitor

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
JUDGE = """async only => (await axe.run(document, {runOnly: only, resultTypes: ['violations']}))
    .violations.flatMap(one => one.nodes.map(node => ({
        rule: one.id, impact: node.impact, at: node.target.join(' '), html: node.html.slice(0, 300),
        why: node.failureSummary,
    })))"""
EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # the rules that a theme can break
LOUD = ("serious", "critical")


@dataclass(frozen=True)
class Theirs:
    """A fault of Streamlit's own markup that a page cannot mend: rule, where, and why it is let pass."""

    rule: str
    within: str
    why: str


THEIRS: tuple[Theirs, ...] = ()

NOTHING_FADES = """() => document.getAnimations().every(one => one.playState !== 'running')
    && !document.querySelector('[data-stale="true"]')"""


def faults(visitor: Visitor) -> list[str]:
    """What axe finds on the page as it stands, then in the other theme, in words, but for Streamlit's own."""
    found = judged(visitor, EVERYTHING)
    visitor.dark = not visitor.dark
    return found + judged(visitor, OF_COLOUR)


def judged(visitor: Visitor, only: Mapping[str, object]) -> list[str]:
    """The loud violations of these rules."""
    visitor.page.wait_for_function(NOTHING_FADES)  # a page that is being drawn again fades what is about to change
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE)
    theme = "dark" if visitor.dark else "light"
    return [
        f"{theme}: {one['rule']} ({one['impact']}) at {one['at']}: {one['html']} {one['why']}"
        for one in visitor.page.evaluate(JUDGE, only)
        if one["impact"] in LOUD
        and not any(one["rule"] == known.rule and known.within in one["html"] for known in THEIRS)
    ]
