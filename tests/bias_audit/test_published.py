"""The checker on tables that do not follow the rule's formula, each wrong in one way."""

from pathlib import Path

import pytest

from core.errors import Unreadable
from core.frames.bias_audit import PublishedColumns, check_published_file
from core.metrics.bias_audit import Agreement, PrintedFigure, PublishedRow, PublishedTable, check_published
from tests.bias_audit.rule import TABLES, lines, written

HEAD = "category,n,selected,rate,impact_ratio\n"


def rule_table(**ratios: str) -> PublishedTable:
    """The rule's race table for selection, with other printed impact ratios for some categories."""
    rows = (
        PublishedRow(line.category, line.n, line.counted, line.rate, ratios.get(line.category, line.impact_ratio))
        for line in lines()
        if (line.example, line.axis) == ("selection", "race_ethnicity")
    )
    return PublishedTable("race", tuple(rows))


def ratio_of(table: PublishedTable, category: str) -> PrintedFigure:
    found = [
        one for one in check_published([table]).figures if (one.category, one.figure) == (category, "impact_ratio")
    ]
    return found[0]


def test_a_figure_that_follows_names_its_denominator() -> None:
    figure = ratio_of(rule_table(), "Asian")

    assert (figure.agreement, figure.denominator, figure.note) == (Agreement.ROUNDED, "White", "")
    assert figure.value == pytest.approx(0.948391, abs=5e-7)


def test_a_ratio_cut_off_instead_of_rounded_is_told() -> None:
    figure = ratio_of(rule_table(Asian="0.94"), "Asian")

    assert figure.agreement is Agreement.TRUNCATED


def test_a_ratio_of_the_printed_rates_is_told() -> None:
    figure = ratio_of(rule_table(**{"Black or African American": "0.846"}), "Black or African American")

    assert figure.agreement is Agreement.PRINTED_RATES  # 44 / 52, where 170/390 over 412/797 is 0.843
    assert not figure.follows


def test_a_ratio_that_follows_from_nothing_is_told() -> None:
    figure = ratio_of(rule_table(Asian="0.12"), "Asian")

    assert (figure.agreement, figure.denominator) == (Agreement.NONE, "White")


def test_ratios_against_an_excluded_category_are_told_with_its_name() -> None:
    table = PublishedTable(
        "",
        (
            PublishedRow("White", 900, 450, "50%", "0.56"),
            PublishedRow("Asian", 90, 27, "30%", "0.33"),
            PublishedRow("Black", 10, 9, "90%", "excluded"),
        ),
    )

    check = check_published([table])

    assert {(one.category, one.agreement, one.denominator) for one in check.exceptions} == {
        ("White", Agreement.OTHER_DENOMINATOR, "Black"),
        ("Asian", Agreement.OTHER_DENOMINATOR, "Black"),
    }
    assert check.notes == ()


def test_ratios_against_everybody_are_told() -> None:
    table = PublishedTable(
        "", (PublishedRow("Male", 100, 60, "60%", "1.20"), PublishedRow("Female", 100, 40, "40%", "0.80"))
    )

    check = check_published([table])

    assert [(one.agreement, one.denominator) for one in check.exceptions] == [
        (Agreement.OTHER_DENOMINATOR, "everybody")
    ] * 2


def test_a_rate_that_its_count_does_not_give_says_what_it_would_take() -> None:
    table = PublishedTable(
        "", (PublishedRow("Male", 1390, 555, "48%", "1"), PublishedRow("Female", 1181, 40, "3%", ""))
    )

    (figure,) = [one for one in check_published([table]).exceptions if one.figure == "rate"]

    assert (figure.category, figure.agreement) == ("Male", Agreement.NONE)
    assert figure.note == "555 of 1,390 is 39.928 %; it would take 661 to 674"


def test_a_rate_that_no_whole_number_of_people_gives_is_told_without_counts() -> None:
    table = PublishedTable(
        "", (PublishedRow("Male", 7, None, "50.0%", "1.00"), PublishedRow("Female", 8, None, "50%", "1.00"))
    )

    rates = [one for one in check_published([table]).figures if one.figure == "rate"]

    assert [(one.agreement, one.note) for one in rates] == [
        (Agreement.NONE, "no whole number out of 7 people gives it"),
        (Agreement.POSSIBLE, ""),
    ]


def test_a_large_category_without_a_ratio_is_against_the_two_per_cent() -> None:
    table = rule_table(Asian="n/a", **{"Native American or Alaska Native": "–"})

    check = check_published([table])

    assert check.exceptions == ()
    assert check.notes == (
        "race: Asian has no impact ratio, with 616 of 2,584 people (23.8 %); "
        "6 RCNY 5-301(d) allows that under 2 % only",
    )


def test_a_table_without_ratios_or_rates_is_told() -> None:
    ratios = check_published([PublishedTable("", (PublishedRow("Male", 5, 1, "20%", ""),))])
    rates = check_published([PublishedTable("", (PublishedRow("Male", 5, 1, "", "1.00"),))])

    assert ratios.notes == ("no impact ratio is printed",)
    assert rates.notes == ("Male has no rate",)


@pytest.mark.parametrize("rate", ["48%", "48 %", "48.0", "0.48", ".480", "0,48"])
def test_rates_are_read_as_people_print_them(rate: str) -> None:
    table = PublishedTable("", (PublishedRow("Male", 1390, 667, rate, "1"),))

    assert check_published([table]).exceptions == ()


def test_each_of_the_rules_figures_is_noticed_when_its_last_digit_is_off() -> None:
    for line in lines():
        digits = line.impact_ratio
        wrong = f"{digits[:-1]}{(int(digits[-1]) + 5) % 10}"
        others = [one for one in lines() if one[:2] == line[:2] and one.category != line.category]
        rows = [PublishedRow(one.category, one.n, one.counted, one.rate, one.impact_ratio) for one in others]
        table = PublishedTable("", (*rows, PublishedRow(line.category, line.n, line.counted, line.rate, wrong)))

        exceptions = check_published([table]).exceptions

        assert (line.category, "impact_ratio") in {(one.category, one.figure) for one in exceptions}


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("Male,,1,1%,1\n", 2, "n", "a count is missing"),
        ("Male,1.5,1,1%,1\n", 2, "n", "not a whole number of people"),
        ("Male,-1,1,1%,1\n", 2, "n", "not a whole number of people"),
        ("Male,1,2,1%,1\n", 2, "selected", "more selected than people"),
        (",1,1,1%,1\n", 2, "category", "the row names no category"),
        ("Male,1,1,1%,1\nMale,1,1,1%,1\n", 3, None, "the category stands twice in its table"),
        ("", 1, None, "the file has no rows"),
    ],
)
def test_a_published_table_that_cannot_be_read_is_refused_with_its_place(
    tmp_path: Path, text: str, line: int, column: str | None, reason: str
) -> None:
    with pytest.raises(Unreadable) as error:
        check_published_file(written(tmp_path, HEAD + text), PublishedColumns(category="category", selected="selected"))

    assert (line, column, reason) in {(one.line, one.column, one.reason) for one in error.value.problems}


def test_numbers_with_thousands_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + 'Male,"1,390",667,48%,1.00\nFemale,"1,181",555,47%,0.979\n')

    check = check_published_file(path, PublishedColumns(category="category", selected="selected"))

    assert (len(check.figures), check.exceptions) == (4, ())


def test_a_file_that_names_no_category_column_is_refused() -> None:
    with pytest.raises(Unreadable):
        check_published_file(TABLES, PublishedColumns())
