"""The copy that a person gets of what is held about them, with what GDPR 15(1) asks for beside it.

A ZIP file: `found.json` with all of it, a CSV file a table of rows, and `index.html` to read. Texts that other people
wrote are given around the place that names the person, since the rest may be about others (GDPR 15(4)).
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from core.access.grants import load_person
from core.access.tables import RoleGrant, SignInSession, Token
from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.tables import LogEntry
from core.policy.events_kept import kept_for
from core.privacy.subjects.contents import rows_of
from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.packing_html import Copy, Processing, as_html, cell_text
from core.privacy.subjects.places import Places
from core.privacy.subjects.scanning import Scan
from core.reports.formats.csv_files import harmless
from core.reports.tables import Export, ExportDownload

AROUND, MOST_ROWS, MOST_ACTS = 200, 10_000, 10_000  # signs on each side; rows of a file; acts on record
NOTHING = "not said in the inventory"


def copy_of(
    session: Session, places: Places, found: Scan, matcher: Matcher, *, request: str, person: str, at: datetime
) -> Copy:
    """What was found, in the words in which it is held."""
    folders, items, tables = dict(places.searched()), list[Mapping[str, object]](), {}
    for cell, text in found.cells:
        items.append({"place": cell.place, "record": cell.record, "said": _around(text, matcher)})
    for held in found.held:
        items.append({"place": held.place, "record": held.number, "said": _around(held.original, matcher)})
    for entry in found.entries:
        said = _around(entry.body, matcher)
        items.append({"place": f"ledger · {entry.action}", "record": f"entry {entry.index}", "said": said})
    for event in found.events:
        items.append({"place": "recorded event", "record": event.event, "said": _plain(event.row)})
    for hit in found.files:
        name = f"{hit.owner.record or hit.digest[:8]}-{hit.digest[:8]}"
        with folders[hit.folder].opened() as path:
            lines = _first(rows_of(path(hit.digest), matcher, hit.linked))
        items.append({"place": hit.owner.what, "record": hit.owner.record, "rows": hit.rows, "table": name})
        if lines:
            tables[name] = lines
    models = {hit.owner.model for hit in found.files} | {event.model for event in found.events}
    about = tuple(_processing(session, models, at))
    return Copy(request, at, tuple(items), tables, about, _account(session, person, at) if person else {})


def packed(copy: Copy) -> bytes:
    """The ZIP file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as sink:
        whole = {
            "request": copy.request, "made_at": copy.made_at.isoformat(),
            "processing": [vars(one) for one in copy.processing], "account": copy.account, "found": copy.items,
            "tables": copy.tables,
        }  # fmt: skip
        _add(sink, copy, "found.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str))
        for name, rows in copy.tables.items():
            _add(sink, copy, f"tables/{name}.csv", _csv(rows))
        _add(sink, copy, "index.html", as_html(copy))
    return made.getvalue()


def _add(sink: zipfile.ZipFile, copy: Copy, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, copy.made_at.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    sink.writestr(info, text)


def _around(text: str, matcher: Matcher) -> list[str]:
    """The text around each place that names the person."""
    spans = matcher.spans(text)
    if not spans:
        return [text[: 2 * AROUND]]
    return [text[max(0, start - AROUND) : end + AROUND] for start, end in spans]


def _first(rows: Iterator[dict[str, object]]) -> list[dict[str, object]]:
    return [row for row, _ in zip(rows, range(MOST_ROWS), strict=False)]


def _plain(row: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in row.items() if value not in ("", None)}


def _processing(session: Session, models: set[str], at: datetime) -> Iterator[Processing]:
    for model in session.exec(select(Model).where(col(Model.number).in_(models)).order_by(col(Model.id))):
        data = session.exec(
            select(Dataset)
            .join(
                ModelVersion,
                (col(ModelVersion.training_dataset_id) == Dataset.id)
                | (col(ModelVersion.test_dataset_id) == Dataset.id),
            )
            .where(ModelVersion.model_id == model.id)
            .distinct()
        ).all()
        taken = session.exec(
            select(func.count(col(ExportDownload.id)))
            .join(Export, col(Export.id) == col(ExportDownload.export_id))
            .where(Export.model_id == model.id)
        ).one()
        recipients = [model.vendor or "nobody outside the organisation runs the model", f"{taken:,} reports taken away"]
        yield Processing(
            model.number,
            model.name,
            model.purpose or NOTHING,
            _joined(one.classification for one in data),
            "; ".join(recipients),
            _joined((*(one.retention for one in data), f"recorded events: {kept_for(session, at=at).days} days")),
            _joined(one.source for one in data),
            f"{model.purpose_class.value} purpose, {model.exposure.value} exposure" if model.purpose_class else NOTHING,
        )


def _joined(said: Iterator[str] | tuple[str, ...]) -> str:
    return "; ".join(dict.fromkeys(one for one in said if one)) or NOTHING


def _account(session: Session, number: str, at: datetime) -> dict[str, object]:
    """What is held of a user of Countersign beside what names them: account, roles, sign-ins, tokens, acts."""
    row = load_person(session, number)
    grants = session.exec(select(RoleGrant).where(RoleGrant.person == number).order_by(col(RoleGrant.id))).all()
    sessions = session.exec(select(SignInSession).where(SignInSession.person == number)).all()
    tokens = session.exec(select(Token).where(Token.person == number)).all()
    acts = session.exec(
        select(LogEntry)
        .where(col(LogEntry.actor).in_([number, *(token.number for token in tokens)]))
        .order_by(col(LogEntry.idx))
        .limit(MOST_ACTS)
    ).all()
    return {
        "number": number, "name": row.name, "username": row.username, "email": row.email, "subject": row.subject or "",
        "created_at": row.created_at, "disabled_at": row.disabled_at,
        "roles": [
            {"role": one.role, "since": one.granted_at, "until": one.ends_at, "reason": one.reason} for one in grants
        ],
        "sign_ins": [{"opened_at": one.opened_at, "ended_at": one.ended_at} for one in sessions],
        "tokens": [{"number": one.number, "name": one.name, "last_used_at": one.last_used_at} for one in tokens],
        "acts": [
            {"entry": entry.idx, "at": entry.at, "act": entry.action, "about": f"{entry.entity_kind} {entry.entity_id}"}
            for entry in acts
        ],
    }  # fmt: skip


def _csv(rows: Sequence[Mapping[str, object]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([harmless(name) for name in names])
    writer.writerows([harmless(cell_text(row.get(name))) for name in names] for row in rows)
    return made.getvalue()
