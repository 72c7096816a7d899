"""The charts of a validation report: each takes what was computed and says in its alternative text what it finds."""

from collections.abc import Sequence

from core.metrics.drift import ColumnDrift
from core.metrics.explanation import Importance, PartialDependence
from core.metrics.fairness.scored import ScoreComparison
from core.metrics.fairness.sweeps import ThresholdSweep
from core.metrics.figure import spoken
from core.metrics.performance import CalibrationBin, ErrorBin, ErrorDecile
from core.metrics.performance.comparing import PerformanceComparison
from core.metrics.scores import Bin, Cut
from core.reports.charts.plots import Bar, Bars, Curves, Line, bars_text, curves_text
from core.reports.charts.values import DotAndInterval, IntervalRow, Scale, alternative_text, figure
from core.reports.texts.charts import validation as texts

UNIT = (0.0, 1.0)


def _even() -> Line:
    return Line(texts.NO_SKILL, ((0.0, 0.0), (1.0, 1.0)), dashed=True)


def _right() -> Line:
    return Line(texts.AS_PREDICTED, ((0.0, 0.0), (1.0, 1.0)), dashed=True)


MOST_LINES = 4


def roc_curve(curve: Sequence[Cut], area: float | None) -> Curves | None:
    """Hit rate against false alarm rate over all thresholds; the diagonal is no skill."""
    points = [
        (cut.false_positive_rate, cut.true_positive_rate)
        for cut in curve
        if cut.false_positive_rate is not None and cut.true_positive_rate is not None
    ]
    if len(points) < 2:
        return None
    ends = sorted({(0.0, 0.0), *((x, y) for x, y in points), (1.0, 1.0)})
    lines = (Line(texts.THE_MODEL, tuple(ends)), _even())
    said = texts.AREA.format(area=area) if area is not None else texts.NO_AREA
    titles = (texts.FALSE_POSITIVE_RATE, texts.TRUE_POSITIVE_RATE)
    return Curves(lines, *titles, curves_text(texts.ROC_CURVE, lines[:1], said), Scale.SHARE, Scale.SHARE, UNIT, UNIT)


def precision_recall(curve: Sequence[Cut], base_rate: float | None) -> Curves | None:
    """Precision against recall over all thresholds; the share of positives is no skill."""
    points = [
        (cut.true_positive_rate, cut.precision)
        for cut in curve
        if cut.true_positive_rate is not None and cut.precision is not None
    ]
    if len(points) < 2:
        return None
    lines = (Line(texts.THE_MODEL, tuple(sorted(points))),)
    recall, precision = min(lines[0].points, key=lambda point: abs(point[0] - 0.5))
    said = texts.AT_A_RECALL_OF.format(recall=recall, precision=precision)
    said += texts.IS_NO_SKILL.format(base_rate=base_rate) if base_rate is not None else ""
    text = curves_text(texts.PRECISION_AGAINST_RECALL, lines, said)
    return Curves(
        lines, texts.RECALL, texts.PRECISION, text, Scale.SHARE, Scale.SHARE, UNIT, UNIT,
        level=base_rate, level_word=texts.NO_SKILL if base_rate is not None else "",
    )  # fmt: skip


def calibration(bins: Sequence[CalibrationBin]) -> Curves | None:
    """Observed share against predicted, in ten bins; on the diagonal a prediction comes true as often as it says."""
    points = tuple(
        (one.mean_score, one.observed_rate)
        for one in bins
        if one.mean_score is not None and one.observed_rate is not None
    )
    if not points:
        return None
    lines = (Line(texts.OBSERVED, points, dots=True), _right())
    apart = max(abs(y - x) for x, y in points)
    text = curves_text(texts.CALIBRATION, lines[:1], texts.WIDEST_GAP.format(apart=apart))
    titles = (texts.PREDICTED_SHARE, texts.OBSERVED_SHARE)
    return Curves(lines, *titles, text, Scale.SHARE, Scale.SHARE, UNIT, UNIT)


def calibration_by_group(found: ScoreComparison) -> Curves | None:
    """The same for each judged group, the largest first."""
    judged = sorted((group for group in found.groups if group.judged and group.bins), key=lambda group: -group.n)
    lines = tuple(
        Line(group.name, tuple((one.score_total / one.n, one.positives / one.n) for one in group.bins), dots=True)
        for group in judged[:MOST_LINES]
    )
    if not lines:
        return None
    apart, group = max((abs(y - x), line.name) for line in lines for x, y in line.points)
    text = curves_text(
        texts.CALIBRATION_BY.format(name=found.name), lines, texts.WIDEST_GAP_IN_GROUP.format(apart=apart, group=group)
    )
    titles = (texts.PREDICTED_SHARE, texts.OBSERVED_SHARE)
    return Curves((*lines, _right()), *titles, text, Scale.SHARE, Scale.SHARE, UNIT, UNIT)


def scores_by_label(histogram: Sequence[Bin]) -> Bars | None:
    """How the scores of either label are spread."""
    positives, negatives = sum(one.positives for one in histogram), sum(one.negatives for one in histogram)
    if not positives or not negatives:
        return None
    bars = tuple(Bar(f"{one.low:.2g}", one.positives / positives, one.negatives / negatives) for one in histogram)
    names = (texts.POSITIVE_LABEL, texts.NEGATIVE_LABEL)
    return Bars(bars, names, texts.SCORE, bars_text(texts.SCORES_BY_LABEL, bars, names))


def errors(histogram: Sequence[ErrorBin]) -> Bars | None:
    """How the errors of a quantity are spread."""
    rows = sum(one.n for one in histogram)
    if not rows:
        return None
    bars = tuple(Bar(f"{one.low:.3g}", one.n / rows) for one in histogram)
    return Bars(
        bars,
        (texts.SHARE_OF_ROWS, ""),
        texts.PREDICTION_LESS_ACTUAL_VALUE,
        bars_text(texts.ERRORS, bars, (texts.SHARE, "")),
    )


def error_by_decile(deciles: Sequence[ErrorDecile]) -> Curves | None:
    """Mean prediction and mean actual value, by tenth of the prediction."""
    if not deciles:
        return None
    lines = (
        Line(texts.ACTUAL, tuple((float(at), one.mean_actual) for at, one in enumerate(deciles, start=1)), dots=True),
        Line(
            texts.PREDICTED,
            tuple((float(at), one.mean_prediction) for at, one in enumerate(deciles, start=1)),
            dashed=True,
        ),
    )
    worst = max(range(len(deciles)), key=lambda at: abs(deciles[at].mean_prediction - deciles[at].mean_actual))
    apart = deciles[worst].mean_prediction - deciles[worst].mean_actual
    said = texts.LINES_PART.format(worst=worst + 1, apart=apart)
    text = curves_text(texts.MEAN_BY_TENTH_OF, lines, said)
    return Curves(lines, texts.TENTH_OF_THE_PREDICTION, texts.MEAN_AXIS, text)


def sweep(found: ThresholdSweep) -> Curves | None:
    """The lowest impact ratio at each threshold, against the screen."""
    points = tuple((one.threshold, one.impact_ratio) for one in found.points if one.impact_ratio is not None)
    if len(points) < 2:
        return None
    lines = (Line(texts.LOWEST_IMPACT_RATIO, points),)
    said = curves_text(texts.THRESHOLDS_BY.format(name=found.name), lines, found.words)
    return Curves(
        lines, texts.THRESHOLD_OF_THE_SCORE, texts.IMPACT_RATIO, said,
        up=UNIT, level=found.screen, level_word=texts.REQUIRED.format(screen=found.screen),
    )  # fmt: skip


def importances(found: Sequence[Importance], *, surrogate: bool) -> DotAndInterval | None:
    """What weighs most, with its interval; nothing is judged here."""
    rows = tuple(
        IntervalRow(one.feature, one.importance, one.interval.low if one.interval else None,
                    one.interval.high if one.interval else None)
        for one in found[:15]
    )  # fmt: skip
    if not rows:
        return None
    what = texts.IMPORTANCE_TO_THE_SURROGATE if surrogate else texts.REASON_SIZE
    text = alternative_text(what, rows, scale=Scale.NUMBER, by=texts.FEATURE)
    return DotAndInterval(rows, None, "", what, text, Scale.NUMBER)


def dependence(found: PartialDependence) -> Curves | Bars | None:
    """How the mean output moves with one feature."""
    numbers = [(point.number, point.mean) for point in found.points if point.number is not None]
    if numbers and len(numbers) == len(found.points):
        lines = (Line(found.feature, tuple(numbers), dots=True),)
        low, high = min(y for _, y in numbers), max(y for _, y in numbers)
        text = curves_text(
            texts.MEAN_BY.format(output=found.output, feature=found.feature),
            lines,
            texts.IT_RANGES_FROM_TO.format(low=low, high=high),
        )
        return Curves(lines, found.feature, texts.MEAN_OF_OUTPUT.format(output=found.output), text)
    bars = tuple(Bar(point.value, point.mean) for point in found.points)
    if not bars:
        return None
    what = texts.MEAN_BY.format(output=found.output, feature=found.feature)
    return Bars(
        bars, (texts.MEAN, ""), found.feature, bars_text(what, bars, (texts.MEAN, ""), Scale.RATIO), Scale.RATIO
    )


def distribution(found: ColumnDrift) -> Bars | None:
    """A column in the reference and now, as shares of the rows that have a value."""
    bars, names = _shares(found), (texts.CURRENT, texts.REFERENCE)
    if not bars:
        return None
    text = bars_text(texts.DISTRIBUTION.format(moved_most=moved_most(found)), bars, names)
    return Bars(bars, names, found.column, text)


def moved_most(found: ColumnDrift) -> str:
    """What the distributions of a column show: whether it drifted, and the value whose share moved most."""
    said = {True: texts.DRIFTED, False: texts.DID_NOT_DRIFT, None: texts.CANNOT_BE_JUDGED}[found.drifted]
    bars = _shares(found)
    if not bars:
        return f"{found.column} {said}"
    most = max(bars, key=lambda bar: abs(bar.value - (bar.beside or 0.0)))
    moved = texts.TO.format(beside=figure(most.beside, Scale.SHARE), value=figure(most.value, Scale.SHARE))
    at = most.label if found.distribution[0].label else texts.VALUES_FROM.format(label=most.label)
    return texts.SHARE_MOVED.format(column=found.column, said=said, at=at, moved=moved)


def _shares(found: ColumnDrift) -> tuple[Bar, ...]:
    before, now = (sum(getattr(one, side) for one in found.distribution) for side in (texts.REFERENCE, texts.CURRENT))
    if not before or not now:
        return ()
    return tuple(
        Bar(one.label or _span(one.low, one.high), one.current / now, one.reference / before)
        for one in found.distribution
    )


def _span(low: float | None, high: float | None) -> str:
    return f"{low:.3g}" if low is not None else f"{high}"


def changes(found: PerformanceComparison) -> DotAndInterval | None:
    """Each metric less that of the other model."""
    rows = tuple(
        IntervalRow(spoken(one.metric), one.change.value, one.change.interval.low, one.change.interval.high)
        for one in found.changes
        if one.change.value is not None and one.change.interval is not None
    )
    if not rows:
        return None
    what = texts.CHANGE_AGAINST_THE.format(other=found.other)
    text = alternative_text(what, rows, scale=Scale.NUMBER, by=texts.METRIC)
    return DotAndInterval(rows, 0.0, texts.NO_CHANGE, texts.CHANGE_95, text, Scale.NUMBER)
