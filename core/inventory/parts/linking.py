"""The use cases that say what bears on what, and that it no longer does."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import NotFound, Refusal, Refused, Unreadable
from core.inventory.intake import text_problems
from core.inventory.parts.finding import load_record, node_of
from core.inventory.parts.registering import Recorded, edit_refusals
from core.inventory.parts.rules import Relation, link_refusals
from core.inventory.tables import Link
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.numbers import next_number


def make_link(
    store: Store,
    ledger: Ledger,
    *,
    source: str,
    relation: Relation,
    target: str,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Recorded:
    """Say that one record bears on another. Raises Refused with every reason, NotFound, Unreadable."""
    entity, of = Entity("link", "new"), (Entity("part", source), Entity("part", target))
    with deciding(store, ledger, "make a link", entity=entity, of=of, actor=actor, at=at) as tx:
        _refuse(edit_refusals(actor))
        number = next_number(tx.session, "L")  # whoever links meanwhile waits here
        problems = list(text_problems("note", note, longest=1000, required=False))
        if problems:
            raise Unreadable(problems)
        ends = node_of(load_record(tx.session, source)), node_of(load_record(tx.session, target))
        standing = _standing(tx.session, source, relation, target) is not None
        _refuse(link_refusals(ends[0], relation, ends[1], standing=standing))
        row = Link(
            number=number,
            source_kind=ends[0].kind,
            source=source,
            relation=relation,
            target_kind=ends[1].kind,
            target=target,
            note=note,
            made_by=actor.acting_as,
            made_at=at,
        )
        tx.session.add(row)
        tx.session.flush()
        payload = {"source": source, "relation": relation.value, "target": target, "note": note}
        entity = Entity("link", number)
        return Recorded(
            number, ledger.record(tx, Event.LINK_MADE, entity=entity, actor=actor, at=at, payload=payload).index
        )


def end_link(store: Store, ledger: Ledger, *, link: str, reason: str, actor: Actor, at: datetime) -> Recorded:
    """Say that a link no longer holds; it stays on record."""
    with deciding(store, ledger, "end a link", entity=Entity("link", link), actor=actor, at=at) as tx:
        row = tx.session.exec(select(Link).where(Link.number == link).with_for_update()).first()
        if row is None:
            raise NotFound("link", link)
        ended = Refusal("link-ended", f"{link} ended already", "links", "Nothing to do.")
        _refuse((*edit_refusals(actor), *reason_refusals(reason), *([ended] if row.ended_at else [])))
        row.ended_at, row.ended_by, row.ended_reason = at, actor.acting_as, reason.strip()
        tx.session.add(row)
        payload = {"source": row.source, "relation": row.relation.value, "target": row.target, "reason": reason}
        entity = Entity("link", link)
        return Recorded(
            link, ledger.record(tx, Event.LINK_ENDED, entity=entity, actor=actor, at=at, payload=payload).index
        )


def _standing(session: Session, source: str, relation: Relation, target: str) -> Link | None:
    return session.exec(
        select(Link).where(
            Link.source == source, Link.relation == relation, Link.target == target, col(Link.ended_at).is_(None)
        )
    ).first()


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        raise Refused(reasons)
