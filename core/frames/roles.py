"""What the columns of a table of predictions mean, for every assessment that reads several of them."""

from dataclasses import dataclass
from enum import StrEnum

EVEN_CUT = 0.5  # where there are scores alone, at least even odds is a positive prediction


class Task(StrEnum):
    """What a model predicts: one of two classes, one of several, or a number."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


@dataclass(frozen=True)
class Roles:
    """Column names by role; None or empty where the table has none.

    `positive` is the positive label as written; empty where nobody named it. `features` are the model's inputs and
    `sensitive` the attributes by which groups are compared; a column may be both.
    """

    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    positive: str = ""
    task: Task = Task.BINARY
    features: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    row_id: str | None = None

    @property
    def numbers(self) -> bool:
        """Whether what is predicted is a number."""
        return self.task is Task.REGRESSION

    @property
    def inputs(self) -> tuple[str, ...]:
        """The features, each once, without what is an output or an identity."""
        others = {self.label, self.prediction, self.score, self.row_id}
        return tuple(dict.fromkeys(name for name in self.features if name not in others))
