"""Fairness figures that Aequitas, ProPublica, a court record and New York City printed."""

import csv
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

import pytest

from core.frames.cells import cells
from core.metrics.cells import Cells
from core.metrics.fairness import GroupResult, Rate, assess
from core.metrics.verdicts import Verdict
from tests.metrics.published import COMPAS, DATA, counted, selections

# Aequitas' own counts: n, TP, FP, FN, TN, selection rate, TPR, FPR.
AEQUITAS = {
    "African-American": (3696, 1369, 805, 532, 990, 0.588203, 0.720147, 0.448468),
    "Asian": (32, 6, 2, 3, 21, 0.250000, 0.666667, 0.086957),
    "Caucasian": (2454, 505, 349, 461, 1139, 0.348003, 0.522774, 0.234543),
    "Hispanic": (637, 103, 87, 129, 318, 0.298273, 0.443966, 0.214815),
    "Native American": (18, 9, 3, 1, 5, 0.666667, 0.900000, 0.375000),
    "Other": (377, 43, 36, 90, 208, 0.209549, 0.323308, 0.147541),
}


def value(rate: Rate | None) -> float:
    assert rate is not None
    assert rate.value is not None
    return rate.value


@pytest.fixture(scope="module")
def compas() -> Cells:
    return cells(COMPAS, label="label_value", prediction="score", positive="1", attributes=("race",))


def by_name(groups: tuple[GroupResult, ...]) -> dict[str, GroupResult]:
    return {group.name: group for group in groups}


@pytest.mark.parametrize("race", AEQUITAS)
def test_the_compas_table_is_the_one_aequitas_printed(compas: Cells, race: str) -> None:
    n, hits, alarms, misses, rejections, selection, true_positive, false_positive = AEQUITAS[race]

    group = by_name(assess(compas, repetitions=2).groups)[race]

    table = group.confusion
    assert table is not None
    assert (group.n, table.true_positives, table.false_positives) == (n, hits, alarms)
    assert (table.false_negatives, table.true_negatives) == (misses, rejections)
    rates = (value(group.selection_rate), value(group.true_positive_rate), value(group.false_positive_rate))
    assert rates == pytest.approx((selection, true_positive, false_positive), abs=5e-7)


def test_the_disparities_of_african_americans_are_those_of_aequitas(compas: Cells) -> None:
    result = assess(compas, reference={"race": "Caucasian"}, repetitions=2)
    black, white = by_name(result.groups)["African-American"], by_name(result.groups)["Caucasian"]

    assert value(black.false_positive_rate) / value(white.false_positive_rate) == pytest.approx(1.912093, abs=5e-7)
    assert value(black.false_negative_rate) / value(white.false_negative_rate) == pytest.approx(0.586416, abs=5e-7)
    false_discovery = (1 - value(black.precision)) / (1 - value(white.precision))
    assert false_discovery == pytest.approx(0.906085, abs=5e-7)
    assert black.impact_ratio == pytest.approx(1.690224, abs=5e-7)


def test_the_error_rates_are_those_of_propublica(compas: Cells) -> None:
    groups = by_name(assess(compas, repetitions=2).groups)

    shown = [
        tuple(
            f"{100 * value(rate):.2f}" for rate in (groups[race].false_positive_rate, groups[race].false_negative_rate)
        )
        for race in ("African-American", "Caucasian")
    ]

    assert shown == [("44.85", "27.99"), ("23.45", "47.72")]


def test_the_smallest_groups_are_shown_and_marked_but_no_reference(compas: Cells) -> None:
    comparison = assess(compas, repetitions=2).comparison("race")
    native = by_name(comparison.groups)["Native American"]

    assert (native.small_sample, native.judged, native.test) == (True, False, "fisher")
    assert comparison.reference == ("African-American",)


def test_not_being_flagged_is_compared_where_it_is_the_favourable_outcome(compas: Cells) -> None:
    result = assess(compas, favourable="0", repetitions=2)
    groups = by_name(result.groups)

    assert groups["African-American"].selected == 532 + 990
    assert result.comparison("race").reference == ("Other",)
    assert groups["African-American"].impact_ratio == pytest.approx((1522 / 3696) / (298 / 377))
    assert value(groups["African-American"].true_positive_rate) == pytest.approx(0.720147, abs=5e-7)


RICCI = {  # 557 U.S. 557: passed of those who took the examination, and Fisher's p against white candidates
    "Captain": {"W": (16, 25, None, None), "B": (3, 8, "0.59", 0.2379), "H": (3, 8, "0.59", 0.2379)},
    "Lieutenant": {"W": (25, 43, None, None), "B": (6, 19, "0.54", 0.09708), "H": (3, 15, "0.34", 0.01593)},
}


@pytest.mark.parametrize("position", RICCI)
def test_the_ricci_examinations_show_ratio_and_significance_together(position: str) -> None:
    with (DATA / "ricci.csv").open() as file:
        rows = [
            (None, float(row["Combine"]) >= 70, (row["Race"],))
            for row in csv.DictReader(file)
            if row["Position"] == position
        ]

    result = assess(counted(rows, "race", labelled=False), minimum_group=1, repetitions=2)

    for name, (selected, n, ratio, p_value) in RICCI[position].items():
        group = by_name(result.groups)[name]
        assert (group.selected, group.n) == (selected, n)
        if ratio is not None:
            assert f"{group.impact_ratio:.2f}" == ratio
            assert group.p_value == pytest.approx(p_value, rel=1e-3)
            assert group.test == "fisher"


def ll144_tables() -> dict[tuple[str, str], list[dict[str, str]]]:
    tables = defaultdict(list)
    with (DATA / "ll144_rule_tables.csv").open() as file:
        for row in csv.DictReader(file):
            tables[row["example"], row["table"]].append(row)
    return dict(tables)


def printed(number: float, shown: str) -> str:
    """As the rule prints it: per cent or ratio, half up, to the decimals shown."""
    percent = shown.endswith("%")
    digits = shown.rstrip("%")
    step = Decimal(1).scaleb(-len(digits.partition(".")[2]))
    rounded = Decimal(repr(number * 100 if percent else number)).quantize(step, ROUND_HALF_UP)
    return f"{rounded}%" if percent else str(rounded)


@pytest.mark.parametrize("table", ll144_tables(), ids=" ".join)
def test_the_worked_tables_of_local_law_144_follow_from_their_counts(table: tuple[str, str]) -> None:
    rows = ll144_tables()[table]
    names = {f"{row['race_ethnicity']}/{row['sex']}": row for row in rows}
    pairs = {name: (int(row["n_selected_or_above_median"]), int(row["n_applicants"])) for name, row in names.items()}

    groups = by_name(assess(selections("category", **pairs), minimum_group=1, repetitions=2).groups)

    wrong = [
        (name, shown, number)
        for name, row in names.items()
        for shown, number in (
            (row["printed_rate"], value(groups[name].selection_rate)),
            (row["printed_impact_ratio"], groups[name].impact_ratio),
        )
        if number is None or printed(number, shown) != shown
    ]
    # The rule truncates 18 of 28 to 64.2 %; every other printed figure is rounded half up.
    assert [shown for _, shown, _ in wrong] == (["64.2%"] if table == ("scoring", "race_ethnicity") else [])


def test_berkeley_admissions_fail_four_fifths_by_sex_alone() -> None:
    cells_by_sex = selections("sex", men=(1198, 2691), women=(557, 1835))

    result = assess(cells_by_sex)

    ((comparison, figure, judgement),) = result.verdicts()
    assert judgement.verdict is Verdict.FAIL
    assert figure.value == pytest.approx(0.6818, abs=5e-5)
    assert comparison.reference == ("men",)
