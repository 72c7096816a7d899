"""What becomes of rows in quarantine: taken over into production data, or discarded with a reason."""

import json
from dataclasses import dataclass
from datetime import datetime

import polars as pl
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select, update

from core.access.deciding import deciding
from core.access.people import reason_refusals
from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refusal, Refused
from core.inventory.importing.rules import DiscoveryStatus
from core.inventory.importing.tables import Discovery
from core.inventory.moves import load_model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.ledger.unnamed import remove_unnamed
from core.monitoring.alerts.raising import settle_alert
from core.monitoring.controls.gate import gate_of
from core.monitoring.controls.holding import entity_of
from core.monitoring.controls.known import known_model, known_version
from core.monitoring.controls.rules import (
    UNKNOWN,
    HeldBecause,
    HeldStatus,
    quarantine_refusals,
    still_refused,
    stranger_refusals,
)
from core.monitoring.controls.tables import HeldRows
from core.monitoring.controls.unknown import Stranger
from core.monitoring.intake.kept import Stream
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import Handed, monitored, take_in
from core.monitoring.intake.taking import Received
from core.store import EvidenceFiles, Store, Transaction


@dataclass(frozen=True)
class As:
    """As which model and version of the inventory rows are taken over; empty: as they were named."""

    model: str = ""
    version: str = ""


def adopt(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, quarantine: str, as_: As = As(), reason: str, actor: Actor,
    at: datetime,
) -> Received:  # fmt: skip
    """Take rows in quarantine over into production data, through the same gate as all others.

    Raises `Refused` while nobody registered whom they came from, and where the controls that hold now refuse them.
    What was taken in before a crash is recognised by its ids when it is taken over once more. Their file in quarantine
    is removed then.
    """
    with store.reading() as session:
        row = load_held(session, quarantine)
        entity = entity_of(row)
        handed, against = _handed(session, files, row, as_, actor, at)
    with deciding(store, ledger, "rows.take_over", entity=entity, actor=actor, at=at):
        if reasons := (*against, *reason_refusals(reason)):
            raise Refused(reasons)
    received = take_in(store, ledger, files, handed, actor=actor, at=at)
    with deciding(store, ledger, "rows.take_over", entity=entity, actor=actor, at=at) as tx:
        row = _decided(tx, quarantine, HeldStatus.TAKEN_OVER, reason, actor, at)
        row.taken_as = json.dumps(received.batches)
        model = known_model(tx.session, handed.model) or ""
        row.model_id = load_model(tx.session, model).id
        _settle_discovery(tx, row, model, actor, at)
        payload: dict[str, JsonValue] = {
            "model": model, "version": handed.version or "", "batches": " ".join(received.batches),
            "rows": received.rows, "repeated": received.repeated, "reason": row.decision, "file": row.digest,
        }  # fmt: skip
        entry = entity_of(row) if row.because not in UNKNOWN else entity
        ledger.record(tx, Event.ROWS_TAKEN_OVER, entity=entry, actor=actor, at=at, payload=payload)
        settle_alert_of(tx, ledger, row, f"{row.number} was taken over as {model} v{handed.version}.", at)
        digest = row.digest
    remove_unnamed(store, files, [digest])
    return received


def discard(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, quarantine: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Leave rows in quarantine out of production data for good, with the reason; their file is removed."""
    with store.reading() as session:
        entity = entity_of(load_held(session, quarantine))
    with deciding(store, ledger, "rows.discard", entity=entity, actor=actor, at=at) as tx:
        found = load_held(tx.session, quarantine)
        if reasons := (*quarantine_refusals(found.status, found.because, actor), *reason_refusals(reason)):
            raise Refused(reasons)
        row = _decided(tx, quarantine, HeldStatus.DISCARDED, reason, actor, at)
        payload = {"because": row.because.value, "rows": row.rows, "reason": row.decision, "file": row.digest}
        ledger.record(tx, Event.ROWS_DISCARDED, entity=entity, actor=actor, at=at, payload=dict(payload))
        settle_alert_of(tx, ledger, row, f"{row.number} was discarded.", at)
        digest = row.digest
    remove_unnamed(store, files, [digest])


def load_held(session: Session, number: str) -> HeldRows:
    """What lies in quarantine under this number; raises `NotFound`."""
    row = session.exec(select(HeldRows).where(HeldRows.number == number)).first()
    if row is None:
        raise NotFound("rows in quarantine", number)
    return row


def _handed(
    session: Session, files: EvidenceFiles, row: HeldRows, as_: As, actor: Actor, at: datetime
) -> tuple[Handed, tuple[Refusal, ...]]:
    """The rows as they are to be taken in, and everything that stands against it."""
    against = list(quarantine_refusals(row.status, row.because, actor))
    named, version = as_.model or row.model, as_.version or row.version
    number = known_model(session, named)
    model = load_model(session, number) if number else None
    found = known_version(session, model.id or 0, version) if model else None
    is_inference = row.kind == BatchKind.INFERENCES
    against += stranger_refusals(named, version, model is not None, found is not None or not is_inference)
    if row.status is not HeldStatus.HELD:
        return Handed(named, BatchKind(row.kind), None), tuple(against)
    with files.opened() as path:
        rows = pq.read_table(path(row.digest))
    if model and row.because in (HeldBecause.REFUSED_ROWS, HeldBecause.HELD_BATCH):
        declared = monitored(session, Stream(model.id or 0, row.environment))
        looked = gate_of(session, model, row.environment, declared, at=at).screened(pl.DataFrame(rows))
        against += still_refused({*looked.refused_by, *looked.held_by})
    known_as = found.version if found else version
    return Handed(named, BatchKind(row.kind), rows, known_as or None, row.environment), tuple(against)


def _decided(tx: Transaction, number: str, status: HeldStatus, reason: str, actor: Actor, at: datetime) -> HeldRows:
    """Compare and set: of two who decide at once, one is told."""
    done = tx.session.execute(
        update(HeldRows)
        .where(col(HeldRows.number) == number, col(HeldRows.status) == HeldStatus.HELD)
        .values(status=status, decided_by=actor.acting_as, decided_at=at, decision=reason.strip())
    )
    tx.session.expire_all()
    row = load_held(tx.session, number)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("rows that are held", row.status.value, "The quarantine")
    return row


def _settle_discovery(tx: Transaction, row: HeldRows, model: str, actor: Actor, at: datetime) -> None:
    found = tx.session.exec(select(Discovery).where(Discovery.number == row.discovery).with_for_update()).first()
    if found is not None and found.status is DiscoveryStatus.OPEN:
        found.status, found.model = DiscoveryStatus.REGISTERED, model
        found.decided_by, found.decided_at, found.reason = actor.acting_as, at, f"{row.number} was taken over."
        tx.session.add(found)


def settle_alert_of(tx: Transaction, ledger: Ledger, row: HeldRows, said: str, at: datetime) -> None:
    """Settle what was raised about a stranger, once nothing of it is held any more."""
    if row.because not in UNKNOWN:
        return
    discovery = tx.session.exec(select(Discovery).where(Discovery.number == row.discovery)).first()
    held = select(HeldRows.id).where(HeldRows.discovery == row.discovery, HeldRows.status == HeldStatus.HELD,
                                     HeldRows.environment == row.environment)  # fmt: skip
    if discovery is not None and tx.session.exec(held).first() is None:
        who = Stranger(discovery.name, discovery.version, row.environment)
        settle_alert(tx, ledger, who.key, said=said, at=at)
