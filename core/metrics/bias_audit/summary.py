"""The summary that 6 RCNY 5-303 wants published: what it holds, what is still missing, and until when it counts."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.metrics.bias_audit.counts import Axis
from core.metrics.bias_audit.results import AxisTable, BiasAuditResult

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
POSTED_MONTHS, AUDIT_MONTHS = 6, 12  # 6 RCNY 5-303(c), 5-301(a)


class DataKind(StrEnum):
    """Whose data the audit used; 6 RCNY 5-302 binds all but the first to conditions."""

    HISTORICAL = "historical"
    POOLED = "pooled"
    TEST = "test"

    @property
    def words(self) -> str:
        """The kind as the rule calls it."""
        return {
            "historical": "historical data of this employer or employment agency",
            "pooled": "historical data of several employers or employment agencies",
            "test": "test data",
        }[self.value]


@dataclass(frozen=True)
class AuditFacts:
    """What no file of counts knows; empty or None where it was not given.

    `distribution_date` is the day on which the use of this tool began (6 RCNY 5-300); `latest_use` that of its latest
    use for a decision, None while it is in use.
    """

    tool: str = ""
    auditor: str = ""
    audit_date: date | None = None
    distribution_date: date | None = None
    data_source: str = ""
    data_explanation: str = ""
    data_kind: DataKind | None = None
    why_test_data: str = ""
    how_test_data: str = ""
    latest_use: date | None = None


@dataclass(frozen=True)
class MissingElement:
    """Something that the rule wants in the summary and that is not there."""

    element: str
    clause: str


@dataclass(frozen=True)
class PublishableSummary:
    """A bias audit with the facts around it, ready to be written out.

    `missing` is empty where every element of 5-303(a) is there. `usable_until` is the last day on which the tool may be
    used on this audit, `posted_until` the last on which the summary has to stay posted; None where no date gives them.
    """

    facts: AuditFacts
    result: BiasAuditResult
    missing: tuple[MissingElement, ...]
    reminders: tuple[str, ...]
    usable_until: date | None = None
    posted_until: date | None = None


def summarise(result: BiasAuditResult, facts: AuditFacts, *, on: date | None = None) -> PublishableSummary:
    """The summary of an audit; `on` is the day for which the age of the audit is judged, if it is.

    Sources: 6 RCNY 5-303(a) elements, (c) posting; 5-301(a) age; 5-302(b) test data; 5-301(d) excluded categories.
    """
    usable = _months_after(facts.audit_date, AUDIT_MONTHS) if facts.audit_date else None
    posted = _months_after(facts.latest_use, POSTED_MONTHS) if facts.latest_use else None
    return PublishableSummary(
        facts=facts,
        result=result,
        missing=(*_missing_facts(facts), *_missing_tables(result)),
        reminders=(_age(usable, on), _posting(facts, posted)),
        usable_until=usable,
        posted_until=posted,
    )


def day(value: date) -> str:
    """A date in words that no country reads otherwise: “6 May 2023”."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def _missing_facts(facts: AuditFacts) -> list[MissingElement]:
    wanted = [
        (facts.audit_date, "the date of the most recent bias audit", "6 RCNY 5-303(a)(1)"),
        (facts.data_source.strip(), "the source of the data", "6 RCNY 5-303(a)(1)"),
        (facts.data_explanation.strip(), "the explanation of the data", "6 RCNY 5-303(a)(1)"),
        (facts.distribution_date, "the distribution date of the tool", "6 RCNY 5-303(a)(2)"),
    ]
    if facts.data_kind is DataKind.TEST:
        wanted += [
            (facts.why_test_data.strip(), "why historical data were not used", "6 RCNY 5-302(b)"),
            (facts.how_test_data.strip(), "how the test data were generated and obtained", "6 RCNY 5-302(b)"),
        ]
    return [MissingElement(element, clause) for value, element, clause in wanted if not value]


def _missing_tables(result: BiasAuditResult) -> list[MissingElement]:
    clause = f"6 RCNY 5-303(a)(1), 5-301({'c)(4' if result.output == 'scoring' else 'b)(3'})"
    found = {table.axis for table in result.tables}
    absent = [
        MissingElement(f"the rates and impact ratios by {axis.words}", clause) for axis in Axis if axis not in found
    ]
    unfinished = [
        MissingElement(f"impact ratios by {_named(table)}: {table.reason}", clause)
        for table in result.tables
        if table.reason
    ]
    return [*absent, *unfinished]


def _named(table: AxisTable) -> str:
    return f"{table.axis.words} for {table.classification}" if table.classification else table.axis.words


def _age(usable: date | None, on: date | None) -> str:
    if usable is None:
        return "No use of the tool once more than one year has passed since the bias audit (6 RCNY 5-301(a))"
    if on is not None and on > usable:
        return (
            f"This bias audit could be relied on until {day(usable)}: on {day(on)} more than one year has passed, and "
            "the tool may not be used without a new one (6 RCNY 5-301(a))"
        )
    return f"This bias audit can be relied on until {day(usable)}, one year after its date (6 RCNY 5-301(a))"


def _posting(facts: AuditFacts, posted: date | None) -> str:
    rule = "stay posted for at least 6 months after the latest use of the tool for an employment decision"
    if posted is None or facts.latest_use is None:
        return f"This summary and the distribution date {rule} (6 RCNY 5-303(c))"
    until = f"that was {day(facts.latest_use)}, so until {day(posted)}"
    return f"This summary and the distribution date {rule}; {until} (6 RCNY 5-303(c))"


def _months_after(value: date, months: int) -> date:
    """The same day so many months later, or the last day of that month where it has no such day."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    return date(year, month + 1, min(value.day, monthrange(year, month + 1)[1]))
