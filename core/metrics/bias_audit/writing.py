"""A publishable summary as headings, sentences and tables, the same for every renderer."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.metrics.bias_audit.counts import Axis, Output
from core.metrics.bias_audit.labels import persons
from core.metrics.bias_audit.results import AxisTable, BiasAuditResult, CategoryRow
from core.metrics.bias_audit.rounding import half_up, percent
from core.metrics.bias_audit.summary import PublishableSummary, day

NOTHING = "–"
NOT_GIVEN = "not given"
HEADING = {
    Axis.SEX: "Sex categories",
    Axis.RACE_ETHNICITY: "Race/ethnicity categories",
    Axis.INTERSECTIONAL: "Intersectional categories",
}
ROUNDING = (
    "Rates and impact ratios are computed from the counts, unrounded, and rounded half up where they are shown. "
    "Impact ratio: the rate of a category over the highest rate among the categories included (6 RCNY 5-300)."
)


@dataclass(frozen=True)
class TableBlock:
    """A table with its caption; the first cell of a row is its heading, the other columns are numbers."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Part:
    """A heading with what stands under it: tables, then sentences."""

    heading: str
    tables: tuple[TableBlock, ...] = ()
    sentences: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()  # a name and what it is


@dataclass(frozen=True)
class Document:
    """The whole summary in reading order."""

    title: str
    parts: tuple[Part, ...]


def document_of(summary: PublishableSummary) -> Document:
    """What is missing first, then the facts, the tables, whom they leave out, and how long the summary counts."""
    tool = summary.facts.tool.strip() or "an automated employment decision tool"
    missing = tuple(f"{_sentence(one.element)} ({one.clause})." for one in summary.missing)
    result = summary.result
    return Document(
        title=f"Bias audit of {tool}: summary of results",
        parts=(
            *([Part("Not ready to publish: missing", sentences=missing)] if missing else []),
            Part("About this audit", terms=tuple(_terms(summary))),
            *(_table_part(result, table) for table in result.tables),
            Part("People of unknown category", sentences=tuple(_unknown(result))),
            Part("How this was computed", sentences=tuple(_how(result))),
            Part("How long this counts", sentences=tuple(f"{reminder}." for reminder in summary.reminders)),
        ),
    )


def _terms(summary: PublishableSummary) -> Iterable[tuple[str, str]]:
    facts = summary.facts
    yield "Date of the most recent bias audit", day(facts.audit_date) if facts.audit_date else NOT_GIVEN
    yield "Distribution date of the tool", day(facts.distribution_date) if facts.distribution_date else NOT_GIVEN
    if facts.auditor.strip():
        yield "Independent auditor", facts.auditor.strip()
    yield "Source of the data", facts.data_source.strip() or NOT_GIVEN
    yield "Explanation of the data", facts.data_explanation.strip() or NOT_GIVEN
    if facts.data_kind:
        yield "Kind of data", facts.data_kind.words
    for name, text in (
        ("Why historical data were not used", facts.why_test_data.strip()),
        ("How the test data were generated and obtained", facts.how_test_data.strip()),
    ):
        if text:
            yield name, text


def _table_part(result: BiasAuditResult, table: AxisTable) -> Part:
    group = f"{table.classification}: " if table.classification else ""
    name = f"{group}{HEADING[table.axis]}"
    counted = "Above the median" if result.output is Output.SCORING else "Selected"
    if result.output is Output.CLASSIFICATION:
        counted = "Assigned"
    head = ("Category", "Applicants or candidates", counted, _sentence(result.output.rate), "Impact ratio")
    block = TableBlock(_caption(name, table), head, tuple(_row(table, row) for row in table.rows))
    excluded = (f"{row.category}: {row.reason.rstrip('.')}." for row in table.rows if row.excluded)
    reason = [f"No comparison: {table.reason}."] if table.reason else []
    return Part(name, tables=(block,) if table.rows else (), sentences=(*reason, *excluded))


def _caption(name: str, table: AxisTable) -> str:
    ties = f", tied with {', '.join(table.ties)}" if table.ties else ""
    against = f"; impact ratios against {table.reference}{ties}" if table.reference else ""
    return f"{name}{against}"


def _row(table: AxisTable, row: CategoryRow) -> tuple[str, ...]:
    share, impact = row.exact_rate, table.exact_impact_ratio(row)
    return (
        row.category,
        f"{row.n:,}",
        f"{row.selected:,}",
        NOTHING if share is None else percent(share),
        "excluded" if row.excluded else NOTHING if impact is None else half_up(impact, 3),
    )


def _unknown(result: BiasAuditResult) -> Iterable[str]:
    for table in result.tables:
        group = f" ({table.classification})" if table.classification else ""
        by = "sex or race/ethnicity" if table.axis is Axis.INTERSECTIONAL else table.axis.words
        yield (
            f"People assessed whose {by} is unknown, left out of the {HEADING[table.axis].lower()}{group}: "
            f"{table.unknown:,}."
        )


def _how(result: BiasAuditResult) -> Iterable[str]:
    yield ROUNDING
    if result.median is not None:
        yield (
            f"The median score of the full sample of {persons(result.rows)}, those of unknown category included, is "
            f"{result.median:g}. The scoring rate is the share of a category strictly above it."
        )
    if result.output is Output.CLASSIFICATION:
        yield "The selection rate is the share of a category that the tool assigned the classification."
    for one in result.normalised:
        yield f"The label “{one.written}” was read as {one.category} ({persons(one.n)})."
    for warning in result.warnings:
        yield f"{warning.rstrip('.')}."


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
