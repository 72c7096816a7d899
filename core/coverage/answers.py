"""Answers of people that are in force, for one model or for all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from core.coverage.rules import Outcome
from core.coverage.tables import CoverageAnswer

Key = tuple[str, str]  # pack and item


@dataclass(frozen=True)
class InForce:
    """The newest answer to each item that is in force: those for the whole organisation, and those by model."""

    for_all: Mapping[Key, CoverageAnswer] = field(default_factory=dict)
    by_model: Mapping[int, Mapping[Key, CoverageAnswer]] = field(default_factory=dict)

    def of(self, model: int) -> Mapping[Key, CoverageAnswer]:
        """What counts for this model; its own answer goes before one for the organisation."""
        own = self.by_model.get(model)
        return {**self.for_all, **own} if own else self.for_all


def answers_in_force(session: Session, *, at: datetime, models: Sequence[int] | None = None) -> InForce:
    """The answers that are neither withdrawn nor expired at this moment."""
    asked: list[ColumnElement[bool]] = [in_force(at)]
    if models is not None:
        asked.append(or_(col(CoverageAnswer.model_id).is_(None), col(CoverageAnswer.model_id).in_(models)))
    rows = session.exec(select(CoverageAnswer).where(*asked).order_by(col(CoverageAnswer.id))).all()
    by_model = defaultdict[int, dict[Key, CoverageAnswer]](dict)
    for_all: dict[Key, CoverageAnswer] = {}
    for row in rows:
        (for_all if row.model_id is None else by_model[row.model_id])[row.pack, row.item] = row
    return InForce(for_all, by_model)


def in_force(at: datetime) -> ColumnElement[bool]:
    """Given by this moment, not withdrawn, not expired."""
    return col(CoverageAnswer.withdrawn_at).is_(None) & (col(CoverageAnswer.expires_at) > at)


def outcomes(answers: Mapping[Key, CoverageAnswer]) -> Mapping[Key, Outcome]:
    """The answers alone."""
    return {key: row.outcome for key, row in answers.items()}
