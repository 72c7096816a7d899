"""What holds for any counts: order and scale change nothing, exclusion leaves the denominator, ties are whole."""

from dataclasses import replace
from fractions import Fraction
from math import isfinite
from statistics import median as middle_of
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from core.frames.bias_audit import audit_file
from core.metrics.bias_audit import (
    Agreement,
    Axis,
    BiasAuditResult,
    Count,
    Counts,
    PublishedRow,
    PublishedTable,
    audit,
    check_published,
)
from core.metrics.bias_audit.rounding import half_up

SEXES = st.sampled_from([None, "Male", "Female", "F", "x"])
RACES = st.sampled_from([None, "White", "Black", "African-American", "Asian", "Other", "Ωmega|<b>"])


@st.composite
def count(draw: st.DrawFn) -> Count:
    n = draw(st.integers(0, 3000) | st.integers(0, 3))
    return Count(draw(SEXES), draw(RACES), n, draw(st.integers(0, n)))


COUNTS = st.builds(
    lambda rows, aggregate: Counts(tuple(rows), tuple(Axis), aggregate=aggregate),
    st.lists(count(), max_size=12),
    st.booleans(),
)
EXCLUSIONS = st.sampled_from([{}, {"exclude_below": 0.02, "because": "few people"}])


@settings(max_examples=80, deadline=None)
@given(COUNTS, EXCLUSIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(counts: Counts, exclusion: dict, random: object) -> None:
    rows = list(counts.rows)
    random.shuffle(rows)  # type: ignore[attr-defined]

    assert audit(replace(counts, rows=tuple(rows)), **exclusion) == audit(counts, **exclusion)


@settings(max_examples=60, deadline=None)
@given(COUNTS, EXCLUSIONS, st.integers(2, 1000))
def test_a_multiple_of_every_count_changes_no_rate_and_no_ratio(counts: Counts, exclusion: dict, times: int) -> None:
    rows = tuple(replace(row, n=row.n * times, selected=row.selected * times) for row in counts.rows)

    one, many = audit(counts, **exclusion), audit(replace(counts, rows=rows), **exclusion)

    for table, multiple in zip(one.tables, many.tables, strict=True):
        assert (table.reference, table.ties, table.reason) == (multiple.reference, multiple.ties, multiple.reason)
        assert [(row.category, row.rate, row.impact_ratio, row.excluded) for row in table.rows] == [
            (row.category, row.rate, row.impact_ratio, row.excluded) for row in multiple.rows
        ]


@settings(max_examples=80, deadline=None)
@given(COUNTS, EXCLUSIONS)
def test_every_ratio_is_against_the_highest_included_rate_and_every_tie_is_named(
    counts: Counts, exclusion: dict
) -> None:
    for table in audit(counts, **exclusion).tables:
        included = {row.category: Fraction(row.selected, row.n) for row in table.rows if row.n and not row.excluded}
        highest = max(included.values(), default=Fraction(0))
        best = {category for category, rate in included.items() if rate == highest and highest}
        assert ({table.reference, *table.ties} - {None}) == best
        for row in table.rows:
            expected = float(included[row.category] / highest) if row.category in included and highest else None
            assert row.impact_ratio == expected
            assert (row.impact_ratio is None) == bool(row.reason)


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_only_categories_under_two_per_cent_are_left_out_and_they_hold_no_denominator(counts: Counts) -> None:
    for table in audit(counts, exclude_below=0.02, because="few").tables:
        for row in table.rows:
            assert row.excluded == (0 < 50 * row.n < table.people)
            assert not row.excluded or row.category not in {table.reference, *table.ties}


@settings(max_examples=60, deadline=None)
@given(COUNTS)
def test_everybody_is_in_a_row_or_counted_as_unknown(counts: Counts) -> None:
    result = audit(replace(counts, aggregate=False))

    people = sum(row.n for row in counts.rows)
    assert result.rows == people
    assert all(table.people + table.unknown == people for table in result.tables)


@settings(max_examples=40, deadline=None)
@given(COUNTS, EXCLUSIONS)
def test_a_result_is_finite_and_reads_back_as_it_was(counts: Counts, exclusion: dict) -> None:
    result = audit(counts, **exclusion)
    adapter = TypeAdapter(BiasAuditResult)

    assert adapter.validate_json(adapter.dump_json(result)) == result
    assert all(isfinite(figure.value) for figure in result.figures if figure.value is not None)
    assert all((figure.value is None) == bool(figure.reason) for figure in result.figures)


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.integers(0, 4), st.booleans(), st.booleans())
def test_figures_printed_by_the_formula_follow_whether_counts_are_printed_or_not(
    counts: Counts, places: int, with_counts: bool, in_per_cent: bool
) -> None:
    tables = []
    for table in audit(counts).tables:
        rows = tuple(
            PublishedRow(
                row.category,
                row.n,
                row.selected if with_counts else None,
                ""
                if row.exact_rate is None
                else f"{half_up(row.exact_rate * 100, places)} %"
                if in_per_cent
                else half_up(row.exact_rate, places),
                "" if (ratio := table.exact_impact_ratio(row)) is None else half_up(ratio, places),
            )
            for row in table.rows
        )
        tables.append(PublishedTable(table.axis.value, rows))

    check = check_published(tables)

    assert check.exceptions == ()
    assert not with_counts or {figure.agreement for figure in check.figures} <= {Agreement.ROUNDED}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([0.0, -0.0, 5e-324]), min_size=1))
def test_the_scores_counted_are_those_strictly_above_the_median(scores: list[float]) -> None:
    with TemporaryDirectory() as folder:
        pq.write_table(pa.table({"sex": ["Male"] * len(scores), "s": pa.array(scores, "float64")}), f"{folder}/rows")

        result = audit_file(f"{folder}/rows", sex="sex", score="s")

    exact = middle_of(Fraction(score) for score in scores)
    assert result.median == float(exact)
    assert result.table("sex").rows[0].selected == sum(Fraction(score) > exact for score in scores)
