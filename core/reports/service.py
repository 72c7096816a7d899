"""Exports: requested, built in the background from one reading of the store, downloaded under the same permission."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import SYSTEM, Actor, Permission, permission_refusals
from core.errors import NotFound, Refusal, Refused
from core.inventory.moves import load_version, version_by_id
from core.inventory.tables import Model, ModelVersion
from core.jobs.service import enqueue
from core.ledger.events import Event
from core.ledger.extract import parts
from core.ledger.service import Entity, Ledger
from core.reports.assembling import assemble
from core.reports.render import dossier_bundle, dossier_pdf
from core.reports.signing import SigningKeys
from core.reports.tables import Export, ExportDownload, ExportKind, ExportStatus
from core.store import EvidenceFiles, Store
from core.store.numbers import next_number
from core.store.paging import Page

EXPORT_JOB = "export"
KEPT = timedelta(days=30)
ENDINGS = {ExportKind.PDF: "pdf", ExportKind.BUNDLE: "zip"}


@dataclass(frozen=True)
class Download:
    """A file ready to be taken away."""

    path: Path
    filename: str
    size: int


@dataclass(frozen=True)
class ExportRow:
    """One export in the list, with how often it was taken away."""

    export: Export
    model: str
    model_name: str
    version: str
    downloads: tuple[tuple[str, datetime], ...]


def export_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot make or download an export."""
    return permission_refusals(actor, Permission.EXPORT_MAKE)


def request_export(
    store: Store, ledger: Ledger, *, model: str, version: str, kind: ExportKind, actor: Actor, at: datetime
) -> str:
    """Queue a dossier of this version; returns the export's number (`X0001`)."""
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, "make an export", entity=entity, actor=actor, at=at) as tx:
        _, row = load_version(tx.session, model, version)
        reasons = export_refusals(actor)
        if reasons or row.id is None:
            raise Refused(reasons)
        number = next_number(tx.session, "X")
        export = Export(
            number=number,
            version_id=row.id,
            kind=kind,
            filename=f"{number}-{model}-{version}-dossier.{ENDINGS[kind]}",
            requested_by=actor.id,
            requested_at=at,
            expires_at=at + KEPT,
        )
        tx.session.add(export)
        enqueue(tx, EXPORT_JOB, number, at=at)
        payload = {"export": number, "kind": kind.value}
        ledger.record(tx, Event.EXPORT_MADE, entity=entity, actor=actor, at=at, payload=payload)
        return number


def build_export(
    store: Store,
    ledger: Ledger,
    exports: EvidenceFiles,
    keys: SigningKeys,
    *,
    export: str,
    clock: Callable[[], datetime],
) -> None:
    """Render a queued export and keep its bytes by digest; one that is ready stays as it is."""
    at = clock()
    with store.reading() as session:
        row = load_export(session, export)
        if row.status is not ExportStatus.QUEUED:
            return
        dossier = assemble(
            session,
            row.version_id,
            reference=row.number,
            origin=ledger.origin,
            vkey=ledger.vkey,
            generated_by=row.requested_by,
            at=at,
        )
        indexes = [line.index for line in dossier.history]
        covered = parts(session, indexes, vkey=ledger.vkey) if row.kind is ExportKind.BUNDLE else None
    content = dossier_bundle(dossier, covered, keys, at=at) if covered else dossier_pdf(dossier, keys, at=at)
    stored = exports.add([content])
    with store.transaction() as tx:
        row = load_export(tx.session, export)
        if row.status is not ExportStatus.QUEUED:  # another worker was first
            return
        row.status, row.digest, row.size, row.ready_at = ExportStatus.READY, stored.digest, stored.size, clock()
        tx.session.add(row)
        model, version = version_by_id(tx.session, row.version_id)
        entity = Entity("version", f"{model.number} {version.version}")
        payload = {"export": export, "digest": stored.digest}
        ledger.record(tx, Event.EXPORT_READY, entity=entity, actor=SYSTEM, at=clock(), payload=payload)


def fail_export(store: Store, *, export: str, error: str) -> None:
    """Mark an export that could not be built."""
    with store.transaction() as tx:
        row = load_export(tx.session, export)
        if row.status is ExportStatus.QUEUED:
            row.status, row.error = ExportStatus.FAILED, error
            tx.session.add(row)


def download(
    store: Store, ledger: Ledger, exports: EvidenceFiles, *, export: str, actor: Actor, at: datetime
) -> Download:
    """The file of a ready export; who took it away is on record. Raises `Refused` or `NotFound`."""
    with deciding(store, ledger, "download an export", entity=Entity("export", export), actor=actor, at=at) as tx:
        reasons = list(export_refusals(actor))
        row = load_export(tx.session, export)
        if row.status is not ExportStatus.READY:
            reasons.append(Refusal("not-ready", f"Export {export} is {row.status}"))
        if row.expires_at <= at:
            reasons.append(Refusal("expired", f"Export {export} has expired", way_out="Make a new one."))
        if reasons:
            raise Refused(reasons)
        tx.session.add(ExportDownload(export_id=row.id or 0, person=actor.id, at=at))
        payload = {"digest": row.digest}
        ledger.record(tx, Event.EXPORT_DOWNLOADED, entity=Entity("export", export), actor=actor, at=at, payload=payload)
        return Download(exports.path(row.digest), row.filename, row.size)


def load_export(session: Session, number: str) -> Export:
    """The export with this number; raises `NotFound`."""
    row = session.exec(select(Export).where(Export.number == number)).first()
    if row is None:
        raise NotFound("export", number)
    return row


def exports_page(session: Session, *, model: str | None = None, limit: int, offset: int) -> Page[ExportRow]:
    """Exports, newest first, with who downloaded them."""
    query = (
        select(Export, Model.number, Model.name, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Export.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
    )
    query = query.where(Model.number == model) if model else query
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    shown = session.exec(query.order_by(col(Export.id).desc()).limit(limit).offset(offset)).all()
    taken = session.exec(
        select(ExportDownload)
        .where(col(ExportDownload.export_id).in_([export.id for export, *_ in shown]))
        .order_by(col(ExportDownload.id))
    ).all()
    return Page(
        tuple(
            ExportRow(
                export,
                number,
                name,
                version,
                tuple((one.person, one.at) for one in taken if one.export_id == export.id),
            )
            for export, number, name, version in shown
        ),
        total,
    )
