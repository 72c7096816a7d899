"""Who does background work, and when each worker was last heard of."""

import os
import secrets
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from core.jobs.tables import WorkerRole, WorkerRow
from core.store import Store

BEAT = timedelta(seconds=15)
SILENT = timedelta(seconds=60)  # four beats missed: it is taken for dead
FORGOTTEN = timedelta(days=1)


@dataclass(frozen=True)
class Heard:
    """One worker as it was last heard of."""

    name: str
    role: WorkerRole
    host: str
    process: int
    started_at: datetime
    seen_at: datetime
    done: int
    busy_kind: str
    busy_slot: str
    stopped_at: datetime | None

    def alive(self, at: datetime) -> bool:
        """Whether it was heard of a moment ago and has not said that it ends."""
        return self.stopped_at is None and at - self.seen_at <= SILENT


def join(store: Store, role: WorkerRole, *, at: datetime) -> str:
    """Be known as a worker; the name to beat under. Workers that ended or went silent a day ago are forgotten."""
    name = secrets.token_hex(8)
    with store.transaction() as tx:
        tx.session.execute(delete(WorkerRow).where(col(WorkerRow.seen_at) < at - FORGOTTEN))
        tx.session.add(
            WorkerRow(
                name=name, role=role, host=socket.gethostname()[:100], process=os.getpid(), started_at=at, seen_at=at
            )
        )
    return name


def beat(store: Store, name: str, *, done: int, busy: tuple[str, str] = ("", ""), at: datetime) -> None:
    """Say that it lives, how many jobs it has done, and which one it has now."""
    _note(store, name, {"seen_at": at, "done": done, "busy_kind": busy[0][:50], "busy_slot": busy[1][:200]})


def leave(store: Store, name: str, *, done: int, at: datetime) -> None:
    """Say that it ends."""
    _note(store, name, {"seen_at": at, "done": done, "stopped_at": at, "busy_kind": "", "busy_slot": ""})


def workers(session: Session) -> tuple[Heard, ...]:
    """Every worker of the last day, the one heard of last first."""
    rows = session.exec(select(WorkerRow).order_by(col(WorkerRow.seen_at).desc(), col(WorkerRow.name))).all()
    return tuple(
        Heard(
            row.name, row.role, row.host, row.process, row.started_at, row.seen_at, row.done, row.busy_kind,
            row.busy_slot, row.stopped_at,
        )
        for row in rows
    )  # fmt: skip


def _note(store: Store, name: str, values: dict[str, object]) -> None:
    with store.transaction() as tx:
        tx.session.execute(update(WorkerRow).where(col(WorkerRow.name) == name).values(**values))
