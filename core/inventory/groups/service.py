"""The use cases of groups of models: make, rename, put models in, take them out, end.

What is in a group is what grants that name it reach. So administrators keep groups; where a grant of a sensitive role
names one, or one waits, a model joins it only when a second administrator agrees.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.access.rules.granting import LIFE, AskedStatus
from core.errors import NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.groups.queries import load_group, reaching
from core.inventory.groups.rules import (
    MOST_MODELS,
    GroupFacts,
    change_refusals,
    end_refusals,
    make_refusals,
    waits_for_second,
)
from core.inventory.groups.tables import AskedMembers, ModelGroup, ModelGroupMember
from core.inventory.tables import Model
from core.ledger.events import Event
from core.ledger.service import Entity, Happening, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_NAME, LONGEST_PURPOSE = 200, 1000


def make_group(store: Store, ledger: Ledger, *, name: str, purpose: str, actor: Actor, at: datetime) -> str:
    """Make an empty group; its number. Raises `Refused`, `Unreadable`."""
    with deciding(store, ledger, "make a group of models", entity=_entity("new"), actor=actor, at=at) as tx:
        refuse(make_refusals(actor))
        number = next_number(tx.session, "MG")
        name, purpose = _said(tx.session, name, purpose)
        row = ModelGroup(number=number, name=name, purpose=purpose, created_by=actor.id, created_at=at)
        tx.session.add(row)
        said = {"name": name, "purpose": purpose}
        ledger.record(tx, Event.MODEL_GROUP_MADE, entity=_entity(number), actor=actor, at=at, payload=said)
        return number


def rename_group(
    store: Store, ledger: Ledger, *, group: str, name: str, purpose: str, actor: Actor, at: datetime
) -> None:
    """Give it another name or purpose; raises `NotFound`, `Refused`, `Unreadable`."""
    with deciding(store, ledger, "rename a group of models", entity=_entity(group), actor=actor, at=at) as tx:
        row = locked_group(tx.session, group)
        refuse(change_refusals(facts_of(tx.session, row, at=at), actor))
        name, purpose = _said(tx.session, name, purpose, but=group)
        if (row.name, row.purpose) == (name, purpose):
            return
        row.name, row.purpose = name, purpose
        said = {"name": name, "purpose": purpose}
        ledger.record(tx, Event.MODEL_GROUP_RENAMED, entity=_entity(group), actor=actor, at=at, payload=said)


def put_in(
    store: Store, ledger: Ledger, *, group: str, models: Sequence[str], reason: str, actor: Actor, at: datetime
) -> str | None:
    """Put models into the group; raises `NotFound`, `Refused`, `Unreadable`.

    Where a sensitive role reaches the group they wait for a second administrator: the answer is then the number under
    which they are confirmed.
    """
    with deciding(store, ledger, "put models into a group", entity=_entity(group), actor=actor, at=at) as tx:
        row = locked_group(tx.session, group)
        facts = facts_of(tx.session, row, at=at)
        refuse((*change_refusals(facts, actor), *reason_refusals(reason)))
        inside = numbers_in(tx.session, row)
        joining = [one for one in _known(tx.session, models) if one not in inside]
        if not joining:
            raise Refused([Refusal("in-group", f"Every one of these models is in {group}")])
        if waits_for_second(facts):
            return _ask(tx, ledger, row, joining, reason, actor=actor, at=at)
        join(tx, ledger, row, joining, reason=reason, actor=actor, at=at)
        return None


def take_out(
    store: Store, ledger: Ledger, *, group: str, models: Sequence[str], reason: str, actor: Actor, at: datetime
) -> None:
    """Take models out of the group at once, whoever reaches it; raises `NotFound`, `Refused`, `Unreadable`."""
    with deciding(store, ledger, "take models out of a group", entity=_entity(group), actor=actor, at=at) as tx:
        row = locked_group(tx.session, group)
        refuse((*change_refusals(facts_of(tx.session, row, at=at), actor), *reason_refusals(reason)))
        inside = numbers_in(tx.session, row)
        leaving = [one for one in _known(tx.session, models) if one in inside]
        if not leaving:
            raise Refused([Refusal("not-in-group", f"None of these models is in {group}")])
        _leave(tx, ledger, row, leaving, reason=reason, actor=actor, at=at)


def end_group(store: Store, ledger: Ledger, *, group: str, reason: str, actor: Actor, at: datetime) -> None:
    """End the group, which no grant names any more: it stays on record, without models. Raises as `take_out`."""
    with deciding(store, ledger, "end a group of models", entity=_entity(group), actor=actor, at=at) as tx:
        row = locked_group(tx.session, group)
        refuse((*end_refusals(facts_of(tx.session, row, at=at), actor), *reason_refusals(reason)))
        if inside := numbers_in(tx.session, row):
            _leave(tx, ledger, row, sorted(inside), reason=reason, actor=actor, at=at)
        row.ended_by, row.ended_at = actor.id, at
        ledger.record(
            tx, Event.MODEL_GROUP_ENDED, entity=_entity(group), actor=actor, at=at, payload={"reason": reason}
        )


def facts_of(session: Session, row: ModelGroup, *, at: datetime) -> GroupFacts:
    """The group as the rules ask about it."""
    return GroupFacts(row.number, row.ended_at is not None, reaching(session, row.number, at=at))


def locked_group(session: Session, number: str) -> ModelGroup:
    """The group that nobody else changes meanwhile; raises `NotFound`."""
    row = session.exec(select(ModelGroup).where(ModelGroup.number == number).with_for_update()).first()
    if row is None:
        raise NotFound("model group", number)
    return row


def against_changing(session: Session, group: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against renaming it or changing its models, for the buttons as for the use cases."""
    return change_refusals(facts_of(session, load_group(session, group), at=at), actor)


def against_ending(session: Session, group: str, actor: Actor, *, at: datetime) -> tuple[Refusal, ...]:
    """Every reason against ending it."""
    return end_refusals(facts_of(session, load_group(session, group), at=at), actor)


def numbers_in(session: Session, row: ModelGroup) -> frozenset[str]:
    """The models in it."""
    member = select(Model.number).join(ModelGroupMember, col(ModelGroupMember.model_id) == col(Model.id))
    return frozenset(session.exec(member.where(ModelGroupMember.group_id == row.id)))


def join(
    tx: Transaction, ledger: Ledger, row: ModelGroup, models: Sequence[str], *, reason: str, actor: Actor, at: datetime
) -> None:
    """Write the members and an entry for each; the caller has asked the rules."""
    ids = tx.session.exec(select(Model.id).where(col(Model.number).in_(models))).all()
    tx.session.add_all(
        ModelGroupMember(group_id=row.id or 0, model_id=one or 0, added_by=actor.id, added_at=at) for one in ids
    )
    _record(tx, ledger, Event.MODEL_GROUP_JOINED, row, models, reason, actor=actor, at=at)


def refuse(reasons: Sequence[Refusal]) -> None:
    """Raise them, where there are any."""
    if reasons:
        raise Refused(reasons)


def _leave(
    tx: Transaction, ledger: Ledger, row: ModelGroup, models: Sequence[str], *, reason: str, actor: Actor, at: datetime
) -> None:
    ids = select(Model.id).where(col(Model.number).in_(models))
    tx.session.exec(
        delete(ModelGroupMember).where(
            col(ModelGroupMember.group_id) == row.id, col(ModelGroupMember.model_id).in_(ids)
        )
    )
    _record(tx, ledger, Event.MODEL_GROUP_LEFT, row, models, reason, actor=actor, at=at)


def _ask(
    tx: Transaction, ledger: Ledger, row: ModelGroup, models: Sequence[str], reason: str, *, actor: Actor, at: datetime
) -> str:
    number = next_number(tx.session, "GM")
    tx.session.add(
        AskedMembers(
            number=number, group_id=row.id or 0, models=" ".join(models), reason=reason, asked_by=actor.id,
            asked_at=at, expires_at=at + LIFE, status=AskedStatus.WAITING,
        )
    )  # fmt: skip
    said = {"asked": number, "models": " ".join(models), "reason": reason}
    ledger.record(tx, Event.MODEL_GROUP_ASKED, entity=_entity(row.number), actor=actor, at=at, payload=said)
    return number


def _record(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    row: ModelGroup,
    models: Iterable[str],
    reason: str,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """One entry for each model, so that its history says which grants came to reach it."""
    said = [Happening(event, Entity("model", one), {"group": row.number, "reason": reason}) for one in models]
    ledger.record_many(tx, said, actor=actor, at=at)


def _known(session: Session, models: Sequence[str]) -> list[str]:
    """The models by number, each once; raises `Unreadable` for those that nobody registered."""
    wanted = sorted({one.strip().upper() for one in models if one.strip()})
    known = set(session.exec(select(Model.number).where(col(Model.number).in_(wanted[:MOST_MODELS]))))
    problems = [
        Problem("No model has this number", column="models", found=one) for one in wanted[:20] if one not in known
    ]
    if not wanted or len(wanted) > MOST_MODELS:
        problems.append(Problem(f"Between 1 and {MOST_MODELS} models at a time", column="models"))
    if problems:
        raise Unreadable(problems)
    return wanted


def _said(session: Session, name: str, purpose: str, *, but: str = "") -> tuple[str, str]:
    name, purpose = " ".join(name.split()), purpose.strip()
    problems = []
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        problems.append(
            Problem(f"The name is empty, cannot be shown or has over {LONGEST_NAME} characters", column="name")
        )
    if not purpose or len(purpose) > LONGEST_PURPOSE:
        problems.append(Problem(f"The purpose is empty or has over {LONGEST_PURPOSE} characters", column="purpose"))
    taken = session.exec(select(ModelGroup.number).where(ModelGroup.name == name, ModelGroup.number != but)).first()
    if taken:
        problems.append(Problem(f"{taken} has this name", column="name", found=name))
    if problems:
        raise Unreadable(problems)
    return name, purpose


def _entity(group: str) -> Entity:
    return Entity("model group", group)
