"""The 92 figures printed in 6 RCNY 5-301, from both row files and from the tables as supplied."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from core.frames.bias_audit import PublishedColumns, audit_file, check_published_file
from core.metrics.bias_audit import BiasAuditResult
from core.metrics.bias_audit.published import Agreement
from tests.bias_audit.rule import AGGREGATE, ATTRIBUTES, SCORING, SELECTION, TABLES, Line, lines

TRUNCATED = ("scoring", "race_ethnicity", "Hispanic or Latino")  # 18 of 28, printed as 64.2 %
SUPPLIED_ONLY = ("selection", "race_ethnicity", "Hispanic or Latino")  # 408/204, which no row file gives


def as_printed(share: Fraction, like: str) -> str:
    """A share in the places of a printed figure, by the decimal module: half up."""
    number = Decimal(share.numerator) / Decimal(share.denominator) * (100 if "%" in like else 1)
    places = len(like.rstrip("%").partition(".")[2])
    return f"{number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)}" + ("%" if "%" in like else "")


def shown(result: BiasAuditResult, line: Line, classification: str = "") -> tuple[int, int, str, str]:
    table = result.table(line.axis, classification)
    row = table.row(line.category)
    ratio = table.exact_impact_ratio(row)
    assert row.exact_rate is not None
    assert ratio is not None
    return row.n, row.selected, as_printed(row.exact_rate, line.rate), as_printed(ratio, line.impact_ratio)


@pytest.fixture(scope="module")
def supplied() -> BiasAuditResult:
    return audit_file(TABLES, **ATTRIBUTES, **AGGREGATE, per="example")


@pytest.fixture(scope="module")
def by_rows() -> dict[str, BiasAuditResult]:
    return {
        "selection": audit_file(SELECTION, **ATTRIBUTES, selected="selected"),
        "scoring": audit_file(SCORING, **ATTRIBUTES, score="above_median"),
    }


@pytest.mark.parametrize("line", lines(), ids=lambda line: f"{line.example}, {line.category}")
def test_every_printed_figure_follows_from_the_supplied_tables(supplied: BiasAuditResult, line: Line) -> None:
    found = shown(supplied, line, line.example)

    rate = "64.3%" if (line.example, line.axis, line.category) == TRUNCATED else line.rate
    assert found == (line.n, line.counted, rate, line.impact_ratio)


@pytest.mark.parametrize(
    "line", [one for one in lines() if one[:3] != SUPPLIED_ONLY], ids=lambda line: f"{line.example}, {line.category}"
)
def test_every_printed_figure_but_one_line_follows_from_the_row_files(
    by_rows: dict[str, BiasAuditResult], line: Line
) -> None:
    found = shown(by_rows[line.example], line)

    rate = "64.3%" if (line.example, line.axis, line.category) == TRUNCATED else line.rate
    assert found == (line.n, line.counted, rate, line.impact_ratio)


def test_the_one_exception_is_truncated() -> None:
    share = Decimal(18) / Decimal(28) * 100

    assert share.quantize(Decimal("0.1"), ROUND_DOWN) == Decimal("64.2")
    assert share.quantize(Decimal("0.1"), ROUND_HALF_UP) == Decimal("64.3")


def test_the_race_table_that_disagrees_with_the_intersections_is_warned_of(supplied: BiasAuditResult) -> None:
    (warning,) = supplied.warnings

    assert warning.startswith("selection: Hispanic or Latino: the race/ethnicity table has 408 people, 204 of them")
    assert "395 and 172" in warning


def test_the_references_and_the_tie_are_named(supplied: BiasAuditResult) -> None:
    found = {(table.classification, table.axis.value): (table.reference, table.ties) for table in supplied.tables}

    assert found == {
        ("selection", "sex"): ("Male", ()),
        ("selection", "race_ethnicity"): ("White", ()),
        ("selection", "intersectional"): ("White × Male", ()),
        ("scoring", "sex"): ("Male", ()),
        ("scoring", "race_ethnicity"): ("Hispanic or Latino", ()),
        ("scoring", "intersectional"): ("Hispanic or Latino × Male", ("Native Hawaiian or Pacific Islander × Male",)),
    }


@pytest.mark.parametrize("counts", [AGGREGATE["selected"], None], ids=["with counts", "without counts"])
def test_the_checker_finds_91_of_92_figures_to_follow_and_the_one_truncated(counts: str | None) -> None:
    columns = PublishedColumns(
        **ATTRIBUTES,
        n="n_applicants",
        selected=counts,
        rate="printed_rate",
        impact_ratio="printed_impact_ratio",
        per="example",
    )

    check = check_published_file(TABLES, columns)

    assert len(check.figures) == 92
    assert [(one.category, one.figure, one.printed) for one in check.exceptions] == [
        ("Hispanic or Latino", "rate", "64.2%")
    ]
    assert check.exceptions[0].agreement is Agreement.TRUNCATED
    assert check.notes == ()
