"""The use cases of saved views: keep, rename, share, delete, and choose the one to open with."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Problem, Refusal, Refused, Unreadable
from core.inventory.intake import text_problems
from core.inventory.tables import DefaultView, SavedView
from core.inventory.views.rules import (
    LONGEST_NAME,
    LONGEST_QUERY,
    delete_view_refusals,
    keep_view_refusals,
    share_view_refusals,
)
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store, Transaction
from core.store.numbers import next_number


@dataclass(frozen=True)
class ViewRow:
    """One view as somebody sees it; `mine` can be renamed and shared, `default` opens with the inventory."""

    number: str
    name: str
    query: str
    owner: str
    shared: bool
    mine: bool
    default: bool


def views_for(session: Session, person: str) -> tuple[ViewRow, ...]:
    """Their own views and those that are shared, by name, their own first."""
    chosen = session.exec(select(DefaultView.view_id).where(DefaultView.person == person)).first()
    seen = or_(col(SavedView.owner) == person, col(SavedView.shared))
    rows = session.exec(select(SavedView).where(seen).order_by(func.lower(SavedView.name))).all()
    found = (_row(row, person, chosen) for row in rows)
    return tuple(sorted(found, key=lambda view: not view.mine))


def default_view(session: Session, person: str) -> ViewRow | None:
    """The view that the inventory opens with for this person; none once it is no longer shared with them."""
    return next((view for view in views_for(session, person) if view.default), None)


def save_view(store: Store, ledger: Ledger, *, name: str, query: str, shared: bool, actor: Actor, at: datetime) -> str:
    """Keep what the address says under this name, in place of an own view of the same name; returns its number."""
    entity = Entity("view", "new")
    with deciding(store, ledger, "save a view", entity=entity, actor=actor, at=at) as tx:
        _accept(_problems(name, query))
        mine = tx.session.exec(select(SavedView).where(SavedView.owner == actor.id)).all()
        row = next((one for one in mine if one.name == name.strip()), None)
        _refuse(keep_view_refusals(actor, owned=0 if row else len(mine)))
        if row is None:
            number = next_number(tx.session, "V")
            row = SavedView(number=number, owner=actor.id, name=name.strip(), query="", saved_at=at)
        else:
            row.revision += 1
        row.query, row.shared, row.saved_at = query, shared, at
        _keep(tx, ledger, row, Event.VIEW_SAVED, actor=actor, at=at)
        return row.number


def rename_view(
    store: Store, ledger: Ledger, *, view: str, name: str, shared: bool, actor: Actor, at: datetime
) -> None:
    """Give a view another name, share it with everybody, or stop sharing it."""
    with deciding(store, ledger, "change a view", entity=Entity("view", view), actor=actor, at=at) as tx:
        row = _load(tx.session, view, actor)
        _refuse(share_view_refusals(actor, row.owner))
        twin = select(SavedView).where(
            SavedView.owner == row.owner, SavedView.name == name.strip(), SavedView.number != view
        )
        taken = [Problem("you keep a view of this name", column="name", found=name)]
        _accept([*_problems(name, row.query), *(taken if tx.session.exec(twin).first() else [])])
        if row.shared and not shared:
            others = delete(DefaultView).where(col(DefaultView.view_id) == row.id, col(DefaultView.person) != row.owner)
            tx.session.execute(others)
        row.name, row.shared, row.revision = name.strip(), shared, row.revision + 1
        _keep(tx, ledger, row, Event.VIEW_CHANGED, actor=actor, at=at)


def delete_view(store: Store, ledger: Ledger, *, view: str, actor: Actor, at: datetime) -> None:
    """Delete a view; nobody opens with it any more."""
    with deciding(store, ledger, "delete a view", entity=Entity("view", view), actor=actor, at=at) as tx:
        row = _load(tx.session, view, actor)
        _refuse(delete_view_refusals(actor, row.owner))
        tx.session.execute(delete(DefaultView).where(col(DefaultView.view_id) == row.id))
        tx.session.delete(row)
        payload = {"name": row.name, "owner": row.owner}
        ledger.record(tx, Event.VIEW_DELETED, entity=Entity("view", view), actor=actor, at=at, payload=payload)


def open_with(store: Store, ledger: Ledger, *, view: str | None, actor: Actor, at: datetime) -> None:
    """Let the inventory open with this view for the person who asks, or with everything again."""
    with deciding(store, ledger, "choose a view", entity=Entity("view", view or "none"), actor=actor, at=at) as tx:
        _refuse(keep_view_refusals(actor))
        row = _load(tx.session, view, actor) if view else None
        tx.session.execute(delete(DefaultView).where(col(DefaultView.person) == actor.id))
        if row is not None:
            tx.session.add(DefaultView(person=actor.id, view_id=row.id or 0))
        entity, payload = Entity("person", actor.id), {"opens_with": view or ""}
        ledger.record(tx, Event.VIEW_CHANGED, entity=entity, actor=actor, at=at, payload=payload)


def _keep(tx: Transaction, ledger: Ledger, row: SavedView, event: Event, *, actor: Actor, at: datetime) -> None:
    tx.session.add(row)
    tx.session.flush()
    payload: dict[str, JsonValue] = {"name": row.name, "query": row.query, "shared": row.shared}
    ledger.record(tx, event, entity=Entity("view", row.number), actor=actor, at=at, payload=payload)


def _load(session: Session, number: str, actor: Actor) -> SavedView:
    """The view, if the actor may know of it; raises `NotFound`."""
    row = session.exec(select(SavedView).where(SavedView.number == number)).first()
    if row is None or not (row.shared or row.owner == actor.id):
        raise NotFound("saved view", number)
    return row


def _row(row: SavedView, person: str, chosen: int | None) -> ViewRow:
    return ViewRow(row.number, row.name, row.query, row.owner, row.shared, row.owner == person, row.id == chosen)


def _problems(name: str, query: str) -> Iterable[Problem]:
    yield from text_problems("name", name, longest=LONGEST_NAME, required=True)
    yield from text_problems("query", query, longest=LONGEST_QUERY, required=False)


def _accept(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise Unreadable(found)


def _refuse(reasons: tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
