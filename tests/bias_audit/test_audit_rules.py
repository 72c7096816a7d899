"""What 6 RCNY 5-300 to 5-301 ask of an audit: exclusion, unknown categories, ties, classifications, labels."""

import pytest
from pydantic import TypeAdapter

from core.errors import Refused
from core.metrics.bias_audit import Axis, BiasAuditResult, Count, Counts, Output, audit
from core.metrics.verdicts import Verdict

ALL = tuple(Axis)


def people(*rows: tuple[str | None, str | None, int, int], axes: tuple[Axis, ...] = ALL) -> Counts:
    """Rows of (sex, race/ethnicity, n, selected)."""
    return Counts(tuple(Count(*row) for row in rows), axes)


def by_race(**races: tuple[int, int]) -> Counts:
    """Race to (n, selected)."""
    rows = tuple(Count(None, race, n, selected) for race, (n, selected) in races.items())
    return Counts(rows, (Axis.RACE_ETHNICITY,))


def ratios(result: BiasAuditResult, axis: Axis = Axis.RACE_ETHNICITY) -> dict[str, float | None]:
    return {row.category: row.impact_ratio for row in result.table(axis).rows}


def test_a_category_under_two_per_cent_stays_unless_the_auditor_leaves_it_out() -> None:
    counts = by_race(White=(900, 450), Asian=(90, 27), Black=(10, 9))

    result = audit(counts)

    assert result.table(Axis.RACE_ETHNICITY).reference == "Black or African American"
    assert ratios(result)["White"] == pytest.approx(0.5 / 0.9)
    assert any("under 2 %" in warning for warning in result.warnings)


def test_an_excluded_category_shows_its_rate_and_leaves_the_denominator() -> None:
    counts = by_race(White=(900, 450), Asian=(90, 27), Black=(10, 9))

    table = audit(counts, exclude_below=0.02, because="Ten people").table(Axis.RACE_ETHNICITY)

    left_out = table.row("Black or African American")
    assert (left_out.n, left_out.rate, left_out.impact_ratio, left_out.excluded) == (10, 0.9, None, True)
    assert left_out.reason.endswith("1.00 % of the people, less than 2 %. Ten people")
    assert (table.reference, table.row("White").impact_ratio) == ("White", 1.0)
    assert table.row("Asian").impact_ratio == 0.6


def test_exactly_two_per_cent_is_not_less_than_two_per_cent() -> None:
    counts = by_race(White=(98, 49), Asian=(2, 2))

    result = audit(counts, exclude_below=0.02, because="few")

    assert not any(row.excluded for row in result.table(Axis.RACE_ETHNICITY).rows)


@pytest.mark.parametrize(
    ("below", "because", "codes"),
    [
        (0.02, "", ["exclusion_without_reason"]),
        (0.02, "  ", ["exclusion_without_reason"]),
        (0.021, "few", ["exclusion_too_wide"]),
        (0.5, "", ["exclusion_too_wide", "exclusion_without_reason"]),
        (0.0, "few", ["exclusion_too_wide"]),
    ],
)
def test_an_exclusion_beyond_the_rule_or_without_a_justification_is_refused(
    below: float, because: str, codes: list[str]
) -> None:
    with pytest.raises(Refused) as refused:
        audit(by_race(White=(98, 49), Asian=(2, 2)), exclude_below=below, because=because)

    assert [refusal.code for refusal in refused.value.refusals] == codes
    assert {refusal.clause for refusal in refused.value.refusals} == {"6 RCNY 5-301(d)"}


def test_people_of_unknown_category_are_counted_by_axis_and_left_out_there_only() -> None:
    counts = people(
        ("Male", "White", 50, 25),
        ("Female", "Asian", 40, 10),
        ("Male", None, 7, 7),
        (None, "Asian", 5, 0),
        (None, None, 3, 3),
    )

    result = audit(counts)

    assert {table.axis.value: table.unknown for table in result.tables} == {
        "sex": 8,
        "race_ethnicity": 10,
        "intersectional": 15,
    }
    assert result.table("sex").row("Male").n == 57
    assert result.table("race_ethnicity").row("Asian").n == 45
    assert result.table("intersectional").row("White × Male").n == 50
    assert result.rows == 105
    assert [figure.value for figure in result.figures if figure.metric == "unknown_share"] == [
        8 / 105,
        10 / 105,
        15 / 105,
    ]


def test_a_listed_word_means_unknown_and_an_unlisted_one_is_warned_of() -> None:
    counts = by_race(White=(90, 45), Asian=(90, 40), Unknown=(9, 9))

    unlisted, listed = audit(counts), audit(counts, unknown=[" UNKNOWN "])

    assert "Unknown" in ratios(unlisted)
    assert any(warning.startswith("“Unknown”: counted as a category") for warning in unlisted.warnings)
    assert list(ratios(listed)) == ["White", "Asian"]
    assert listed.table(Axis.RACE_ETHNICITY).unknown == 9


def test_spellings_become_eeo_1_categories_on_record_and_add_up() -> None:
    counts = Counts(
        tuple(
            Count(None, label, n, 5)
            for label, n in (
                ("Black", 10),
                ("African-American", 20),
                ("Black or African American (Not Hispanic or Latino)", 30),
                ("Caucasian", 40),
                ("Other", 50),
            )
        ),
        (Axis.RACE_ETHNICITY,),
    )

    result = audit(counts)

    assert [(row.category, row.n, row.selected) for row in result.table(Axis.RACE_ETHNICITY).rows] == [
        ("White", 40, 5),
        ("Black or African American", 60, 15),
        ("Other", 50, 5),
    ]
    assert [(one.written, one.category, one.n) for one in result.normalised] == [
        ("Caucasian", "White", 40),
        ("African-American", "Black or African American", 20),
        ("Black", "Black or African American", 10),
        ("Black or African American (Not Hispanic or Latino)", "Black or African American", 30),
    ]
    assert any(warning.startswith("“Other”: no EEO-1 category") for warning in result.warnings)


@pytest.mark.parametrize(
    ("label", "category"),
    [
        ("Non-Hispanic White", "White"),
        ("White, not Hispanic or Latino", "White"),
        ("HISPANIC/LATINO", "Hispanic or Latino"),
        ("American Indian or Alaska Native", "Native American or Alaska Native"),
        ("Asian/Pacific Islander", "Asian/Pacific Islander"),
        ("Not Hispanic or Latino", "Not Hispanic or Latino"),
        ("W", "W"),
    ],
)
def test_a_label_that_may_mean_several_categories_is_kept_as_written(label: str, category: str) -> None:
    result = audit(by_race(**{label: (10, 5), "Two or More Races": (10, 4)}))

    assert category in ratios(result)
    assert bool(result.normalised) == (label != category)


def test_labels_stay_as_written_where_that_is_asked_for() -> None:
    result = audit(by_race(Black=(10, 5), White=(10, 5)), normalise=False)

    assert list(ratios(result)) == ["White", "Black"]
    assert result.normalised == ()


def test_of_equal_rates_the_largest_is_the_reference_and_the_others_are_ties() -> None:
    table = audit(by_race(White=(2, 1), Asian=(6, 3), Black=(4, 2), Hispanic=(4, 1))).table(Axis.RACE_ETHNICITY)

    assert (table.reference, table.ties) == ("Asian", ("White", "Black or African American"))
    assert {row.category for row in table.rows if row.impact_ratio == 1.0} == {table.reference, *table.ties}


def test_where_nobody_was_selected_there_is_no_impact_ratio_but_a_reason() -> None:
    result = audit(by_race(White=(10, 0), Asian=(5, 0)))

    table = result.table(Axis.RACE_ETHNICITY)
    assert [(row.rate, row.impact_ratio) for row in table.rows] == [(0.0, None), (0.0, None)]
    assert table.reason == table.rows[0].reason == "Nobody was selected, so the highest rate is 0"
    assert not result.complete
    assert (result.figures[0].value, result.figures[0].reason) == (None, table.reason)


def test_a_category_alone_is_compared_with_nothing() -> None:
    result = audit(by_race(White=(10, 4)))

    assert result.table(Axis.RACE_ETHNICITY).reason == "Only White can be compared"
    assert result.figures[0].value is None


def test_a_category_without_people_has_no_rate_and_does_not_count() -> None:
    table = audit(by_race(White=(10, 4), Asian=(10, 2), Black=(0, 0))).table(Axis.RACE_ETHNICITY)

    empty = table.row("Black or African American")
    assert (empty.rate, empty.impact_ratio, empty.reason) == (None, None, "Nobody is in this category")
    assert table.row("Asian").impact_ratio == 0.5


def test_each_classification_is_held_against_all_who_were_considered() -> None:
    rows = (
        Count("Male", None, 30, 0, "coach"),
        Count("Male", None, 10, 0, "pilot"),
        Count("Female", None, 10, 0, "coach"),
        Count("Female", None, 10, 0, "pilot"),
    )

    result = audit(Counts(rows, (Axis.SEX,), Output.CLASSIFICATION, classified=True))

    assert result.classifications == ("coach", "pilot")
    assert [(row.n, row.selected, row.rate) for row in result.table("sex", "coach").rows] == [
        (40, 30, 0.75),
        (20, 10, 0.5),
    ]
    assert result.table("sex", "coach").row("Female").impact_ratio == pytest.approx(2 / 3)
    assert result.table("sex", "pilot").row("Male").impact_ratio == 0.5
    assert result.rows == 60


def test_the_lowest_ratio_is_a_figure_with_the_published_interval() -> None:
    counts = people(("Male", None, 1390, 667), ("Female", None, 1181, 555), axes=(Axis.SEX,))

    figure = audit(counts).figures[0]

    assert (figure.metric, figure.subject) == ("bias_audit_impact_ratio", "sex, Female")
    assert figure.interval is not None
    assert tuple(round(end, 4) for end in figure.interval) == (0.9026, 1.0626)  # scipy and statsmodels on the counts


def test_only_a_screen_of_the_organisations_own_gives_a_verdict() -> None:
    counts = by_race(White=(100, 50), Asian=(100, 40))

    without, on_it, above = audit(counts), audit(counts, threshold=0.8), audit(counts, threshold=0.81)

    assert without.verdicts() == ()
    assert [judgement.verdict for _, judgement in on_it.verdicts()] == [Verdict.PASS]
    assert [judgement.verdict for _, judgement in above.verdicts()] == [Verdict.FAIL]


def test_axes_that_were_not_asked_for_are_said_to_be_missing() -> None:
    (warning,) = audit(by_race(White=(10, 4), Asian=(10, 2))).warnings

    assert warning.startswith("Not computed: sex, intersection of race/ethnicity and sex.")


def test_a_result_reads_back_from_json_as_it_was() -> None:
    counts = people(("M", "Black", 9, 4), ("F", "White", 5, 0), (None, "White", 1, 1))
    result = audit(counts, exclude_below=0.02, because="few", threshold=0.8)
    adapter = TypeAdapter(BiasAuditResult)

    assert adapter.validate_json(adapter.dump_json(result)) == result


def supplied(*rows: tuple[str | None, str | None, int, int]) -> Counts:
    return Counts(tuple(Count(*row) for row in rows), ALL, aggregate=True)


def test_supplied_margins_are_used_and_agreeing_ones_are_not_warned_of() -> None:
    result = audit(
        supplied(
            ("Male", None, 30, 15), ("Female", None, 20, 5), (None, "White", 50, 20),
            ("Male", "White", 30, 15), ("Female", "White", 20, 5),
        )
    )  # fmt: skip

    assert result.warnings == ()
    assert [table.people for table in result.tables] == [50, 50, 50]
    assert result.rows == 50


def test_tables_are_summed_from_the_crossings_where_no_margins_were_supplied() -> None:
    result = audit(supplied(("Male", "White", 30, 15), ("Female", "White", 20, 5), ("Female", "Asian", 10, 5)))

    assert [(row.n, row.selected) for row in result.table("sex").rows] == [(30, 15), (30, 10)]
    assert [(row.n, row.selected) for row in result.table("race_ethnicity").rows] == [(50, 20), (10, 5)]


def test_a_margin_smaller_than_its_crossings_hints_at_a_blank_that_means_unknown() -> None:
    result = audit(supplied(("Male", "White", 30, 15), ("Female", "White", 20, 5), ("Male", None, 4, 2)))

    assert any("may mean people whose other category is unknown" in warning for warning in result.warnings)


def test_totals_that_differ_are_warned_of_where_there_are_no_crossings() -> None:
    result = audit(supplied(("Male", None, 30, 15), ("Female", None, 20, 5), (None, "White", 51, 20)))

    assert "The sex table has 50 people, 20 of them selected, the race/ethnicity table 51 and 20" in result.warnings
    assert result.table("intersectional").reason == "No row gives sex and race/ethnicity together"
    assert not result.complete


def test_a_supplied_row_without_sex_and_race_counts_as_unknown_and_is_warned_of() -> None:
    result = audit(supplied(("Male", "White", 30, 15), ("Female", "White", 20, 5), (None, None, 250, 9)))

    assert [table.unknown for table in result.tables] == [250, 250, 250]
    assert result.rows == 300
    assert any(warning.endswith("counted as unknown: 250 people") for warning in result.warnings)
