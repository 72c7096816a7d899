"""Looks whether the tables stand as the ledger says, raises an alert for each difference, and settles it after."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.access.rules import SYSTEM
from core.assurance.permissions.reading import catch_up, live
from core.assurance.permissions.rules import Difference, Said, Thing, differences, severity_word
from core.assurance.tables import PermissionDifference, PermissionLook
from core.ledger.events import Event
from core.ledger.head import lock_head
from core.ledger.service import Entity, Happening, Ledger
from core.monitoring.alerts.raising import AlertKind, Signal, raise_alert, settle_alert
from core.store import Store, Transaction
from core.validation.rules import Severity

PERMISSION_JOB = "look at permissions"
REPLAYED_EVERY = timedelta(days=1)
KEPT_EVERY = timedelta(minutes=10)  # a look that finds nothing new is kept this often
MOST_ALERTS = 25  # of their own in one look; what is beyond is told in one
BEYOND = "permission beyond"


@dataclass(frozen=True)
class Looked:
    """One look: how much was held against each other, what stands, and what is new or gone since the last."""

    entries: int
    people: int
    grants: int
    tokens: int
    sessions: int
    standing: tuple[Difference, ...]
    new: int
    gone: int


class Watch:
    """What the ledger says of access, kept by one process: it reads on where it stopped, and anew once a day."""

    def __init__(self) -> None:
        self._said, self._position = Said(), 0
        self._replayed_at: datetime | None = None
        self._lock = threading.Lock()

    def slot(self, store: Store, *, at: datetime) -> str | None:
        """The slot of this moment where something changed, or where a look is to be kept; otherwise None."""
        with store.reading() as session:
            found = {one.key for one in self.differences(session, at=at)}
            known = set(session.exec(_standing_keys()).all())
            last = session.exec(select(PermissionLook.looked_at)).first()
        if found == known and last is not None and at < last + KEPT_EVERY:
            return None
        return f"{at:%Y-%m-%d %H:%M:%S}"

    def differences(self, session: Session, *, at: datetime) -> tuple[Difference, ...]:
        """What stands other than the ledger says at this moment."""
        with self._lock:
            self._catch_up(session, at)
            return differences(self._said, live(session, at=at), at=at)

    def look(self, store: Store, ledger: Ledger, *, at: datetime) -> Looked:
        """Hold both against each other while nobody writes, put on record what is new and gone, and raise alerts."""
        began = perf_counter()
        with store.transaction() as tx:
            lock_head(tx.session)  # a grant and its entry are committed together, before or after this
            with self._lock:
                self._catch_up(tx.session, at)
                table = live(tx.session, at=at)
                found = differences(self._said, table, at=at)
                replayed_at, entries = self._replayed_at or at, self._position
            new, gone = _reconcile(tx, ledger, found, at=at)
            done = Looked(
                entries, len(table.people), len(table.grants), len(table.tokens), len(table.sessions), found,
                len(new), len(gone),
            )  # fmt: skip
            took = round((perf_counter() - began) * 1000)
            _keep(tx.session, done, replayed_at, took, at=at)
        return done

    def _catch_up(self, session: Session, at: datetime) -> None:
        if self._replayed_at is None or at >= self._replayed_at + REPLAYED_EVERY:
            self._said, self._position, self._replayed_at = Said(), 0, at
        self._position = catch_up(session, self._said, self._position)
        for name in [name for name, one in self._said.sessions.items() if one.until and one.until <= at]:
            del self._said.sessions[name]  # it opens nothing any more


def standing_differences(session: Session) -> tuple[PermissionDifference, ...]:
    """What stands other than the ledger says, as of the last look, what opens a door first."""
    query = select(PermissionDifference).where(col(PermissionDifference.gone_at).is_(None))
    query = query.order_by(col(PermissionDifference.opens).desc(), col(PermissionDifference.id))
    return tuple(session.exec(query).all())


def last_look(session: Session) -> PermissionLook | None:
    """The last look that was kept; None before the first."""
    return session.exec(select(PermissionLook)).first()


def _reconcile(
    tx: Transaction, ledger: Ledger, found: tuple[Difference, ...], *, at: datetime
) -> tuple[list[Difference], list[PermissionDifference]]:
    standing = {row.key: row for row in standing_differences(tx.session)}
    keys = {one.key for one in found}
    new = [one for one in found if one.key not in standing]
    gone = [row for key, row in standing.items() if key not in keys]
    rows = [
        PermissionDifference(key=one.key, person=one.person[:16], said=one.said[:1000], opens=one.opens, found_at=at)
        for one in new
    ]
    for row in gone:
        row.gone_at = at
    tx.session.add_all(rows)
    said = [
        Happening(Event.PERMISSION_DIFFERS, _about(one.key, one.person), {"key": one.key, "said": one.said})
        for one in new
    ]
    said += [Happening(Event.PERMISSION_HOLDS, _about(row.key, row.person), {"key": row.key}) for row in gone]
    if said:
        ledger.record_many(tx, said, actor=SYSTEM, at=at)
    for one, row in zip(new[:MOST_ALERTS], rows, strict=False):
        row.alert = raise_alert(tx, ledger, _signal(one), at=at)
    beyond = len(new) - MOST_ALERTS
    if beyond > 0:
        number = raise_alert(tx, ledger, _beyond(beyond), at=at)
        for row in rows[MOST_ALERTS:]:
            row.alert = number
    for row in gone:
        settle_alert(tx, ledger, _key(row.key), said="The table stands as the ledger says again.", at=at)
    if gone and not keys:
        settle_alert(tx, ledger, BEYOND, said="Every table stands as the ledger says again.", at=at)
    return new, gone


def _signal(one: Difference) -> Signal:
    detail = f"{one.said}. Look who changed the table, and put it back or record what is right."
    title = one.said[0].upper() + one.said[1:]
    return Signal(AlertKind.ACCESS, _key(one.key), Severity(severity_word(one)), title, detail)


def _beyond(count: int) -> Signal:
    title = f"{count} more rows of people, grants, tokens or sessions stand other than the ledger says"
    detail = f"{title}; each is listed under Drills of access."
    return Signal(AlertKind.ACCESS, BEYOND, Severity.CRITICAL, title, detail)


def _key(key: str) -> str:
    return f"permission {key}"


def _about(key: str, about: str) -> Entity:
    return Entity("model" if key.startswith(Thing.MEMBER) else "person", about or "unknown")


def _standing_keys() -> SelectOfScalar[str]:
    return select(PermissionDifference.key).where(col(PermissionDifference.gone_at).is_(None))


def _keep(session: Session, done: Looked, replayed_at: datetime, took: int, *, at: datetime) -> None:
    session.merge(
        PermissionLook(
            id=1, looked_at=at, replayed_at=replayed_at, entries=done.entries, people=done.people, grants=done.grants,
            tokens=done.tokens, sessions=done.sessions, standing=len(done.standing), milliseconds=took,
        )
    )  # fmt: skip
