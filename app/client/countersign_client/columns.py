"""What the columns of a file mean, in the words of the API, and the same as parameters of an address."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypedDict

PREDICTIONS, BASELINE, PERTURBED = "predictions", "baseline-predictions", "perturbed-predictions"
OF_PERTURBED = frozenset({"prediction", "score", "probability", "positive", "favourable", "row_id", "task", "scenario"})


class Columns(TypedDict, total=False):
    """The meaning of columns by name; with none of them it is guessed.

    `label`, `prediction`, `score` and `row_id` are columns; `positive` is the label that counts as positive and
    `favourable` the outcome that is good for the person, where it is the other one. `sensitive` are the attributes by
    which groups are compared, `control` columns within whose values they are compared again, `feature` the model's
    inputs, `number` further columns that must hold numbers. `class_probability` names the column with the probability
    of each class, `declare` the reason for which a column with personal data is let in. A list of one may be text.
    """

    label: str
    prediction: str
    score: str
    row_id: str
    probability: bool
    positive: str
    favourable: str
    favourable_words: str
    task: str
    sensitive: str | Sequence[str]
    feature: str | Sequence[str]
    control: str | Sequence[str]
    number: str | Sequence[str]
    class_probability: Mapping[str, str]
    declare: Mapping[str, str]
    scenario: str
    audit_sex: str
    audit_race: str
    audit_because: str


def query_of(columns: Columns) -> list[tuple[str, str]]:
    """The parameters of the address; raises `TypeError` for a name that is not one of `Columns`."""
    if unknown := sorted(set(columns) - Columns.__optional_keys__):
        raise TypeError(f"{', '.join(unknown)}: not one of {', '.join(sorted(Columns.__optional_keys__))}")
    return [(name, text) for name, value in columns.items() for text in _texts(value)]


def shared(kind: str, query: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was said of the predictions, as far as it holds for a file of this kind.

    A baseline is read as the predictions are; perturbed predictions by the same names, and they alone have a scenario;
    other files need nothing said.
    """
    if kind == PERTURBED:
        return [(name, value) for name, value in query if name in OF_PERTURBED]
    without = {PREDICTIONS: {"scenario"}, BASELINE: {"scenario", "declare"}}.get(kind)
    return [] if without is None else [(name, value) for name, value in query if name not in without]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (f"{name}={text}" for name, text in value.items())
    elif isinstance(value, Sequence) and not isinstance(value, str):
        yield from map(str, value)
    elif isinstance(value, bool):
        yield str(value).lower()
    elif value is not None:
        yield str(value)
