"""What two models do to each group, where they disagree, and what they cost, from pairs of rows."""

from collections.abc import Iterable
from math import sqrt

import polars as pl

from core.improvement.comparisons.results import Disagreement, GroupRow, MeanChange
from core.improvement.comparisons.rows import CHALLENGER, CHAMPION, Pairs
from core.metrics.intervals import wilson
from core.metrics.paired_groups import Selections, beside_all
from core.metrics.performance.paired import by_error
from core.monitoring.intake.rules import COST, LABEL, LATENCY, PREDICTION
from core.policy.rules import Task

LEAST = 2  # pairs, without which there is nothing to compute
MOST_GROUPS = 100  # of one attribute


def groups_of(pairs: Pairs) -> Iterable[GroupRow]:
    everybody = _selections(pairs, pairs.frame)
    for attribute in pairs.attributes:
        parts = pairs.frame.filter(pl.col(attribute).is_not_null()).partition_by(attribute, as_dict=True)
        for (group,), rows in sorted(parts.items(), key=lambda one: str(one[0][0]))[:MOST_GROUPS]:
            if pairs.task is Task.REGRESSION:
                yield _error_row(attribute, str(group), rows.filter(pl.col(LABEL).is_not_null()))
            else:
                yield _selection_row(attribute, str(group), _selections(pairs, rows), everybody, rows)


def _selections(pairs: Pairs, rows: pl.DataFrame) -> Selections:
    champion, challenger = ((pl.col(f"{side}_{PREDICTION}") == pairs.favourable) for side in (CHAMPION, CHALLENGER))
    counted = rows.select(
        (champion & challenger).sum().alias("both"),
        (~champion & challenger).sum().alias("challenger"),
        (champion & ~challenger).sum().alias("champion"),
        (~champion & ~challenger).sum().alias("neither"),
    ).row(0)
    return Selections(*(int(one or 0) for one in counted))


def _selection_row(
    attribute: str, group: str, found: Selections, everybody: Selections, rows: pl.DataFrame
) -> GroupRow:
    sure, beside = found.certainty(), beside_all(found, everybody)
    differ = int(rows.select(_differ().sum()).item() or 0)
    return GroupRow(
        attribute=attribute,
        group=group,
        rows=found.n,
        champion=found.rates[0],
        challenger=found.rates[1],
        change=found.change,
        low=sure.interval.low if sure.interval else None,
        high=sure.interval.high if sure.interval else None,
        p_value=sure.p_value,
        beside=beside.value,
        beside_low=beside.interval.low if beside.interval else None,
        beside_high=beside.interval.high if beside.interval else None,
        differ=differ,
        differ_share=differ / rows.height if rows.height else None,
    )


def _error_row(attribute: str, group: str, rows: pl.DataFrame) -> GroupRow:
    """Of numbers: how far both are off the labels of the group, and the paired change of that."""
    own, other = ((pl.col(f"{side}_{PREDICTION}") - pl.col(LABEL)).abs() for side in (CHALLENGER, CHAMPION))
    mean = _paired_mean(rows.select(own.alias("own"), other.alias("other")))
    return GroupRow(
        attribute=attribute,
        group=group,
        rows=rows.height,
        champion=mean.champion if mean else None,
        challenger=mean.challenger if mean else None,
        change=mean.change if mean else None,
        low=mean.low if mean else None,
        high=mean.high if mean else None,
        p_value=None,
        beside=None,
        beside_low=None,
        beside_high=None,
        differ=None,
        differ_share=None,
    )


def _differ() -> pl.Expr:
    return pl.col(f"{CHAMPION}_{PREDICTION}").ne_missing(pl.col(f"{CHALLENGER}_{PREDICTION}"))


def disagreement_of(pairs: Pairs) -> Disagreement:
    n, labelled = pairs.frame.height, pairs.labelled
    champion, challenger = (pl.col(f"{side}_{PREDICTION}") for side in (CHAMPION, CHALLENGER))
    if pairs.task is Task.REGRESSION:
        distance = pairs.frame.select((champion - challenger).abs().mean()).item()
        return Disagreement(n, None, None, None, None, labelled.height, None, None, distance)
    differ = int(pairs.frame.select(_differ().sum()).item() or 0)
    right = labelled.filter(_differ()).select((champion == pl.col(LABEL)).sum(), (challenger == pl.col(LABEL)).sum())
    interval = wilson(differ, n)
    return Disagreement(
        rows=n,
        differ=differ,
        share=differ / n if n else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        labelled=labelled.height,
        champion_right=int(right.row(0)[0] or 0),
        challenger_right=int(right.row(0)[1] or 0),
    )


def means_of(pairs: Pairs) -> Iterable[MeanChange]:
    for what, column in (("latency", LATENCY), ("cost", COST)):
        own, other = (pl.col(f"{side}_{column}") for side in (CHALLENGER, CHAMPION))
        found = _paired_mean(pairs.frame.select(own.alias("own"), other.alias("other")), what)
        if found is not None:
            yield found


def _paired_mean(rows: pl.DataFrame, what: str = "") -> MeanChange | None:
    """Both means over the rows that have both values, and the normal interval of their paired difference."""
    both = rows.drop_nulls()
    if both.height < LEAST:
        return None
    apart = both["own"] - both["other"]
    own, other, change = (float(one.mean() or 0.0) for one in (both["own"], both["other"], apart))  # type: ignore[arg-type]
    interval = by_error(change, float(apart.std() or 0.0) / sqrt(both.height)).interval  # type: ignore[arg-type]
    low, high = interval or (None, None)
    return MeanChange(
        what=what,
        rows=both.height,
        champion=other,
        challenger=own,
        change=change,
        low=low,
        high=high,
        share=change / other if other > 0 else None,
        share_low=low / other if low is not None and other > 0 else None,
    )
