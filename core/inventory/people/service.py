"""The use cases that give a person a part in a model, and end it."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.grants import roles_of
from core.access.people import reason_refusals
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Refusal, Refused, Unreadable
from core.inventory.checking import person_problems, retired_refusals
from core.inventory.moves import load_model
from core.inventory.people.rules import Part, assign_refusals
from core.inventory.rules import Duty
from core.inventory.tables import Assignment, Contribution, Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction


def manage_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot give or end parts."""
    return permission_refusals(actor, Permission.MODEL_EDIT)


def assign(
    store: Store, ledger: Ledger, *, model: str, person: str, part: Part, reason: str, actor: Actor, at: datetime
) -> int:
    """Give a person a part from now on; answers with the ledger entry. Raises Refused, Unreadable, NotFound."""
    with deciding(store, ledger, "assign a part", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = load_model(tx.session, model)
        tx.session.refresh(row, with_for_update={"key_share": True})  # one part of a model at a time
        problems = list(person_problems(tx.session, "person", person))
        if problems:
            raise Unreadable(problems)
        _refuse(
            (
                *manage_refusals(actor),
                *retired_refusals(row),
                *_against(tx.session, row, person, part, at=at),
                *reason_refusals(reason),
            )
        )
        return begin(tx, ledger, row, person, part, reason=reason, actor=actor, at=at)


def begin(
    tx: Transaction,
    ledger: Ledger,
    model: Model,
    person: str,
    part: Part,
    *,
    reason: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Write an assignment with its ledger entry; the caller has asked the rules."""
    tx.session.add(
        Assignment(
            model_id=model.id or 0,
            person=person,
            part=part,
            reason=reason.strip(),
            since=at,
            assigned_by=actor.acting_as,
        )
    )
    tx.session.flush()
    payload = {"person": person, "part": part.value, "reason": reason.strip()}
    entity = Entity("model", model.number)
    return ledger.record(tx, Event.PART_ASSIGNED, entity=entity, actor=actor, at=at, payload=payload).index


def end(
    store: Store, ledger: Ledger, *, model: str, person: str, part: Part, reason: str, actor: Actor, at: datetime
) -> int:
    """End a part now; it stays on record. Owner and developer are fields of the model and end by a change of it."""
    with deciding(store, ledger, "end a part", entity=Entity("model", model), actor=actor, at=at) as tx:
        row = load_model(tx.session, model)
        tx.session.refresh(row, with_for_update={"key_share": True})
        found = standing(tx.session, row, part, person)
        if found is None:
            raise NotFound(f"{part} of {model}", person)
        fields = Refusal("part-field", f"The {part} is a field of the model", "records", "Change the model instead.")
        own = [fields] if person == {Part.OWNER: row.owner, Part.DEVELOPER: row.developer}.get(part) else []
        _refuse((*manage_refusals(actor), *own, *reason_refusals(reason)))
        found.ended_at, found.ended_by, found.ended_reason = at, actor.acting_as, reason.strip()
        tx.session.add(found)
        payload = {"person": person, "part": part.value, "reason": reason.strip()}
        entity = Entity("model", model)
        return ledger.record(tx, Event.PART_ENDED, entity=entity, actor=actor, at=at, payload=payload).index


def standing(session: Session, model: Model, part: Part, person: str) -> Assignment | None:
    """The assignment that stands, or None."""
    return session.exec(
        select(Assignment).where(
            Assignment.model_id == model.id,
            Assignment.part == part,
            Assignment.person == person,
            col(Assignment.ended_at).is_(None),
        )
    ).first()


def _against(session: Session, model: Model, person: str, part: Part, *, at: datetime) -> tuple[Refusal, ...]:
    held = {one for one, who in ((Part.OWNER, model.owner), (Part.DEVELOPER, model.developer)) if who == person}
    developed = session.exec(
        select(Contribution.id)
        .join(ModelVersion, col(ModelVersion.id) == col(Contribution.version_id))
        .where(ModelVersion.model_id == model.id, Contribution.person == person, Contribution.duty == Duty.DEVELOPMENT)
        .limit(1)
    ).first()
    return assign_refusals(
        part,
        roles=roles_of(session, person, at=at),
        held=frozenset(held),
        developed=developed is not None,
        standing=standing(session, model, part, person) is not None,
    )


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
