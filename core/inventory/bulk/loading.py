"""Reads what a bulk edit is about: models, what an earlier edit changed in them, and whether one may know of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.reach.belonging import about_models
from core.access.rules import About, Actor
from core.errors import NotFound, Refusal
from core.inventory.bulk.plan import NEXT_REVIEW, Target
from core.inventory.bulk.queries import load_bulk_edit
from core.inventory.tables import Model
from core.store.types import instant, microseconds


def inverse(session: Session, edit: str) -> tuple[Sequence[Model], dict[str, Target], dict[str, tuple[Refusal, ...]]]:
    """The models of an edit, what their fields were, and which of them hold something else by now."""
    _, stored = load_bulk_edit(session, edit)
    rows = load(session, list(dict.fromkeys(one.model for one in stored)))
    targets: dict[str, dict[str, str | datetime | None]] = {row.number: {} for row in rows}
    moved_on: dict[str, tuple[Refusal, ...]] = {}
    by_number = {row.number: row for row in rows}
    for one in stored:
        targets[one.model][one.field] = _read(one.field, one.old)
        if said(getattr(by_number[one.model], one.field)) != one.new:
            message = f"{one.model}: {one.field.replace('_', ' ')} was changed after {edit}"
            reason = Refusal("changed-since", message, "bulk edit", "Change this model by itself.")
            moved_on[one.model] = (*moved_on.get(one.model, ()), reason)
    return rows, dict(targets), moved_on


def said(value: object) -> str:
    """A value as the rows of an edit keep it."""
    return str(microseconds(value)) if isinstance(value, datetime) else "" if value is None else str(value)


def _read(field: str, kept: str) -> str | datetime | None:
    if field != NEXT_REVIEW:
        return kept
    return instant(int(kept)) if kept else None


def load(session: Session, numbers: Sequence[str]) -> Sequence[Model]:
    """These models, in the order in which they were registered; raises `NotFound`."""
    rows = session.exec(select(Model).where(col(Model.number).in_(numbers)).order_by(col(Model.id))).all()
    missing = set(numbers) - {row.number for row in rows}
    if missing:
        raise NotFound("model", min(missing))
    return rows


def seen(session: Session, rows: Sequence[Model], actor: Actor) -> None:
    """A model that the actor's grants do not reach is not found, as everywhere."""
    for row in rows:
        belonging = about(session, row.number, actor)
        if belonging is not None and not actor.reach.touches(belonging):
            raise NotFound("model", row.number)


def about(session: Session, model: str, actor: Actor) -> About | None:
    """What the change of this model is about, where the actor's grants ask."""
    return about_models(session, [model]) if actor.limits else None
