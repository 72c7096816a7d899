"""An explanation as JSON in full precision, and as tables that read in a terminal of 96 columns."""

import json
import textwrap
from collections.abc import Sequence

from pydantic import TypeAdapter

from app.cli.assess.reading import plain
from app.cli.assess.requiring import Required, figure_json, figure_line, verdict_json
from app.cli.columns import columns_of
from core.metrics.explanation import ExplanationResult, Importance, ProxyScreen, ReasonsByGroup
from core.metrics.figure import Figure
from core.metrics.intervals import Interval
from core.metrics.verdicts import Judgement

WIDTH = 96
SHOWN = 15
NAME_WIDTH = 32
FIGURES = ("figure", "value", "95 %", "n", "", "")
Verdicts = Sequence[tuple[Required, Figure, Judgement]]


def as_json(found: ExplanationResult, verdicts: Verdicts) -> str:
    """Where the reasons come from, the figures, everything found, and the verdicts."""
    document = {
        "source": found.source.value if found.source else None,
        "surrogate": found.surrogate,
        "rows": found.rows,
        "figures": [figure_json(figure) for figure in found.figures],
        "result": TypeAdapter(ExplanationResult).dump_python(found, mode="json"),
        "verdicts": [verdict_json(*one) for one in verdicts],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def as_table(found: ExplanationResult, verdicts: Verdicts) -> str:
    """Features by importance, groups, the last version, proxies; then the figures, notes and verdicts."""
    lines = [
        *_importances(found),
        *(line for group in found.groups for line in _groups(group)),
        *_comparison(found),
        *(line for screen in found.screens for line in _screen(screen)),
        "Figures",
        *figure_lines(found.figures),
        *wrapped(found.notes),
        *verdict_lines(verdicts),
    ]
    return plain("\n".join(lines))


def figure_lines(figures: Sequence[Figure]) -> list[str]:
    """Figures with a value as a table, and below it why the others are not available."""
    known = [figure for figure in figures if figure.value is not None]
    lines = columns_of([FIGURES[:4], *(_figure(figure) for figure in known)]) if known else []
    missing = [
        f"{figure_line(figure)[0]} is not available. {figure.reason}." for figure in figures if figure not in known
    ]
    return [*lines, *wrapped(missing)]


def verdict_lines(verdicts: Verdicts) -> list[str]:
    """One line for each threshold."""
    return ["", *wrapped([f"{one.verdict.value}: {figure.metric} {one.reason}" for _, figure, one in verdicts])][
        : None if verdicts else 0
    ]


def wrapped(sentences: Sequence[str]) -> list[str]:
    """Sentences folded to the width of the page."""
    return [line for sentence in sentences for line in textwrap.wrap(sentence, WIDTH)]


def cut(name: str, width: int = NAME_WIDTH) -> str:
    """A name no wider than its column."""
    return name if len(name) <= width else name[: width - 1] + "…"


def span(interval: Interval | None) -> str:
    """An interval in four digits."""
    return f"{interval.low:.4g} to {interval.high:.4g}" if interval else ""


def number(value: float | None) -> str:
    """A number in four digits, or that there is none."""
    return "n/a" if value is None else f"{value:.4g}"


def _figure(figure: Figure) -> tuple[str, ...]:
    name, value, interval, n, *_ = figure_line(figure)
    return cut(name, 44), value, interval, n


def _importances(found: ExplanationResult) -> list[str]:
    if not found.importances:
        return [*wrapped([f"Importances are not available. {found.importances_reason}."]), ""]
    title = f"Importance of {len(found.importances)} features, {found.source.value if found.source else ''}"
    if found.surrogate and found.model:
        title += f" of {found.model.measure.replace('_', ' ')} {number(found.model.fidelity)}, not the model itself"
    head = ("rank", "feature", "importance", "95 %", "signed", "share")
    return [title, *columns_of([head, *(_importance(one) for one in found.importances[:SHOWN])]), *_more(found), ""]


def _importance(one: Importance) -> tuple[str, ...]:
    interval, signed, share = span(one.interval), number(one.signed), number(one.share)
    return str(one.rank), cut(one.feature), number(one.importance), interval, signed, share


def _more(found: ExplanationResult) -> list[str]:
    rest = len(found.importances) - SHOWN
    return [f"and {rest} more"] if rest > 0 else []


def _groups(found: ReasonsByGroup) -> list[str]:
    if not found.groups:
        return [*wrapped([f"Reasons by {found.attribute} are not available. {found.reason}."]), ""]
    lines = [
        (cut(group.value), f"{group.n:,}", cut(", ".join(group.top()), 48) + ("" if group.judged else " (few cases)"))
        for group in found.groups
    ]
    least = f"Least alike: {' and '.join(found.least_alike)}" if found.least_alike else f"{found.reason}."
    return [f"Reasons by {found.attribute}", *columns_of([("group", "n", "foremost"), *lines]), *wrapped([least]), ""]


def _comparison(found: ExplanationResult) -> list[str]:
    if found.comparison is None:
        return []
    one = found.comparison
    facts = [
        f"Against the last version: {one.common} features in common, Spearman {number(one.spearman)}, "
        f"Kendall {number(one.kendall)}, {number(one.overlap)} of the first {one.top} shared.",
        *([f"Appeared: {', '.join(one.appeared[:10])}."] if one.appeared else []),
        *([f"Disappeared: {', '.join(one.disappeared[:10])}."] if one.disappeared else []),
    ]
    changes = [(cut(change.feature), number(change.before), number(change.now)) for change in one.changes]
    table = columns_of([("feature", "share before", "now"), *changes]) if changes else []
    return [*wrapped(facts), *table, ""]


def _screen(found: ProxyScreen) -> list[str]:
    title = f"Do the inputs tell {found.attribute}? "
    if found.auc is None:
        return [*wrapped([f"{title}Not available. {found.reason}."]), ""]
    title += f"AUC {number(found.auc)} ({span(found.interval)}), 0.5 is chance; {found.n:,} rows"
    among = [f"{found.attribute} is itself an input of the model."] if found.among_features else []
    rows = [(cut(one.feature), one.measure.replace("_", " "), number(one.association)) for one in found.proxies[:5]]
    return [*wrapped([title, *among]), *(columns_of([("closest inputs", "measure", ""), *rows]) if rows else []), ""]
