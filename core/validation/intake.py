"""Takes in predictions: read strictly, declared, scanned for personal data, then stored by digest and recorded."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col

from core.access.deciding import deciding
from core.access.personal_data import ScanResult, scan, standing_blocks
from core.access.rules import Actor
from core.errors import Refused, Unreadable
from core.inventory.moves import load_version, move, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import EvidenceFiles, Store, StoredFile, Transaction
from core.store.numbers import next_number
from core.validation.evidence import digest_now, validation_facts
from core.validation.rules import refusals
from core.validation.tables import Evidence
from core.validation.uploads import ColumnMapping, Preflight, declare, guess_mapping, preflight, safe_label, to_parquet


@dataclass(frozen=True)
class Inspection:
    """What a file turned out to be, before anything of it is stored."""

    preflight: Preflight
    mapping: ColumnMapping
    scan: ScanResult


@dataclass(frozen=True)
class HandedIn:
    """What was stored, and the ledger entry that says so."""

    evidence: str
    table_digest: str
    rows: int
    entry: int


@dataclass(frozen=True)
class _Kept:
    """An accepted file: as received and as table, both stored, with what was found in it."""

    label: str
    rows: int
    scan: ScanResult
    original: StoredFile
    table: StoredFile


def inspect(path: Path, filename: str) -> Inspection:
    """Read a file strictly, guess the meaning of its columns and look for personal data; raises `Unreadable`."""
    found = preflight(path, filename=filename)
    mapping = guess_mapping(found)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        to_parquet(path, table, found, mapping)
        return Inspection(found, mapping, scan(table, sensitive=mapping.sensitive))


def hand_in(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    model: str,
    version: str,
    source: Path,
    filename: str,
    mapping: ColumnMapping,
    declared: Mapping[str, str],
    actor: Actor,
    at: datetime,
) -> HandedIn:
    """Store predictions for a version; they replace earlier ones, and what was concluded on those no longer stands.

    `declared` gives, by sensitive attribute, the reason for which personal data at level block is let in; any other
    column that holds such data stops the upload whatever is declared.
    Raises `Unreadable` or `Refused`; then nothing is stored but the refusal's ledger entry.
    """
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, Action.UPLOAD_EVIDENCE, entity=entity, actor=actor, at=at) as tx:
        _, row = load_version(tx.session, model, version)
        _refuse_upload(tx, row, actor)
    kept = _prepare(store, ledger, files, source, filename, mapping, declared, entity=entity, actor=actor, at=at)
    with deciding(store, ledger, Action.UPLOAD_EVIDENCE, entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        _refuse_upload(tx, row, actor)
        _replace(tx, row, at)
        evidence = _evidence_row(tx, row, kept, mapping, declared, actor=actor, at=at)
        record_part(tx, row, actor, Duty.DEVELOPMENT, at)
        move(tx, row, Action.UPLOAD_EVIDENCE, evidence_digest=digest_now(tx.session, model_row, row))
        payload: dict[str, JsonValue] = {
            "evidence": evidence.number,
            "file": evidence.file_digest,
            "table": evidence.table_digest,
            "rows": evidence.rows,
            "digest": row.evidence_digest,
            "stage": row.stage.value,
        }
        recorded = ledger.record(tx, Event.EVIDENCE_UPLOADED, entity=entity, actor=actor, at=at, payload=payload)
        return HandedIn(evidence.number, evidence.table_digest, evidence.rows, recorded.index)


def _refuse_upload(tx: Transaction, row: ModelVersion, actor: Actor) -> None:
    reasons = refusals(validation_facts(tx.session, row), Action.UPLOAD_EVIDENCE, actor)
    if reasons:
        raise Refused(reasons)


def _prepare(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    source: Path,
    filename: str,
    mapping: ColumnMapping,
    declared: Mapping[str, str],
    *,
    entity: Entity,
    actor: Actor,
    at: datetime,
) -> _Kept:
    try:
        return _store_files(files, source, filename, mapping, declared)
    except (Unreadable, Refused) as error:
        with store.transaction() as tx:
            payload = {"file": safe_label(filename), "reason": type(error).__name__.lower()}
            ledger.record(tx, Event.EVIDENCE_REFUSED, entity=entity, actor=actor, at=at, payload=payload)
        raise


def _store_files(
    files: EvidenceFiles, source: Path, filename: str, mapping: ColumnMapping, declared: Mapping[str, str]
) -> _Kept:
    found = preflight(source, filename=filename)
    declare(source, found, mapping)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        to_parquet(source, table, found, mapping)
        scanned = scan(table, sensitive=mapping.sensitive)
        attributes = {column: reason for column, reason in declared.items() if column in mapping.sensitive}
        blocks = standing_blocks(scanned, attributes)
        if blocks:
            raise Refused(blocks)
        return _Kept(safe_label(filename), found.rows, scanned, files.add_path(source), files.add_path(table))


def _evidence_row(
    tx: Transaction,
    version: ModelVersion,
    kept: _Kept,
    mapping: ColumnMapping,
    declared: Mapping[str, str],
    *,
    actor: Actor,
    at: datetime,
) -> Evidence:
    row = Evidence(
        number=next_number(tx.session, "E"),
        version_id=version.id or 0,
        filename=kept.label,
        file_digest=kept.original.digest,
        table_digest=kept.table.digest,
        size=kept.original.size,
        rows=kept.rows,
        mapping=mapping.to_json(),
        scan=kept.scan.to_json(),
        declared=json.dumps(dict(declared), sort_keys=True),
        uploaded_by=actor.id,
        uploaded_through=actor.token or "page",
        uploaded_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row


def _replace(tx: Transaction, version: ModelVersion, at: datetime) -> None:
    tx.session.execute(
        update(Evidence)
        .where(col(Evidence.version_id) == version.id, col(Evidence.replaced_at).is_(None))
        .values(replaced_at=at)
    )
