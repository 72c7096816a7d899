"""Every page of the example workspace, in both themes, judged by axe-core against WCAG 2.2 AA."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.launch import ROOT
from app.navigation import ACCOUNT, PAGES
from tests.browser.conftest import PATIENCE, Account, Live, Visit, Visitor, open_example
from tests.browser.steps import open_page, press
from tests.told import Told

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
JUDGE = """async only => (await axe.run(document, {runOnly: only, resultTypes: ['violations']}))
    .violations.flatMap(one => one.nodes.map(node => ({
        rule: one.id, impact: node.impact, at: node.target.join(' '), html: node.html.slice(0, 300),
        why: node.failureSummary,
    })))"""
EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # the rules that a theme can break
LOUD = ("serious", "critical")
PARTS = ("Summary", "Data+quality", "Performance", "Fairness", "Drift", "Reasons", "Robustness")
RECORDS = (
    "parts", "parts?kind=Prompts", "part?part=PR0001", "part?part=D0001", "part_new?kind=Workflows",
    "system?about=W0001", "profile?model=M0001", "parties?model=M0001", "versions?model=M0001", "edit?model=M0001",
)  # fmt: skip
ADDRESSES: Mapping[str, tuple[str, ...]] = {
    "developer": (
        "incidents", "incident?incident=IN0002", "incident?incident=IN0002&tab=Time+line",
        "incident?incident=IN0002&tab=Clocks", "incident_new?model=M0001",
        "my_work", "register", "register?model=M0002", "upload?model=M0002&version=1.1.0", "account", *RECORDS,
        "imports", "search?text=employment", "bulk_edit",
    ),
    "validator": (
        "inventory", "model?model=M0002&version=1.0.0&tab=Record", "model?model=M0002&version=1.0.0&tab=Evidence",
        "model?model=M0001&version=1.1.0&tab=Decisions", "model?model=M0001&version=1.1.0&tab=History",
        "incident?incident=IN0001&tab=Cause+and+actions", "incident?incident=IN0001&tab=Review", "actions",
        "actions?action=ACT0001",
        "data_classes", "data_classes?of=M0001", "data_classes?of=D0004", "retention",
        "processing", "processing?model=M0001", "processing?model=M0002&paper=assessment",
        "privacy", "outputs", "outputs?output=OR0001", "controls?model=M0001", "quarantine",
        "fairness?run=R0002", "findings", "finding?finding=F0001", "reviews", "review?review=RV0001",
        "comparison?run=R0003&against=R0001", *(f"report?run=R0003&part={part}" for part in PARTS),
    ),
    "owner": (
        "challenger?model=M0001", "challenger?comparison=CO0001", "rollback?decision=RB0001",
        "alerts", "alert?alert=AL0002",
        "stress_tests?model=M0001", "stress_test?test=ST0001",
        "monitoring", "monitored?model=M0001", "chunk?chunk=CH0048",
        "cycle", "coverage", "model_coverage?model=M0001&pack=gdpr", "packs", "pack?pack=sr-11-7", "pack?pack=sr-26-2",
        "coverage_item?model=M0001&pack=sr-26-2&item=MRM-18", "document?document=DOC0001", "templates",
        "documents?model=M0001&version=1.0.0&kind=risk+assessment", "production_data?model=M0001",
    ),
    "approver2": (
        "break_glass", "break_glass?access=BG0001", "grants", "access_drills",
    "access_reviews", "access_review?review=AR0001",
        "duties", "policies", "policy?policy=1", "policy?draft=PD0001", "exceptions", "approvals",
        "approval?change=CR0002", "subject_requests", "subject_request?request=SR0001",
        "approval?change=CR0001",
    ),
    "auditor": (
        "ledger", "ledger?about=nothing-of-this-name", "entry?index=12", "exports", "administration", "audits",
        "audit?audit=AU0002", "audit?audit=AU0002&tab=Fieldwork&item=M0002&criterion=sr-26-2+MRM-22",
        "audit?finding=AF0002", "audit_plan", "compliance", "compliance_check?check=documents-current",
        "anchors", "events", "event_batch?number=B0001", "event?id=inf-00010",
    ),
    "administrator": (
        "channels", "sessions", "service_accounts", "model_groups", "administration", "administration?person=P0002",
        "monitor_schedule",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Theirs:
    """A fault of Streamlit's own markup that a page cannot mend: rule, where, and why it is let pass."""

    rule: str
    within: str
    why: str


THEIRS: tuple[Theirs, ...] = ()

NOTHING_FADES = """() => document.getAnimations().every(one => one.playState !== 'running')
    && !document.querySelector('[data-stale="true"]')"""


@pytest.fixture(scope="module")
def example(told: Told, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Mapping[str, Account]]]:
    live, accounts = open_example(told, tmp_path_factory.mktemp("example"))
    yield live, accounts
    live.stop()


def signed_in(visit: Visit, live: Live, account: Account) -> Visitor:
    visitor = visit(live=live)
    visitor.expected_complaints = ("unsafe-eval",)  # axe compiles its own rules; our policy stops it, and it goes on
    visitor.sign_in(account)
    return visitor


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


def test_every_page_is_judged() -> None:
    judged = {address.partition("?")[0] for addresses in ADDRESSES.values() for address in addresses}

    assert judged == {page.address for page in (*PAGES, ACCOUNT)}


@pytest.mark.parametrize("person", ADDRESSES)
def test_pages_have_no_serious_fault(example: tuple[Live, Mapping[str, Account]], visit: Visit, person: str) -> None:
    live, accounts = example
    visitor = signed_in(visit, live, accounts[person])

    for address in ADDRESSES[person]:
        open_page(visitor, f"/{address}")

        assert faults(visitor) == [], address


def test_what_a_click_brings_has_no_serious_fault(example: tuple[Live, Mapping[str, Account]], visit: Visit) -> None:
    live, accounts = example
    uploads = signed_in(visit, live, accounts["developer"])
    open_page(uploads, "/upload?model=M0002&version=1.1.0")
    uploads.page.locator("input[type=file]").set_input_files(ROOT / "app/example/data/compas_for_aequitas.csv")
    expect(uploads.page.get_by_role("heading", name="What the columns mean")).to_be_visible(timeout=PATIENCE)
    uploads.settled()
    verifies = signed_in(visit, live, accounts["auditor"])
    open_page(verifies, "/ledger")
    press(verifies, "Verify all entries")

    assert faults(uploads) == []
    assert faults(verifies) == []


def test_the_way_in_has_no_serious_fault(example: tuple[Live, Mapping[str, Account]], visit: Visit) -> None:
    visitor = visit(live=example[0])
    visitor.expected_complaints = ("unsafe-eval",)
    open_page(visitor, "/")
    assert faults(visitor) == []

    visitor.page.get_by_role("button", name="Sign in").click()
    expect(visitor.page.get_by_label("Password")).to_be_visible(timeout=PATIENCE)

    assert faults(visitor) == []
