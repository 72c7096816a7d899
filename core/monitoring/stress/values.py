"""What a stress test's plan says, as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.frames.scenarios import Scenario

MOST_USERS, MOST_RATE, MOST_SECONDS, MOST_ROWS, MOST_REQUESTS = 50, 200, 240, 1_000, 20_000
MOST_PHASES, MOST_CASES = 10, 20
UNDISTURBED = ""  # the case of a row that is sent as it is


class Shape(StrEnum):
    """How a row becomes the body of a request."""

    RECORDS = "records"  # {"dataframe_records": [row]}, as MLflow's scoring server takes it
    INSTANCES = "instances"  # {"instances": [row]}
    ROW = "row"  # the row itself


class AnswerForm(StrEnum):
    """What an answer is."""

    LABEL = "label"
    PROBABILITY = "probability"
    NUMBER = "number"


class From(StrEnum):
    """Where the rows come from."""

    PRODUCTION = "production"  # the newest that were recorded
    EVIDENCE = "evidence"  # the predictions that were handed in for validation


@dataclass(frozen=True)
class Phase:
    """So many users making so many requests a second for so long; with a dependency away, its columns are empty.

    `headers` tell the endpoint under test to do without the dependency, where it knows how to.
    """

    name: str
    users: int
    rate: float  # requests a second, of all users together
    seconds: int
    dependency: str = ""
    missing: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StressPlan:
    """A whole plan. Without an `address` the cases are answered by a surrogate of the recorded answers."""

    name: str
    rows_from: From
    rows: int
    address: str = ""
    shape: Shape = Shape.RECORDS
    timeout: float = 5.0
    answer_at: str = "/predictions/0"  # JSON pointer (RFC 6901)
    answer_form: AnswerForm = AnswerForm.LABEL
    labels: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = ()
    cases: tuple[Scenario, ...] = ()

    @property
    def seconds(self) -> int:
        """How long the phases take together, without the cases."""
        return sum(one.seconds for one in self.phases)
