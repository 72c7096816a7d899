"""What the columns of an upload mean: declared by a person or a pipeline, kept with the evidence."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from core.errors import Problem, Unreadable
from core.policy.rules import Task
from core.validation.uploads.numbers import canonical
from core.validation.uploads.problems import shown
from core.validation.uploads.strict_json import Json, loads

TEXTS = ("label", "prediction", "score", "row_id", "scenario", "audit_sex", "audit_race")
LISTS = ("sensitive", "numbers", "features", "controls", "probabilities")
LABELS = ("positive_label", "favourable_label", "favourable_words", "task", "audit_because")
FIELDS = (*TEXTS, *LISTS, *LABELS, "score_is_probability")


@dataclass(frozen=True)
class ColumnMapping:
    """The meaning of columns by name.

    `positive_label` is the text of the label that counts as positive; `favourable_label` the outcome that is good for
    the person, when that is the other one (in COMPAS: not flagged), and empty when it is the positive label;
    `sensitive` are the attributes by which groups are compared; `numbers` are further columns that must hold numbers
    throughout. `task` is what the model predicts (empty: one of two classes); `features` are its inputs; `controls` are
    columns within whose values groups are compared again; `probabilities` name, as “class=column”, the column that
    holds the probability of each class, and without a prediction column the most probable class is the prediction, the
    first in order on a tie; `scenario` names the perturbation of a row; `audit_sex` and `audit_race` are
    the two attributes of a bias audit under NYC Local Law 144, and `audit_because` the auditor's justification for
    leaving categories of less than 2 % of the people out of its impact ratios (empty: none is left out).
    """

    label: str | None = None
    prediction: str | None = None
    score: str | None = None
    positive_label: str = ""
    favourable_label: str = ""
    favourable_words: str = ""
    sensitive: tuple[str, ...] = ()
    row_id: str | None = None
    numbers: tuple[str, ...] = ()
    score_is_probability: bool = False
    task: str = ""
    features: tuple[str, ...] = ()
    controls: tuple[str, ...] = ()
    probabilities: tuple[str, ...] = ()
    scenario: str | None = None
    audit_sex: str | None = None
    audit_race: str | None = None
    audit_because: str = ""

    def to_json(self) -> str:
        """One line of JSON with every field, keys in order."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes, *, columns: Sequence[str] | None = None) -> "ColumnMapping":
        """Parse strictly: no unknown or repeated key, no other type; with `columns`, only names among them.

        Raises `Unreadable` with every problem.
        """
        value = loads(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        if not isinstance(value, dict):
            raise Unreadable([Problem("the column mapping is not an object", found=type(value).__name__)])
        problems = list(_shape_problems(value))
        if problems:
            raise Unreadable(problems)
        mapping = cls(
            **{name: value.get(name) for name in TEXTS},  # type: ignore[arg-type]  # the shape was checked above
            **{name: tuple(value.get(name) or ()) for name in LISTS},  # type: ignore[arg-type]
            **{name: str(value.get(name) or "") for name in LABELS},  # type: ignore[arg-type]
            score_is_probability=bool(value.get("score_is_probability")),
        )
        if columns is not None and (wrong := mapping.problems(columns)):
            raise Unreadable(wrong)
        return mapping

    def is_positive(self, value: str) -> bool:
        """True for the positive label in any spelling of the same number: `1`, `1.0`; other text must be equal."""
        return canonical(value) == canonical(self.positive_label)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every column with a sensitive attribute: those by which groups are compared, and those of a bias audit."""
        named = (*self.sensitive, self.audit_sex, self.audit_race)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def predicts(self) -> Task:
        """What the model predicts."""
        return Task(self.task) if self.task else Task.BINARY

    @property
    def probability_columns(self) -> dict[str, str]:
        """Class to the column with its probability."""
        return dict(pair.rpartition("=")[::2] for pair in self.probabilities)

    @property
    def class_from_probabilities(self) -> bool:
        """Whether the most probable class counts as the prediction, because no column of predictions is named."""
        return (
            self.predicts is Task.MULTICLASS
            and bool(self.probabilities)
            and self.prediction is None
            and self.score is None
        )

    @property
    def number_columns(self) -> tuple[str, ...]:
        """Every column that must hold numbers throughout: scores, probabilities, those declared, and for regression
        what happened and what was predicted."""
        outcomes = (self.label, self.prediction) if self.predicts is Task.REGRESSION else ()
        named = (self.score, *self.numbers, *self.probability_columns.values(), *outcomes)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def complete_columns(self) -> tuple[str, ...]:
        """Every column in which no value may be missing."""
        roles = (self.label, self.prediction, *self.number_columns, self.row_id, self.scenario)
        return tuple(dict.fromkeys(name for name in roles if name is not None))

    def problems(self, columns: Sequence[str], *, outcome: bool = True) -> list[Problem]:
        """What is wrong with the mapping by itself and beside the columns of the file; `outcome`: it is a file of
        predictions, so what was predicted has to be named."""
        wrong = list(self._misspelt())
        if wrong:
            return wrong
        return [*self._unknown(columns), *(self._incomplete() if outcome else ()), *self._doubled()]

    def _misspelt(self) -> Iterable[Problem]:
        if self.task not in {"", *Task}:
            yield Problem("no such task", None, "task", shown(self.task), "one of " + ", ".join(Task))
        for pair in self.probabilities:
            if not all(pair.rpartition("=")):
                yield Problem("not a class and its column", None, "probabilities", shown(pair), "CLASS=COLUMN")
        if len(self.probability_columns) < len(self.probabilities):
            yield Problem("a class stands twice", None, "probabilities", expected="each class once")

    def _unknown(self, columns: Sequence[str]) -> Iterable[Problem]:
        named = [("label", self.label), ("prediction", self.prediction), ("score", self.score), ("row id", self.row_id)]
        named += [("sensitive attribute", name) for name in self.sensitive]
        named += [("scenario", self.scenario), ("sex", self.audit_sex), ("race", self.audit_race)]
        lists = (("number", self.numbers), ("feature", self.features), ("control", self.controls))
        named += [(role, name) for role, names in lists for name in names]
        named += [("probability", name) for name in self.probability_columns.values()]
        known = ", ".join(shown(name) for name in columns[:20]) + (" …" if len(columns) > 20 else "")
        for role, name in named:
            if name is not None and name not in columns:
                yield Problem(f"the {role} column is not in the file", 1, name, "no such column", f"one of {known}")

    def _incomplete(self) -> Iterable[Problem]:
        if self.prediction is None and self.score is None and not self.class_from_probabilities:
            yield Problem("neither a prediction nor a score column is named", expected="at least one of them")
        if (self.audit_sex or self.audit_race) and self.class_from_probabilities:
            yield Problem("a bias audit has neither a prediction nor a score column", expected="at least one of them")
        classes = self.label is not None or self.prediction is not None
        if self.predicts is Task.BINARY and classes and not self.positive_label:
            yield Problem("no positive label is named", expected="the label that counts as positive")
        if self.score_is_probability and self.score is None:
            yield Problem("a probability is declared, but no score column", expected="a score column")
        if self.audit_because and not (self.audit_sex or self.audit_race):
            yield Problem("an exclusion is justified, but there is no bias audit", expected="sex, race or both")

    def _doubled(self) -> Iterable[Problem]:
        roles = {"label": self.label, "prediction": self.prediction, "row id": self.row_id, "scenario": self.scenario}
        roles |= {f"sensitive attribute {place}": name for place, name in enumerate(self.sensitive, start=1)}
        first: dict[str, str] = {}
        for role, name in roles.items():
            if name is not None and (earlier := first.setdefault(name, role)) != role:
                yield Problem("one column has two meanings", 1, name, f"{earlier} and {role}", "one meaning")
        if self.score is not None and self.score in {self.label, self.row_id, *self.sensitive}:
            yield Problem("one column has two meanings", 1, self.score, "score and another", "one meaning")


def _shape_problems(value: dict[str, Json]) -> Iterable[Problem]:
    for key, found in value.items():
        if key not in FIELDS:
            yield Problem("an unknown key in the column mapping", None, key, shown(key), "one of " + ", ".join(FIELDS))
        elif key in TEXTS and not (found is None or isinstance(found, str)):
            yield Problem("not a column name", None, key, type(found).__name__, "text or null")
        elif key in LISTS and not (isinstance(found, list) and all(isinstance(name, str) for name in found)):
            yield Problem("not a list of column names", None, key, type(found).__name__, "a list of texts")
        elif key in LABELS and not isinstance(found, str):
            yield Problem("the label is not text", None, key, type(found).__name__, "text, for example “1”")
        elif key == "score_is_probability" and not isinstance(found, bool):
            yield Problem("neither true nor false", None, key, type(found).__name__, "true or false")
