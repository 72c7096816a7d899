"""What the columns of an upload mean, as the address of the upload says it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query

from core.errors import Problem, Unreadable
from core.policy.rules import Task
from core.validation.intake import OUTCOMES
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping, guess_mapping, preflight

Column = Annotated[str | None, Query(min_length=1, max_length=200)]
MOST, MOST_FEATURES = 100, 1000


@dataclass(frozen=True)
class Said:
    """The parameters as they came; `given` is None when the meaning is to be guessed."""

    given: ColumnMapping | None
    declarations: tuple[str, ...]

    def columns(self, path: Path, filename: str, kind: EvidenceKind = EvidenceKind.PREDICTIONS) -> ColumnMapping:
        """The meaning as given, or for predictions as guessed from the file; other kinds need none."""
        if self.given:
            return self.given
        guessed = kind in OUTCOMES and kind is not EvidenceKind.PERTURBED
        return guess_mapping(preflight(path, filename=filename)) if guessed else ColumnMapping()

    def declared(self) -> dict[str, str]:
        """The reason by column; raises `Unreadable` for a declaration that is not COLUMN=REASON."""
        reasons: dict[str, str] = {}
        for declaration in self.declarations:
            column, equals, reason = declaration.partition("=")
            if not equals or not column or column in reasons:
                raise Unreadable([Problem("not a declaration", column="declare", expected="COLUMN=REASON, each once")])
            reasons[column] = reason
        return reasons


def said(
    label: Column = None,
    prediction: Column = None,
    score: Column = None,
    positive: Annotated[str, Query(max_length=200, description="The label that counts as positive")] = "",
    favourable: Annotated[
        str, Query(max_length=200, description="The outcome that is good for the person; default: the positive label")
    ] = "",
    favourable_words: Annotated[str, Query(max_length=60, description="That outcome in words, such as cleared")] = "",
    sensitive: Annotated[list[str], Query(max_length=MOST, description="Attributes by which groups are compared")] = [],  # noqa: B006  FastAPI copies it
    row_id: Column = None,
    number: Annotated[list[str], Query(max_length=MOST, description="Further columns that must hold numbers")] = [],  # noqa: B006
    probability: Annotated[bool, Query(description="Scores are probabilities, from 0 to 1")] = False,
    task: Annotated[Task | None, Query(description="What the model predicts; default: one of two classes")] = None,
    feature: Annotated[list[str], Query(max_length=MOST_FEATURES, description="The model's inputs")] = [],  # noqa: B006
    control: Annotated[
        list[str], Query(max_length=MOST, description="Columns within whose values groups are compared again")
    ] = [],  # noqa: B006
    class_probability: Annotated[
        list[str],
        Query(max_length=MOST, description="The probability of a class, as CLASS=COLUMN", examples=["setosa=p_setosa"]),
    ] = [],  # noqa: B006
    scenario: Annotated[
        str | None, Query(min_length=1, max_length=200, description="For perturbed predictions: names the perturbation")
    ] = None,
    audit_sex: Annotated[
        str | None, Query(min_length=1, max_length=200, description="The sex of a bias audit under NYC Local Law 144")
    ] = None,
    audit_race: Annotated[
        str | None, Query(min_length=1, max_length=200, description="The race or ethnicity of such a bias audit")
    ] = None,
    audit_because: Annotated[
        str,
        Query(max_length=1000, description="Leaves categories of under 2 % of the people out of its ratios, and why"),
    ] = "",
    declare: Annotated[
        list[str],
        Query(
            max_length=MOST,
            description="Lets a column with personal data in, with the reason on record",
            examples=["race=Protected attribute, needed to measure fairness"],
        ),
    ] = [],  # noqa: B006
) -> Said:
    """What the address says."""
    mapping = ColumnMapping(
        label=label,
        prediction=prediction,
        score=score,
        positive_label=positive,
        favourable_label=favourable,
        favourable_words=favourable_words,
        sensitive=tuple(sensitive),
        row_id=row_id,
        numbers=tuple(number),
        score_is_probability=probability,
        task=task.value if task else "",
        features=tuple(feature),
        controls=tuple(control),
        probabilities=tuple(class_probability),
        scenario=scenario,
        audit_sex=audit_sex,
        audit_race=audit_race,
        audit_because=audit_because,
    )
    return Said(None if mapping == ColumnMapping() else mapping, tuple(declare))


Mapping = Annotated[Said, Depends(said)]
