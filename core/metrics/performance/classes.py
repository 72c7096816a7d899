"""What the engine counts for a model of several classes."""

from dataclasses import dataclass

from core.metrics.scores import LossSum, ReliabilityBin, ScoreSums


@dataclass(frozen=True)
class ProbabilitySums:
    """What a probability for each class adds.

    `squared_error` sums over the rows (probability − label)² of all classes, `log_loss` −ln of the probability given to
    the label. `top` bins rows by the largest probability; a positive is a row whose label is that class (the first one
    on a tie). `ranks` are each class's probabilities against all other classes, in the order of the classes.
    `macro_variance` is DeLong's variance of the mean of the areas; None where it was not computed.
    """

    squared_error: LossSum
    log_loss: LossSum
    top: tuple[ReliabilityBin, ...]
    ranks: tuple[ScoreSums, ...]
    macro_variance: float | None


@dataclass(frozen=True)
class ClassCounts:
    """Labels against predictions: `table[i][j]` rows have label `classes[i]` and prediction `classes[j]`."""

    classes: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    probabilities: ProbabilitySums | None = None
