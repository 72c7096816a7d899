"""The figures that follow from scores: how well they rank, and how far probabilities lie from what happened."""

from fractions import Fraction
from math import exp, log, sqrt

from core.metrics.figure import Figure, missing
from core.metrics.intervals import Interval, normal
from core.metrics.performance.confusion import NO_NEGATIVES, NO_POSITIVES
from core.metrics.scores import LossSum, ScoreSums, area_under_curve, delong, mean_loss

NO_SCORES = "There is no score column"
NO_PROBABILITY = "A score lies outside 0 to 1, so it is no probability"


def score_figures(scores: ScoreSums | None, n: int) -> tuple[Figure, ...]:
    """ROC AUC, PR AUC, Kolmogorov–Smirnov, Brier score and log loss; not available without scores for `n` rows."""
    if scores is None:
        metrics = ("roc_auc", "pr_auc", "kolmogorov_smirnov", "brier_score", "log_loss")
        return tuple(missing(metric, NO_SCORES, n=n) for metric in metrics)
    return (
        roc_auc(scores),
        _pr_auc(scores),
        _kolmogorov_smirnov(scores),
        loss_figure("brier_score", scores.squared_error, scores.n),
        loss_figure("log_loss", scores.log_loss, scores.n),
    )


def roc_auc(scores: ScoreSums, subject: str = "") -> Figure:
    """The chance that a positive scores above a negative, ties half: 0.5 is chance, 1 is perfect.

    Interval: DeLong (1988), none where the labels are fully separated. Not available with one class only.
    """
    area = area_under_curve(scores)
    if area is None:
        return missing("roc_auc", _one_class(scores), n=scores.n, subject=subject)
    return Figure("roc_auc", float(Fraction(area)), delong(scores), scores.n, "DeLong", subject=subject)


def _one_class(scores: ScoreSums) -> str:
    return NO_NEGATIVES if scores.positives else NO_POSITIVES


def _pr_auc(scores: ScoreSums) -> Figure:
    """Average precision: the mean, over the positives, of the precision when all that scores as high is flagged.

    Formula: Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the distinct scores from the highest down, as sklearn's `average_precision_score`;
    the share of positives is chance, 1 is perfect. Interval: the logit method with n the number of positives, Boyd,
    Eng and Page, ECML PKDD 2013, 451–466; none at 0 or 1. Not available without positives.
    """
    if not scores.positives:
        return missing("pr_auc", NO_POSITIVES, n=scores.n)
    value = min(1.0, scores.precision_total / scores.positives)
    return Figure("pr_auc", value, _logit_interval(value, scores.positives), scores.n, "logit")


def _logit_interval(value: float, n: int) -> Interval | None:
    if not 0 < value < 1:
        return None
    on_logits = normal(log(value / (1 - value)), 1 / sqrt(n * value * (1 - value)))
    return Interval(1 / (1 + exp(-on_logits.low)), 1 / (1 + exp(-on_logits.high)))


def _kolmogorov_smirnov(scores: ScoreSums) -> Figure:
    """The largest of true positive rate − false positive rate over all thresholds: 0 is chance, 1 is perfect.

    It is the one-sided two-sample Kolmogorov–Smirnov statistic of the scores by label, and Youden's largest index
    (Cancer 3 (1950) 32–35). No interval: a maximum over thresholds chosen on the same rows has none that holds
    generally. Not available with one class only.
    """
    pairs = scores.positives * scores.negatives
    if not pairs:
        return missing("kolmogorov_smirnov", _one_class(scores), n=scores.n)
    return Figure("kolmogorov_smirnov", scores.largest_gap / pairs, None, scores.n, "largest gap")


def loss_figure(metric: str, loss: LossSum | None, n: int, reason: str = NO_PROBABILITY) -> Figure:
    """The mean of (score − label)² or of −ln of the probability given to the label: 0 is perfect, lower is better.

    With several classes the squared error is summed over them. Interval: normal, from the spread of the rows' losses;
    none where all are equal. Sources: Brier, Monthly Weather Review 78 (1950) 1–3; Good, JRSS B 14 (1952) 107–114.
    """
    if loss is None or not n:
        return missing(metric, reason, n=n)
    value, interval = mean_loss(loss, n)
    return Figure(metric, value, interval, n, "normal")
