"""What the columns of an upload mean, as the address of the upload says it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query

from core.errors import Problem, Unreadable
from core.validation.uploads import ColumnMapping, guess_mapping, preflight

Column = Annotated[str | None, Query(min_length=1, max_length=200)]
MOST = 100


@dataclass(frozen=True)
class Said:
    """The parameters as they came; `given` is None when the meaning is to be guessed."""

    given: ColumnMapping | None
    declarations: tuple[str, ...]

    def columns(self, path: Path, filename: str) -> ColumnMapping:
        """The meaning as given, or as guessed from the file."""
        return self.given or guess_mapping(preflight(path, filename=filename))

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
    )
    return Said(None if mapping == ColumnMapping() else mapping, tuple(declare))


Mapping = Annotated[Said, Depends(said)]
