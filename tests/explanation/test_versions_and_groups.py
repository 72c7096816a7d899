"""The reasons of a version against the last one, and of one group against another."""

import pytest
from scipy.stats import kendalltau, spearmanr

from core.metrics.explanation import Contribution, compare_versions, reasons_by_group


def one(feature: str, size: float, n: int = 100, variance: float | None = 0.01) -> Contribution:
    return Contribution(feature, n, size, size, variance)


def sizes(**values: float) -> list[Contribution]:
    return [one(feature, size) for feature, size in values.items()]


def test_versions_are_compared_by_the_ranks_of_the_features_they_share() -> None:
    now = sizes(a=4, b=3, c=2, d=1, new=9)
    before = sizes(a=3, b=4, c=2, d=1, old=7)

    comparison, figure = compare_versions(now, before, top=3)

    assert comparison.common == 4
    assert comparison.spearman == figure.value == pytest.approx(spearmanr([4, 3, 2, 1], [3, 4, 2, 1]).statistic)
    assert comparison.kendall == pytest.approx(kendalltau([4, 3, 2, 1], [3, 4, 2, 1]).statistic)
    assert (comparison.appeared, comparison.disappeared) == (("new",), ("old",))
    assert comparison.overlap == pytest.approx(2 / 3)  # new, a, b against old, b, a
    assert (comparison.changes[0].feature, comparison.changes[0].before, comparison.changes[0].now) == (
        "new", None, 9 / 19,
    )  # fmt: skip
    assert (figure.n, figure.method) == (100, "bootstrap")
    assert figure.interval is not None
    assert figure.interval.low <= 0.8 <= figure.interval.high


def test_importances_without_cases_have_no_interval_and_rest_on_their_features() -> None:
    given = [one(name, at, n=0, variance=None) for at, name in enumerate("abcd")]

    _, figure = compare_versions(given, given)

    assert (figure.value, figure.interval, figure.n) == (1.0, None, 4)


@pytest.mark.parametrize(
    ("now", "before", "reason"),
    [
        (sizes(a=1, b=2), sizes(a=1, b=2), "The versions have 2 features in common, and an order needs 3"),
        (sizes(a=1, b=2), sizes(c=1), "The versions have 0 features in common, and an order needs 3"),
        (
            sizes(a=1, b=1, c=1),
            sizes(a=1, b=2, c=3),
            "All features of a version are equally important, so they have no order",
        ),
    ],
)
def test_no_rank_correlation_has_its_reason(now: list[Contribution], before: list[Contribution], reason: str) -> None:
    comparison, figure = compare_versions(now, before)

    assert (figure.value, figure.reason, comparison.reason) == (None, reason, reason)


def test_the_groups_that_agree_least_are_named() -> None:
    groups = {"u": sizes(a=3, b=2, c=1), "v": sizes(a=3, b=2, c=1), "w": sizes(a=1, b=2, c=3)}

    reasons, figure = reasons_by_group("region", groups, minimum_group=30, missing_rows=2)

    assert (figure.value, figure.subject, reasons.least_alike) == (-1.0, "region", ("u", "w"))
    assert [group.top(2) for group in reasons.groups] == [("a", "b"), ("a", "b"), ("c", "b")]
    assert reasons.missing == 2


def test_a_small_group_is_shown_and_not_compared() -> None:
    groups = {"u": sizes(a=3, b=2, c=1), "v": [one(name, at, n=5) for at, name in enumerate("abc")]}

    reasons, figure = reasons_by_group("region", groups, minimum_group=30)

    assert [group.judged for group in reasons.groups] == [True, False]
    assert (figure.value, figure.reason) == (None, "Fewer than two groups have 30 cases")


def test_two_features_have_no_order_between_groups() -> None:
    groups = {"u": sizes(a=3, b=2), "v": sizes(a=3, b=2)}

    _, figure = reasons_by_group("region", groups, minimum_group=30)

    assert figure.reason == "There are 2 features, and an order needs 3"
