"""Documents in and out: a version as ML-BOM or model card, and a document of others as an import."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal, Refused
from core.inventory.exchange.ml_bom import ml_bom
from core.inventory.exchange.ml_bom_reading import read_ml_bom
from core.inventory.exchange.model_card import model_card
from core.inventory.exchange.model_card_reading import read_model_card
from core.inventory.exchange.record import record_of
from core.inventory.exchange.values import Figure, Understood
from core.inventory.importing.fields import BY_KEY
from core.inventory.importing.rules import ImportKind
from core.inventory.importing.service import (
    DryRun,
    Imported,
    TableImport,
    import_refusals,
    import_sheet,
    look_at_sheet,
)
from core.inventory.importing.sheets import Cell, Sheet, SheetRow
from core.ledger.service import Entity, Event, Ledger
from core.store import Store

FIRST_VERSION = "1.0.0"
MARKS = b"\xef\xbb\xbf \t\r\n"  # a byte order mark and white space


@dataclass(frozen=True)
class Document:
    """A document as it leaves: the name of its file, its media type, and its bytes."""

    filename: str
    media_type: str
    body: bytes


@dataclass(frozen=True)
class DocumentDryRun:
    """What a document says, what of it no field holds, and what its import would do."""

    understood: Understood
    found: DryRun


def document_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot take a version's documents; they hold what its page shows."""
    return permission_refusals(actor, Permission.RECORD_READ)


def export_document(
    store: Store,
    ledger: Ledger,
    *,
    kind: ImportKind,
    model: str,
    version: str,
    figures: tuple[Figure, ...] = (),
    actor: Actor,
    at: datetime,
) -> Document:
    """The version as ML-BOM or model card, put on record with the digest of what left; raises `NotFound`."""
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, f"export the {kind}", entity=entity, actor=actor, at=at) as tx:
        reasons = document_refusals(actor)
        if reasons:
            raise Refused(reasons)
        record = record_of(tx.session, model, version, figures)
        body = ml_bom(record) if kind is ImportKind.ML_BOM else model_card(record)
        payload = {"document": kind.value, "sha256": hashlib.sha256(body).hexdigest()}
        ledger.record(tx, Event.EXPORT_DOWNLOADED, entity=entity, actor=actor, at=at, payload=payload)
    if kind is ImportKind.ML_BOM:
        return Document(f"{model}-{version}.cdx.json", "application/vnd.cyclonedx+json; version=1.6", body)
    return Document(f"{model}-{version}-README.md", "text/markdown; charset=utf-8", body)


def is_document(head: bytes) -> bool:
    """Whether a file that begins so is a document and not a table."""
    begin = head.lstrip(MARKS)
    return begin.startswith((b"{", b"---\n", b"---\r\n"))


def understand(content: bytes) -> Understood:
    """What a document says, told apart by its content; raises `Unreadable`."""
    return read_ml_bom(content) if content[:64].lstrip(MARKS).startswith(b"{") else read_model_card(content)


def look_at_document(
    store: Store,
    ledger: Ledger,
    *,
    content: bytes,
    filename: str,
    constants: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> DocumentDryRun:
    """What the import would do; `constants` stand for what the document does not say. Stores nothing."""
    reasons = import_refusals(actor)
    if reasons:
        raise Refused(reasons)
    understood = understand(content)
    sheet, wish = _as_table(understood, filename, constants or {})
    return DocumentDryRun(understood, look_at_sheet(store, ledger, sheet, understood.kind, wish, actor=actor, at=at))


def import_document(
    store: Store,
    ledger: Ledger,
    *,
    content: bytes,
    filename: str,
    constants: Mapping[str, str] | None = None,
    expected: str | None,
    actor: Actor,
    at: datetime,
) -> Imported:
    """Do what the dry run with the plan digest `expected` showed, or nothing."""
    understood = understand(content)
    sheet, wish = _as_table(understood, filename, constants or {})
    return import_sheet(store, ledger, sheet, understood.kind, wish, expected=expected, actor=actor, at=at)


def _as_table(understood: Understood, filename: str, constants: Mapping[str, str]) -> tuple[Sheet, TableImport]:
    """One row, whose columns are the fields; a document without a version is of the first."""
    fields = {key: text for key, text in understood.fields.items() if key in BY_KEY}
    columns = {key: BY_KEY[key].title for key in fields}
    row = SheetRow(1, tuple(Cell(text) for text in fields.values()))
    sheet = Sheet(tuple(columns.values()), (row,), understood.digest, understood.kind.value)
    fixed = {"version": FIRST_VERSION, **constants}
    return sheet, TableImport(Path(filename), filename, columns, fixed)
