"""Verdicts as a table that reads well in the log of a build: required clauses first, the worst on top."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from countersign_client.answers import Check, Run

WIDTH = 96
HEAD = ("verdict", "clause", "figure", "value", "95 % interval", "threshold")
FIGURE = 31
NOT_AVAILABLE = "n/a"
WORST_FIRST = {"fail": 0, "insufficient evidence": 1, "pass": 2}
SHORT = {"insufficient evidence": "insufficient"}


def verdict_table(run: Run) -> str:
    """The verdicts of a server's validation, why each that is no pass is none, and the outcome."""
    outcome = run["verdicts"]["outcome"] if run["verdicts"] else run["status"]
    return table(run["checks"], f"{run['run']}: {outcome}")


def table(checks: Sequence[Check], conclusion: str, further: Iterable[str] = ()) -> str:
    """The verdicts of checks wherever they come from; `further` lines stand before the conclusion."""
    required = [check for check in checks if check["required"]]
    advisory = [check for check in checks if not check["required"]]
    reasons = _reasons([*required, *advisory])
    blocks = [_section("Required", required), _section("Advisory", advisory), reasons, list(further), [conclusion]]
    return plain("\n\n".join("\n".join(block) for block in blocks if block))


def plain(text: str) -> str:
    """Text from files, safe to print: what a terminal would obey is shown as a replacement character."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def wrapped(text: str) -> str:
    """One paragraph within the width of a terminal."""
    return textwrap.fill(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False)


def _section(title: str, checks: Sequence[Check]) -> list[str]:
    rows = sorted(checks, key=lambda check: WORST_FIRST.get(check["verdict"], 0))
    return [title, _row(HEAD), *(line for check in rows for line in _lines(check))] if rows else []


def _lines(check: Check) -> Iterator[str]:
    """A line, or two where the subject has no room beside the metric."""
    interval, threshold = check["interval"], check["threshold"]
    name, *rest = _figure_words(check)
    yield _row(
        (
            SHORT.get(check["verdict"], check["verdict"]),
            check["clause"],
            name,
            _number(check["value"], 4),
            f"{_number(interval[0], 3)} to {_number(interval[1], 3)}" if interval else "",
            f"{check['direction']} {_number(threshold, 4)}" if threshold is not None else "",
        )
    )
    yield from (_row(("", "", more, "", "", "")) for more in rest)


def _figure_words(check: Check) -> list[str]:
    whole = ", ".join(filter(None, (check["metric"], plain(check["subject"]))))
    if len(whole) <= FIGURE:
        return [whole]
    return [check["metric"], *(f"  {line}" for line in textwrap.wrap(plain(check["subject"]), FIGURE - 2))]


def _row(cells: Sequence[str]) -> str:
    verdict, clause, figure, value, interval, threshold = cells
    return f"{verdict:<12}  {clause:<6}  {figure:<{FIGURE}}  {value:<7}  {interval:<17}  {threshold}".rstrip()


def _reasons(checks: Sequence[Check]) -> list[str]:
    """Why, worst first; a pass needs no reason."""
    told = sorted(checks, key=lambda check: WORST_FIRST.get(check["verdict"], 0))
    return [wrapped(f"{_name(check)}: {plain(check['reason'])}") for check in told if check["verdict"] != "pass"]


def _name(check: Check) -> str:
    return f"{check['metric']} ({plain(check['subject'])})" if check["subject"] else check["metric"]


def _number(value: float | None, digits: int) -> str:
    return NOT_AVAILABLE if value is None else f"{value:.{digits}g}"
