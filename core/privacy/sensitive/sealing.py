"""Seals what lies open and holds sensitive attributes: files from before they were sealed, and from before a column was
declared sensitive."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import pyarrow.parquet as pq  # type: ignore[import-untyped]
from sqlmodel import Session, col, select

from core.access.rules import SYSTEM, Actor
from core.errors import NotFound
from core.ledger.batches.sealing import open_events
from core.ledger.batches.tables import EventBatch
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.monitoring.controls.rules import HeldStatus
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.tables import MonitoredModel, ProductionBatch
from core.store import EvidenceFiles, Store
from core.store.sealed_form import CannotBeUnsealed
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping

SEALING_JOB = "sealing"
FILES, EVENTS = Entity("files", "evidence"), Entity("files", "events")


def seal_open_files(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, actor: Actor = SYSTEM, at: datetime,
    alive: Callable[[], bool] = lambda: True,
) -> int:  # fmt: skip
    """Seal every file that holds sensitive attributes and lies open; how many, which is on record."""
    with store.reading() as session:
        wanted = tuple(dict.fromkeys(open_files(session, files)))
    return _seal(store, ledger, files, wanted, FILES, actor=actor, at=at, alive=alive)


def seal_open_events(
    store: Store, ledger: Ledger, events: EvidenceFiles, *, actor: Actor = SYSTEM, at: datetime,
    alive: Callable[[], bool] = lambda: True,
) -> int:  # fmt: skip
    """As `seal_open_files`, files of events with an input that can be read."""
    with store.reading() as session:
        wanted = tuple(dict.fromkeys(open_events(session, events)))
    return _seal(store, ledger, events, wanted, EVENTS, actor=actor, at=at, alive=alive)


def _seal(
    store: Store, ledger: Ledger, files: EvidenceFiles, wanted: Sequence[str], entity: Entity, *, actor: Actor,
    at: datetime, alive: Callable[[], bool],
) -> int:  # fmt: skip
    done = 0
    try:
        for digest in wanted:
            if not alive():
                break
            done += files.seal(digest)
    finally:  # what was sealed is on record, whatever stopped the rest
        if done:
            with store.transaction() as tx:
                ledger.record(tx, Event.FILES_SEALED, entity=entity, actor=actor, at=at, payload={"files": done})
    return done


def open_files(session: Session, files: EvidenceFiles) -> Iterator[str]:
    """The digests of what is to be sealed."""
    yield from _of_validation(session, files)
    yield from _of_production(session, files)
    scenarios = select(Evidence.table_digest).where(Evidence.kind == EvidenceKind.SCENARIOS)
    yield from (digest for digest in session.exec(scenarios) if _lies_open(files, digest))
    for digest in session.exec(select(HeldRows.digest).where(HeldRows.status == HeldStatus.HELD)):
        if _lies_open(files, digest):
            yield digest


def has_files(session: Session) -> bool:
    """Whether there is anything that could hold sensitive attributes."""
    columns = (Evidence.id, ProductionBatch.id, HeldRows.id, EventBatch.id)
    return any(session.exec(select(one).limit(1)).first() is not None for one in columns)


def _of_validation(session: Session, files: EvidenceFiles) -> Iterator[str]:
    rows = session.exec(
        select(Evidence.version_id, Evidence.file_digest, Evidence.table_digest, Evidence.mapping)
        .order_by(col(Evidence.version_id))
    ).all()  # fmt: skip
    declared: dict[int, set[str]] = {}
    for version, _, _, mapping in rows:
        declared.setdefault(version, set()).update(ColumnMapping.from_json(mapping).attributes)
    for version, file, table, _ in rows:
        known = declared[version]
        is_open = known and (_lies_open(files, file) or _lies_open(files, table))
        if is_open and known & _columns(files, table):
            yield from (one for one in (file, table) if _lies_open(files, one))


def _of_production(session: Session, files: EvidenceFiles) -> Iterator[str]:
    streams = session.exec(select(MonitoredModel.model_id, MonitoredModel.environment, MonitoredModel.mapping)).all()
    declared = {(model, place): set(MonitoredData.from_json(said).sensitive) for model, place, said in streams}
    one = ProductionBatch
    batches = select(one.model_id, one.environment, one.kind, one.digest).where(one.rows > 0)
    for model, place, kind, digest in session.exec(batches).all():
        known, apart = declared.get((model, place), set()), kind is BatchKind.ATTRIBUTES
        if (apart or known) and _lies_open(files, digest) and (apart or known & _columns(files, digest)):
            yield digest


def _lies_open(files: EvidenceFiles, digest: str) -> bool:
    return bool(digest) and files.holds(digest) and not files.sealed.holds(digest)


def _columns(files: EvidenceFiles, digest: str) -> set[str]:
    """The columns of a table, sealed or not; none of what is no table, or of what does not open any more."""
    try:
        with files.opened() as path:
            return set(pq.read_schema(path(digest)).names)
    except (NotFound, CannotBeUnsealed, OSError, ValueError):
        return set()
