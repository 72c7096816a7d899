"""The publishable summary: every element of 6 RCNY 5-303, the dates that follow, and text that stays text."""

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from pydantic import TypeAdapter

from core.metrics.bias_audit import (
    AuditFacts,
    Axis,
    BiasAuditResult,
    Count,
    Counts,
    DataKind,
    Output,
    PublishableSummary,
    as_markdown,
    as_page,
    audit,
    summarise,
)

FACTS = AuditFacts(
    tool="Screener",
    auditor="Ann Auditor",
    audit_date=date(2026, 3, 1),
    distribution_date=date(2025, 5, 6),
    data_source="Applicant tracking system",
    data_explanation="All applicants of 2025",
    data_kind=DataKind.HISTORICAL,
)
HOSTILE = "<script>alert(1)</script>|`x`\n# y\x1b[2J"


def an_audit(race: str = "White") -> BiasAuditResult:
    rows = (
        Count("Male", race, 900, 450),
        Count("Female", "Asian", 90, 27),
        Count("Female", race, 10, 9),
        Count(None, "Asian", 4, 1),
    )
    return audit(Counts(rows, tuple(Axis)), exclude_below=0.02, because="Ten people only")


def missing(facts: AuditFacts, result: BiasAuditResult | None = None) -> list[tuple[str, str]]:
    return [(one.element, one.clause) for one in summarise(result or an_audit(), facts).missing]


def test_with_every_element_nothing_is_missing() -> None:
    assert missing(FACTS) == []


@pytest.mark.parametrize(
    ("lacking", "element", "clause"),
    [
        (replace(FACTS, audit_date=None), "the date of the most recent bias audit", "6 RCNY 5-303(a)(1)"),
        (replace(FACTS, data_source=" "), "the source of the data", "6 RCNY 5-303(a)(1)"),
        (replace(FACTS, data_explanation=""), "the explanation of the data", "6 RCNY 5-303(a)(1)"),
        (replace(FACTS, distribution_date=None), "the distribution date of the tool", "6 RCNY 5-303(a)(2)"),
        (
            replace(FACTS, data_kind=DataKind.TEST, how_test_data="By hand"),
            "why historical data were not used",
            "6 RCNY 5-302(b)",
        ),
        (
            replace(FACTS, data_kind=DataKind.TEST, why_test_data="New"),
            "how the test data were generated and obtained",
            "6 RCNY 5-302(b)",
        ),
    ],
)
def test_each_missing_element_is_named_with_its_clause(lacking: AuditFacts, element: str, clause: str) -> None:
    assert missing(lacking) == [(element, clause)]
    assert f"{element[0].upper()}{element[1:]} ({clause})." in as_page(summarise(an_audit(), lacking))


def test_a_table_that_is_not_there_or_compares_nothing_is_missing() -> None:
    sexes = Counts((Count("Male", None, 5, 1), Count("Female", None, 5, 0)), (Axis.SEX,))
    alone = Counts((Count("Male", None, 5, 1),), (Axis.SEX,), Output.SCORING)

    assert [element for element, _ in missing(FACTS, audit(sexes))] == [
        "the rates and impact ratios by race/ethnicity",
        "the rates and impact ratios by intersection of race/ethnicity and sex",
    ]
    assert ("impact ratios by sex: Only Male can be compared", "6 RCNY 5-303(a)(1), 5-301(c)(4)") in missing(
        FACTS, audit(alone)
    )


@pytest.mark.parametrize("render", [as_markdown, as_page])
def test_every_element_stands_in_the_summary(render: object) -> None:
    text = render(summarise(an_audit(), FACTS))  # type: ignore[operator]

    for element in (
        "1 March 2026",
        "6 May 2025",
        "Applicant tracking system",
        "All applicants of 2025",
        "historical data of this employer",
        "sex is unknown, left out of the sex categories: 4.",
        "sex or race/ethnicity is unknown, left out of the intersectional categories: 4.",
        "1.00 % of the people, less than 2 %. Ten people only.",
        "90.0 %",
        "excluded",
        "0.600",
        "impact ratios against White × Male",
    ):
        assert element in text


@pytest.mark.parametrize(
    ("audited", "until"),
    [
        (date(2026, 3, 1), date(2027, 3, 1)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 12, 31), date(2026, 12, 31)),
    ],
)
def test_an_audit_counts_for_one_year(audited: date, until: date) -> None:
    facts = replace(FACTS, audit_date=audited)

    on_the_day = summarise(an_audit(), facts, on=until)
    day_after = summarise(an_audit(), facts, on=date.fromordinal(until.toordinal() + 1))

    assert on_the_day.usable_until == until
    assert on_the_day.reminders[0].startswith("This bias audit can be relied on until")
    assert "more than one year has passed, and the tool may not be used" in day_after.reminders[0]


@pytest.mark.parametrize(
    ("used", "until"),
    [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2025, 8, 31), date(2026, 2, 28)),
    ],
)
def test_a_summary_stays_posted_for_six_months_after_the_latest_use(used: date, until: date) -> None:
    summary = summarise(an_audit(), replace(FACTS, latest_use=used))

    assert summary.posted_until == until
    assert f"so until {until.day} " in summary.reminders[1]


def test_while_the_tool_is_in_use_the_posting_has_no_end() -> None:
    summary = summarise(an_audit(), FACTS)

    assert summary.posted_until is None
    assert "at least 6 months after the latest use" in summary.reminders[1]


class Page(HTMLParser):
    """Collects what a reader's browser would be told."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_hostile_text_runs_nowhere_and_loads_nothing() -> None:
    facts = replace(FACTS, tool=HOSTILE, auditor=HOSTILE, data_source=HOSTILE, data_explanation=HOSTILE)

    page = Page(as_page(summarise(an_audit(race=HOSTILE), facts)))

    assert not {"script", "img", "iframe", "link", "a", "form"} & set(page.tags)
    assert not {"src", "href", "onclick", "style"} & {name for name, _ in page.attributes}


def test_every_table_has_a_caption_and_headings_and_is_reached_by_keyboard() -> None:
    page = Page(as_page(summarise(an_audit(), FACTS)))

    assert page.tags.count("table") == page.tags.count("caption") == 3
    assert page.attributes.count(("tabindex", "0")) == 3
    assert page.attributes.count(("scope", "col")) == 15
    assert page.attributes.count(("scope", "row")) == 7
    assert ("lang", "en") in page.attributes
    assert page.tags.count("h1") == 1


def test_hostile_text_makes_no_row_no_heading_and_no_markup_in_markdown() -> None:
    plain, hostile = (
        as_markdown(summarise(an_audit(race=race), replace(FACTS, data_source=race))) for race in ("White", HOSTILE)
    )

    assert "<script>" not in hostile.replace("\\<", "").replace("\\>", "")
    assert "\x1b" not in hostile
    assert sum(line.startswith("#") for line in hostile.splitlines()) == sum(
        line.startswith("#") for line in plain.splitlines()
    )
    assert [line.replace("\\|", "").count("|") for line in hostile.splitlines() if line.startswith("|")] == [
        line.count("|") for line in plain.splitlines() if line.startswith("|")
    ]


def test_a_summary_reads_back_from_json_as_it_was() -> None:
    summary = summarise(an_audit(), FACTS)
    adapter = TypeAdapter(PublishableSummary)

    assert adapter.validate_json(adapter.dump_json(summary)) == summary
