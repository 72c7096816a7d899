"""Takes an export away: under permission, before it expires, and on record."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import NotFound, Refused
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.reports.rules import download_refusals, export_refusals
from core.reports.service.queries import load_export
from core.reports.tables import Export, ExportDownload
from core.store import EvidenceFiles, Store


@dataclass(frozen=True)
class Download:
    """A file ready to be taken away."""

    path: Path
    filename: str
    size: int
    digest: str = ""


def download(
    store: Store, ledger: Ledger, exports: EvidenceFiles, *, export: str, actor: Actor, at: datetime
) -> Download:
    """The file of a ready export; who took it away is on record. Raises `Refused` or `NotFound`."""
    with deciding(store, ledger, "download an export", entity=Entity("export", export), actor=actor, at=at) as tx:
        row = _known_to(tx.session, export, actor)
        reasons = download_refusals(actor, export, row.status, row.expires_at, at)
        if reasons:
            raise Refused(reasons)
        tx.session.add(ExportDownload(export_id=row.id or 0, person=actor.id, at=at))
        payload = {"digest": row.digest}
        ledger.record(tx, Event.EXPORT_DOWNLOADED, entity=Entity("export", export), actor=actor, at=at, payload=payload)
        return Download(exports.path(row.digest), row.filename, row.size, row.digest)


def _known_to(session: Session, export: str, actor: Actor) -> Export:
    """The export; to somebody who takes none away it is not told whether there is one."""
    try:
        return load_export(session, export)
    except NotFound:
        if reasons := export_refusals(actor):
            raise Refused(reasons) from None
        raise
