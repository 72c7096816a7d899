"""Paired changes of groups, held against statsmodels."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW  # type: ignore[import-untyped]

from core.metrics.paired_groups import Selections, beside_all

GROUP, REST = Selections(40, 25, 10, 125), Selections(300, 60, 90, 550)
ALL = Selections(340, 85, 100, 675)


def changes(found: Selections) -> np.ndarray:
    return np.array([1] * found.challenger + [-1] * found.champion + [0] * (found.both + found.neither))


def test_the_change_of_a_group_is_tested_as_mcnemar_does() -> None:
    table = [[GROUP.both, GROUP.challenger], [GROUP.champion, GROUP.neither]]

    assert GROUP.rates == pytest.approx((0.25, 0.325))
    assert GROUP.change == pytest.approx(changes(GROUP).mean())
    assert GROUP.certainty().p_value == pytest.approx(mcnemar(table, exact=True).pvalue)


def test_the_change_beside_all_rows_is_that_against_the_rest_shrunk_by_the_share_of_the_rest() -> None:
    found = beside_all(GROUP, ALL)
    apart = CompareMeans(DescrStatsW(changes(GROUP)), DescrStatsW(changes(REST)))
    low, high = apart.zconfint_diff(usevar="unequal")
    outside = REST.n / ALL.n

    assert ALL.less(GROUP) == REST
    assert found.value == pytest.approx(changes(GROUP).mean() - changes(ALL).mean())
    assert found.interval == pytest.approx((outside * low, outside * high))


def test_a_change_that_all_share_is_none_beside_all_and_one_row_says_nothing() -> None:
    assert beside_all(Selections(10, 5, 5, 80), Selections(20, 10, 10, 160)).value == 0
    assert beside_all(Selections(1, 0, 0, 0), ALL) == (None, None)
    assert beside_all(ALL, ALL) == (None, None)
    assert Selections(0, 0, 0, 0).rates == (None, None)
