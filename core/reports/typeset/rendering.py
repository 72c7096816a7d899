"""Typesets a report as PDF, built to PDF/A-3a and PDF/UA-1, with its data and its long tables attached."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from core.reports.data import to_json
from core.reports.formats.closing import AttachedFile, pdf_checks, sources_section
from core.reports.formats.laying import Laid, laid
from core.reports.formats.moving import with_tables_moved
from core.reports.formats.naming import slug
from core.reports.texts.formats import files as texts
from core.reports.typeset.encoding import Encoded, encode
from core.reports.typeset.process import HERE, MEMORY, SECONDS, RenderFailed, Typesetter
from core.reports.values.report import Report

__all__ = ["RenderFailed", "render_pdf"]


def render_pdf(
    report: Report, typesetter: Typesetter | None = None, *, seconds: int = SECONDS, memory: int = MEMORY
) -> bytes:
    """The unsigned PDF; the same report gives the same bytes. Raises `RenderFailed`.

    `seconds` limits processor time and, doubled, waiting time; `memory` is in bytes. Without a `typesetter` one is
    started and ended.
    """
    shown, files = _with_closing(report)
    view = encode(shown)
    stamp = report.generated_at.astimezone(UTC)
    view["date"] = {"year": stamp.year, "month": stamp.month, "day": stamp.day}
    own = Typesetter() if typesetter is None else typesetter
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            view["files"] = _lay_out(folder, files)
            (folder / "view.json").write_text(json.dumps(view), encoding="utf-8")
            request = {"timestamp": int(stamp.timestamp()), "seconds": seconds, "memory": memory}
            (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
            own.typeset(folder, seconds=seconds)
            return (folder / "out.pdf").read_bytes() + b"\n"  # without it, an incremental update breaks PDF/A
    finally:
        if typesetter is None:
            own.close()


def _with_closing(report: Report) -> tuple[Laid, tuple[AttachedFile, ...]]:
    """The pages with their sources and checks at the end, and the files that they carry."""
    name, found = slug(report), laid(report)
    with_sources = replace(found.document, sections=(*found.document.sections, *sources_section(found)))
    shown, moved = with_tables_moved(
        replace(found, document=with_sources), lambda file: texts.IN_ATTACHED_FILE.format(file=file)
    )
    files = (
        AttachedFile(f"{name}.json", "application/json", texts.AS_DATA, to_json(report)),
        *(
            AttachedFile(
                one.name, "text/csv", texts.TABLE_ROWS.format(caption=one.caption, rows=f"{one.rows:,}"), one.content
            )
            for one in moved
        ),
        *(AttachedFile(one.name, one.mime, one.description, one.content) for one in report.attachments),
    )
    names = [one.name for one in files]
    if len(names) != len(set(names)):
        raise RenderFailed(f"Two files in the report have the same name, among {', '.join(names)}.")
    sections = (*shown.document.sections, pdf_checks(report, name, files))
    return replace(shown, document=replace(shown.document, sections=sections)), files


def _lay_out(folder: Path, files: Sequence[AttachedFile]) -> list[Encoded]:
    for template in HERE.glob("*.typ"):
        shutil.copy(template, folder)
    (folder / "files").mkdir()
    listed: list[Encoded] = []
    for one in files:
        (folder / "files" / one.name).write_bytes(one.content)
        listed.append({"name": one.name, "mime": one.mime, "description": one.description})
    return listed
