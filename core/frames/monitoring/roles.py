"""What the columns of production data mean."""

from dataclasses import dataclass

BINARY, MULTICLASS, REGRESSION = "binary", "multiclass", "regression"
ID, AT, VERSION = "id", "at", "version"
PREDICTION, SCORE, LABEL, LATENCY, ERROR = "prediction", "score", "label", "latency_ms", "error"
EVEN_CUT = 0.5  # a score of at least this much is a positive prediction where no prediction is given


@dataclass(frozen=True)
class ChunkRoles:
    """The task, the spelling of the positive label, the inputs and the attributes by which groups are compared."""

    task: str = BINARY
    positive: str = ""
    features: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
