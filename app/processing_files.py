"""Records of processing as files: a kept version of one as a page, and all of them as a table."""

import csv
import io

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from app.composition import Workplace, now
from app.handouts import LOCKED_UP, NOT_KEPT
from core.access.rules import Actor, Permission, permission_refusals
from core.documents.rendering import as_html
from core.errors import NotFound, Refused
from core.privacy.processing.fields import FIELDS
from core.privacy.processing.gathering import inventory_values
from core.privacy.processing.rules import PaperKind
from core.privacy.processing.service import paper, paper_lines
from core.reports.formats.csv_files import harmless

AT_ONCE = 500


def processing_file(place: Workplace, request: Request, actor: Actor) -> Response:
    """A version of a record or an assessment as HTML; the newest where none is named."""
    _may(actor)
    asked = request.query_params
    kind = PaperKind.ASSESSMENT if asked.get("kind") == "assessment" else PaperKind.RECORD
    model, version = request.path_params["model"], asked.get("version", "")
    with place.store.reading() as session:
        found = paper(session, model, kind, at=now())
    row = next((one for one in found.kept if version in ("", str(one.revision))), None)
    if row is None:
        raise NotFound(f"{kind.value} of {model}", version or "newest")
    foot = f"Version {row.revision}, kept {row.kept_at:%Y-%m-%d %H:%M} UTC by {row.kept_by}. SHA-256: {row.digest}"
    title = f"{kind.value.capitalize()}: {found.model.name}"
    name = f"{model}-{kind.value.replace(' ', '-')}-{row.revision}.html"
    return _attached(as_html(title, row.body, foot), "text/html; charset=utf-8", name)


def register_of_processing(place: Workplace, _request: Request, actor: Actor) -> Response:
    """The newest record of every model in use as one table with commas: what a supervisory authority asks for."""
    _may(actor)
    with place.store.reading() as session:
        text = _table(session)
    return _attached(text, "text/csv; charset=utf-8", "records-of-processing.csv")


def _table(session: Session) -> str:
    fields = FIELDS[PaperKind.RECORD]
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([*(field.title for field in fields), "Version kept", "Gaps"])
    offset, total = 0, 1
    while offset < total:
        lines, total = paper_lines(session, limit=AT_ONCE, offset=offset)
        for line in lines:
            found = paper(session, line.model.number, PaperKind.RECORD, at=now())
            values = {**inventory_values(session, line.model, at=now()), **found.answers}
            kept = str(line.record.revision) if line.record else ""
            writer.writerow([*(harmless(values.get(field.key, "")) for field in fields), kept, str(len(found.gaps))])
        offset += AT_ONCE
    return made.getvalue()


def _may(actor: Actor) -> None:
    if reasons := permission_refusals(actor, Permission.RECORD_READ):
        raise Refused(reasons)


def _attached(text: str, media_type: str, name: str) -> Response:
    headers = {**NOT_KEPT, **LOCKED_UP, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=media_type, headers=headers)
