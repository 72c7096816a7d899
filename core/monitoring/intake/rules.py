"""What production data is: the kinds that arrive, what their columns mean, and who may hand them in."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum

from core.access.rules import ALLOWED, SYSTEM, Actor, Permission, permission_refusals
from core.errors import Problem, Refusal, Unreadable
from core.policy.rules import Task

ID, AT, VERSION = "id", "at", "version"
PREDICTION, SCORE, LABEL = "prediction", "score", "label"
LATENCY, COST, INPUT_REF, ERROR = "latency_ms", "cost", "input_ref", "error"
OURS = (ID, AT, VERSION, PREDICTION, SCORE, LABEL, LATENCY, COST, INPUT_REF, ERROR)
NUMBERS = (SCORE, LATENCY, COST)
ADDED = ("labelled_at", "received_at")  # by the reading; no column that is handed in may have these names
MOST_ROWS = 2_000_000  # of one batch
MOST_PROBLEMS = 20
WIDEST_ID = 64  # bytes


class BatchKind(StrEnum):
    """What a batch of production data holds."""

    INFERENCES = "inferences"
    LABELS = "labels"
    ATTRIBUTES = "attributes"  # sensitive ones, kept apart and joined by id
    REFERENCE = "reference"  # rows that production is compared with


class SeriesKind(StrEnum):
    """How the values of a series are read."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


@dataclass(frozen=True)
class MonitoredData:
    """What is monitored of a model in one environment.

    `features` empty means every column without another meaning; `categorical` are features whose numbers name
    categories; `sensitive` are the attributes by which groups are compared, in the batch itself or joined by id;
    `label` is what the outcome is called in files; `reference` is the number of the evidence (E0007) or of the batch
    (PB0003) that holds the reference data; `because` gives, by sensitive attribute, the reason for which personal data
    in it is let in.
    """

    task: Task = Task.BINARY
    positive_label: str = ""
    features: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    label: str = LABEL
    reference: str = ""
    because: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """One line of JSON with every field, keys in order."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "MonitoredData":
        """Read what `to_json` wrote."""
        value = json.loads(text)
        lists = {name: tuple(value[name]) for name in ("features", "categorical", "sensitive")}
        return cls(**{**value, **lists, "task": Task(value["task"])})

    def features_among(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Those of these columns that are inputs of the model, in their order."""
        if self.features:
            declared = set(self.features)
            return tuple(name for name in columns if name in declared)
        taken = {*OURS, *ADDED, *self.sensitive, self.label}
        return tuple(name for name in columns if name not in taken)


def monitored_problems(data: MonitoredData) -> tuple[Problem, ...]:
    """What is wrong with a declaration by itself."""
    return tuple(_monitored(data))


def _monitored(data: MonitoredData) -> Iterable[Problem]:
    if data.task is Task.BINARY and not data.positive_label:
        yield Problem(
            "no positive label is named", column="positive_label", expected="the label that counts as positive"
        )
    if not data.label.strip():
        yield Problem("the label has no name", column="label", expected="the name of a column")
    if data.label != LABEL and data.label in (*OURS, *ADDED):
        yield Problem("the label has the name of another column", column="label", found=data.label)
    for role, names in (("feature", data.features), ("sensitive attribute", data.sensitive)):
        for name in names:
            if name in (*OURS, *ADDED, data.label):
                yield Problem(f"a {role} has the name of another column", column=role, found=name)
        if len(set(names)) < len(names):
            yield Problem(f"a {role} is named twice", column=role)
    for name in sorted(set(data.categorical) - set(data.features)) if data.features else ():
        yield Problem("a category is not among the features", column="categorical", found=name)
    for name in sorted(set(data.because) - set(data.sensitive)):
        yield Problem("a reason for a column that is no sensitive attribute", column="because", found=name)


def is_sealed(kind: BatchKind, columns: Iterable[str], declared: MonitoredData | None) -> bool:
    """Whether rows with these columns hold sensitive attributes, so that their file lies sealed."""
    return kind is BatchKind.ATTRIBUTES or bool(declared and set(declared.sensitive) & set(columns))


def refuse_unsound(problems: Sequence[Problem]) -> None:
    """Raise `Unreadable` with these, if there are any."""
    if problems:
        raise Unreadable(tuple(problems)[:MOST_PROBLEMS])


def report_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor may not hand in production data; the drop folder, which the operator sets up, may."""
    return ALLOWED if actor == SYSTEM else permission_refusals(actor, Permission.PRODUCTION_REPORT)


def declare_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor may not say what is monitored of a model."""
    return permission_refusals(actor, Permission.MODEL_EDIT)
