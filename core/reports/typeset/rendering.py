"""Typesets a dossier as PDF, built to PDF/A-3a and PDF/UA-1, with its data attached."""

import json
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC
from pathlib import Path

from core.errors import GovernanceError
from core.reports.data import to_json
from core.reports.layout.document import dossier_document
from core.reports.typeset.encoding import Encoded, encode
from core.reports.typeset.glyphs import FONTS
from core.reports.values import Attachment, Dossier

HERE = Path(__file__).parent
MEMORY = 2 * 1024**3  # address space in bytes; a dossier of 16 pages takes a tenth of it
SECONDS = 60


class RenderFailed(GovernanceError):
    """A dossier could not be typeset within its limits; says what the typesetter said."""


def render_pdf(dossier: Dossier, *, seconds: int = SECONDS, memory: int = MEMORY) -> bytes:
    """The unsigned PDF; the same dossier gives the same bytes. Raises `RenderFailed`.

    `seconds` limits processor time and, doubled, waiting time; `memory` is in bytes.
    """
    data = Attachment("data.json", "application/json", "This dossier as data, in full precision", to_json(dossier))
    view = encode(dossier_document(dossier))
    stamp = dossier.generated_at.astimezone(UTC)
    view["date"] = {"year": stamp.year, "month": stamp.month, "day": stamp.day}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        view["files"] = _lay_out(folder, (data, *dossier.attachments))
        (folder / "view.json").write_text(json.dumps(view), encoding="utf-8")
        for template in HERE.glob("*.typ"):
            shutil.copy(template, folder)
        request = {"timestamp": int(stamp.timestamp()), "seconds": seconds, "memory": memory}
        (folder / "request.json").write_text(json.dumps(request), encoding="utf-8")
        _run(folder, seconds)
        return (folder / "out.pdf").read_bytes() + b"\n"  # without it, an incremental update breaks PDF/A


def _lay_out(folder: Path, attachments: tuple[Attachment, ...]) -> list[Encoded]:
    (folder / "files").mkdir()
    listed: list[Encoded] = []
    for attachment in attachments:
        shown = "dossier.json" if attachment.name == "data.json" else attachment.name
        (folder / "files" / shown).write_bytes(attachment.content)
        listed.append({"name": shown, "mime": attachment.mime, "description": attachment.description})
    return listed


def _run(folder: Path, seconds: int) -> None:
    command = [sys.executable, "-I", str(HERE / "child.py"), str(folder), str(FONTS)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=seconds * 2, env={})  # noqa: S603  our own file
    except subprocess.TimeoutExpired as error:
        raise RenderFailed(f"The dossier was not typeset within {seconds * 2} seconds.") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        said = lines[-1] if lines else f"the typesetter ended with {error.returncode}"
        raise RenderFailed(f"The dossier could not be typeset: {said}.") from error
