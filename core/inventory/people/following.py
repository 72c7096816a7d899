"""Owner and developer are fields of a model; these rows date them by person, as they date every other part."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from core.access.rules import Actor
from core.inventory.history import Difference
from core.inventory.people.rules import Part
from core.inventory.tables import Assignment, Model
from core.store import Transaction


def begin_with(tx: Transaction, model: Model, *, actor: Actor, at: datetime) -> None:
    """The parts of a model that is being registered; its registration is what the ledger records."""
    for part, person in ((Part.OWNER, model.owner), (Part.DEVELOPER, model.developer)):
        _add(tx, model, part, person, "Registered so", actor, since=at)


def follow(
    tx: Transaction, model: Model, found: Sequence[Difference], *, reason: str, actor: Actor, at: datetime
) -> None:
    """After a change of the model, the former owner's or developer's part ends and the new one's begins."""
    for one in found:
        if one.field not in (Part.OWNER, Part.DEVELOPER):
            continue
        part = Part(one.field)
        former = tx.session.exec(
            select(Assignment).where(
                Assignment.model_id == model.id, Assignment.part == part, col(Assignment.ended_at).is_(None)
            )
        ).all() or [_add(tx, model, part, one.old, "Registered so", actor, since=model.registered_at)]
        for row in former:
            row.ended_at, row.ended_by, row.ended_reason = at, actor.acting_as, reason.strip()
            tx.session.add(row)
        tx.session.flush()
        _add(tx, model, part, one.new, reason.strip(), actor, since=at)


def _add(
    tx: Transaction, model: Model, part: Part, person: str, reason: str, actor: Actor, *, since: datetime
) -> Assignment:
    row = Assignment(
        model_id=model.id or 0, person=person, part=part, reason=reason, since=since, assigned_by=actor.acting_as
    )
    tx.session.add(row)
    tx.session.flush()
    return row
