"""How what it says is read from the record."""

from datetime import datetime

from sqlmodel import Session, col, select

from core.access.tables import RoleGrant
from core.approval.tables import ChangeRequest, FunctionGrant
from core.inventory.tables import Dataset
from core.ledger.events import Event
from core.reports.history.ledger import Entry, LedgerThen
from core.reports.templates.access_data import (
    DatasetLine,
    DecisionTime,
    GrantLine,
    RefusalLine,
)
from core.reports.templates.access_more import Held
from core.reports.values.report import Asked

TAKEN = frozenset({Event.EXPORT_DOWNLOADED, Event.INVENTORY_EXPORTED})
DENIED = frozenset({Event.ACT_REFUSED, Event.SESSION_REFUSED})
GRANTING = (Event.ROLE_GRANTED, Event.ROLE_WITHDRAWN, Event.FUNCTION_GRANTED, Event.FUNCTION_WITHDRAWN)
DECIDING = (Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_WITHDRAWN, Event.CHANGE_REQUESTED)


def refusal(entry: Entry) -> RefusalLine:
    said = entry.said.get("reasons")
    reasons = ", ".join(str(one) for one in said) if isinstance(said, list) else str(said or "")
    about = f"{entry.kind} {entry.entity}"
    return RefusalLine(
        entry.at, entry.actor, entry.text("act") or entry.action, about, reasons, entry.index, entry.leaf
    )


def read_grants(session: Session, asked: Asked) -> tuple[GrantLine, ...]:
    rows: list[tuple[RoleGrant | FunctionGrant, str]] = [
        *((row, f"role {row.role}") for row in session.exec(select(RoleGrant).order_by(col(RoleGrant.id)))),
        *(
            (row, f"function {row.function}")
            for row in session.exec(select(FunctionGrant).order_by(col(FunctionGrant.id)))
        ),
    ]
    lines = [
        GrantLine(
            row.person,
            what,
            row.reason,
            row.granted_by,
            row.granted_at,
            row.ends_at,
            row.withdrawn_at,
            row.reach if isinstance(row, RoleGrant) else "",
            (row.confirmed_by or "") if isinstance(row, RoleGrant) else "",
        )
        for row, what in rows
    ]
    ended = [(one, min((end for end in (one.ends_at, one.withdrawn_at) if end), default=None)) for one in lines]
    stood = [one for one, end in ended if asked.since is None or end is None or end >= asked.since]
    return tuple(sorted(stood, key=lambda one: one.granted_at))


def read_held(grants: tuple[GrantLine, ...], ledger: LedgerThen, at: datetime) -> list[Held]:
    """Who held which roles at the moment of the report, and when each last acted."""
    roles: dict[str, set[str]] = {}
    for one in grants:
        ends = [end for end in (one.ends_at, one.withdrawn_at) if end is not None]
        if one.what.startswith("role ") and all(end > at for end in ends):
            roles.setdefault(one.person, set()).add(one.what.removeprefix("role "))
    last: dict[str, datetime] = {}
    for actor, _, _, entry in ledger.acts():
        last[actor] = max(last.get(actor, entry.at), entry.at)
    return [Held(person, tuple(sorted(held)), last.get(person)) for person, held in sorted(roles.items())]


def read_times(session: Session, asked: Asked) -> tuple[DecisionTime, ...]:
    rows = session.exec(select(ChangeRequest).order_by(col(ChangeRequest.id))).all()
    lines = [
        DecisionTime(
            row.number, row.status, row.requested_at, row.decided_at,
            (row.decided_at - row.requested_at).total_seconds() / 86_400, row.decided_at <= row.due_at,
        )
        for row in rows
        if row.decided_at is not None and (asked.since is None or row.decided_at >= asked.since)
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda one: (-one.days, one.change)))


def datasets(session: Session) -> tuple[DatasetLine, ...]:
    rows = session.exec(select(Dataset).order_by(col(Dataset.id))).all()
    return tuple(
        DatasetLine(row.number, f"{row.name} {row.version}", row.classification, row.sanitisation, row.retention)
        for row in rows
    )
