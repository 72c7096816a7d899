"""How well a two-class model predicts: figures from the confusion table and, with scores, from their ranks.

assess_classification(confusion, *, scores=None) -> ClassificationResult
result.figure("balanced_accuracy").judge(0.6, "at least", minimum_rows=500) -> Judgement(verdict, reason)
"""

from core.metrics.cells import Confusion
from core.metrics.figure import Figure
from core.metrics.performance.baselines import binary_baselines
from core.metrics.performance.calibration import binary_calibration, calibration_bins
from core.metrics.performance.confusion import table_figures
from core.metrics.performance.ranked import score_figures
from core.metrics.performance.results import ClassificationResult
from core.metrics.scores import ScoreSums


def assess_classification(
    confusion: Confusion, *, scores: ScoreSums | None = None, threshold: float | None = None
) -> ClassificationResult:
    """Every performance figure of a two-class model.

    Definitions as in scikit-learn (sklearn.metrics, functions of the same names) where it has them. `threshold` is the
    score at which predictions were cut, None where they were handed in; it is recorded, not applied.
    """
    figures: tuple[Figure, ...] = (
        *table_figures(confusion),
        *score_figures(scores, confusion.n),
        *binary_calibration(scores, confusion.n),
    )
    baselines = binary_baselines(confusion, scored=scores is not None)
    if scores is None:
        return ClassificationResult(confusion, figures, threshold=threshold, baselines=baselines)
    return ClassificationResult(
        confusion,
        figures,
        threshold=threshold,
        calibration=calibration_bins(scores.reliability),
        cuts=scores.cuts,
        curve=scores.curve,
        histogram=scores.histogram,
        gap_at=scores.gap_at,
        baselines=baselines,
    )
