"""Reads of actions: the register, one with what it is linked with, and what waits for somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, or_
from sqlmodel import Session, col, select

from core.improvement.actions.rules import ActionKind, ActionStatus, is_overdue
from core.improvement.actions.service import load_action
from core.improvement.actions.tables import CorrectiveAction
from core.links import Linked, RecordKind, Ref, linked
from core.links.queries import linked_with
from core.store.paging import Page
from core.validation.rules import Severity


@dataclass(frozen=True)
class ActionFilter:
    """What the register is narrowed to; None and empty mean everything."""

    text: str = ""
    status: ActionStatus | None = None
    kind: ActionKind | None = None
    severity: Severity | None = None
    owner: str | None = None
    overdue: bool = False
    open_only: bool = False
    about: Ref | None = None


@dataclass(frozen=True)
class ActionRow:
    """One action with the records that it came from or bears on."""

    action: CorrectiveAction
    links: tuple[Linked, ...]

    def overdue(self, at: datetime) -> bool:
        """Whether it is past its due date and not done."""
        return is_overdue(self.action.status, self.action.due_at, at)


def actions(session: Session, narrowed: ActionFilter, *, at: datetime, limit: int, offset: int) -> Page[ActionRow]:
    """Open ones first, those that are due first in front; then what waits to be verified, then the closed."""
    wanted = _conditions(session, narrowed, at)
    total = session.exec(select(func.count()).select_from(CorrectiveAction).where(*wanted)).one()
    standing = case(
        (col(CorrectiveAction.status) == ActionStatus.OPEN, 0), (col(CorrectiveAction.status) == ActionStatus.DONE, 1),
        else_=2,
    )  # fmt: skip
    query = select(CorrectiveAction).where(*wanted)
    query = query.order_by(standing, col(CorrectiveAction.due_at), col(CorrectiveAction.id))
    return Page(action_rows(session, session.exec(query.limit(limit).offset(offset)).all()), total)


def action_rows(session: Session, found: Iterable[CorrectiveAction]) -> tuple[ActionRow, ...]:
    """These actions with their links, in one more statement."""
    rows = tuple(found)
    links = linked_with(session, RecordKind.ACTION, [row.number for row in rows])
    return tuple(ActionRow(row, links.get(row.number, ())) for row in rows)


def whole_action(session: Session, number: str) -> ActionRow:
    """One action with its links; raises `NotFound`."""
    return ActionRow(load_action(session, number), linked(session, Ref(RecordKind.ACTION, number)))


def action_owners(session: Session) -> tuple[str, ...]:
    """Everybody who has an action, for the filter."""
    query = select(CorrectiveAction.owner).distinct().order_by(col(CorrectiveAction.owner))
    return tuple(session.exec(query).all())


def _conditions(session: Session, narrowed: ActionFilter, at: datetime) -> list[ColumnElement[bool]]:
    row = CorrectiveAction
    conditions: list[ColumnElement[bool]] = []
    if narrowed.text:
        texts = (col(row.number), col(row.title), col(row.detail))
        conditions.append(or_(*(text.icontains(narrowed.text, autoescape=True) for text in texts)))
    for column, value in (
        (col(row.status), narrowed.status), (col(row.kind), narrowed.kind), (col(row.severity), narrowed.severity),
        (col(row.owner), narrowed.owner),
    ):  # fmt: skip
        if value:
            conditions.append(column == value)
    if narrowed.overdue:
        conditions += [col(row.status) == ActionStatus.OPEN, col(row.due_at) < at]
    if narrowed.open_only:
        conditions.append(col(row.status) != ActionStatus.VERIFIED)
    if narrowed.about:
        numbers = [one.ref.number for one in linked(session, narrowed.about) if one.ref.kind is RecordKind.ACTION]
        conditions.append(col(row.number).in_(numbers))
    return conditions
