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
from core.access.personal_data import ScanResult, standing_blocks
from core.access.personal_data.taught import Stopped, lessons, put_up
from core.access.rules import Actor
from core.errors import Conflict, Refused, Unreadable
from core.frames.scenarios import read_scenarios
from core.inventory.classes.queries import bias_only
from core.inventory.classes.rules import bias_only_refusal
from core.inventory.moves import load_version, move, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import EvidenceFiles, Store, StoredFile, Transaction
from core.store.numbers import next_number
from core.validation.evidence import digest_now, validation_facts
from core.validation.handed import (
    JSON_KINDS,
    OUTCOMES,
    Handed,
    attributes_declared,
    attributes_known,
    datasets_of,
    is_sealed,
    refuse_unsound,
    scanned_file,
    to_table,
)
from core.validation.inspecting import Inspection, inspect
from core.validation.rules import EvidenceKind, refusals
from core.validation.tables import Evidence
from core.validation.uploads import (
    ColumnMapping,
    safe_label,
)

__all__ = [
    "JSON_KINDS",
    "OUTCOMES",
    "Handed",
    "HandedIn",
    "Inspection",
    "attributes_declared",
    "hand_in",
    "inspect",
    "refuse_unsound",
    "scanned_file",
    "to_table",
]


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
    kind: EvidenceKind = EvidenceKind.PREDICTIONS,
    address: str = "",
    actor: Actor,
    at: datetime,
) -> HandedIn:
    """Store a file for a version; it replaces the earlier one of its kind, and what was concluded no longer stands.

    `declared` gives, by sensitive attribute, the reason for which personal data at level block is let in; any other
    column that holds such data stops the upload whatever is declared. `address` says where a file that was not
    uploaded was fetched from.
    Raises `Unreadable` or `Refused`; then nothing is stored but the refusal's ledger entry.
    """
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, Action.UPLOAD_EVIDENCE, entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        _refuse_upload(tx, model_row.number, row, mapping, actor)
        decided = lessons(tx.session, (model_row.number, *datasets_of(tx.session, row)), at=at)
        known = attributes_known(tx.session, row)
    handed = Handed(source, filename, kind, mapping, declared, address, decided, known)
    kept = _prepare(store, ledger, files, handed, entity=entity, actor=actor, at=at)
    with deciding(store, ledger, Action.UPLOAD_EVIDENCE, entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        _refuse_upload(tx, model_row.number, row, mapping, actor)
        _replace(tx, row, kind, at)
        evidence = _evidence_row(tx, row, kept, handed, actor=actor, at=at)
        record_part(tx, row, actor, Duty.DEVELOPMENT, at)
        move(tx, row, Action.UPLOAD_EVIDENCE, evidence_digest=digest_now(tx.session, model_row, row))
        payload: dict[str, JsonValue] = {
            "evidence": evidence.number,
            "kind": kind.value,
            "file": evidence.file_digest,
            "table": evidence.table_digest,
            "rows": evidence.rows,
            "digest": row.evidence_digest,
            "stage": row.stage.value,
            **handed.origin,
        }
        recorded = ledger.record(tx, Event.EVIDENCE_UPLOADED, entity=entity, actor=actor, at=at, payload=payload)
        if not all(files.holds(one) for one in (evidence.file_digest, evidence.table_digest)):  # a timer took it
            raise Conflict("the file that was handed in", "none, as its retention ended at this moment", "The file")
        return HandedIn(evidence.number, evidence.table_digest, evidence.rows, recorded.index)


def _refuse_upload(tx: Transaction, model: str, row: ModelVersion, mapping: ColumnMapping, actor: Actor) -> None:
    """Also where an input of the model is held to find bias and for nothing else."""
    reasons = refusals(validation_facts(tx.session, row), Action.UPLOAD_EVIDENCE, actor)
    held = bias_only(tx.session, [model, *datasets_of(tx.session, row)]) & set(mapping.features)
    if reasons or held:
        raise Refused([*reasons, *(bias_only_refusal(one) for one in sorted(held))])


def _prepare(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    handed: Handed,
    *,
    entity: Entity,
    actor: Actor,
    at: datetime,
) -> _Kept:
    try:
        return _store_files(files, handed)
    except (Unreadable, Refused) as error:
        with store.transaction() as tx:
            reason = type(error).__name__.lower()
            payload: dict[str, JsonValue] = {"file": safe_label(handed.filename), "reason": reason, **handed.origin}
            ledger.record(tx, Event.EVIDENCE_REFUSED, entity=entity, actor=actor, at=at, payload=payload)
            if isinstance(error, Stopped):
                where = f"{handed.kind} of {entity.id}"
                put_up(tx.session, error.scan, scope=entity.id.split(" ")[0], where=where,
                       besides=attributes_declared(handed), by=actor.id, at=at)  # fmt: skip
        raise


def _store_files(files: EvidenceFiles, handed: Handed) -> _Kept:
    label, source = safe_label(handed.filename), handed.source
    if handed.kind is EvidenceKind.SCENARIOS:
        scanned = scanned_file(handed, source)
        scenarios = read_scenarios(source)
        if blocks := standing_blocks(scanned, {}):
            raise Stopped(blocks, scanned)
        stored = files.add_path(source, sealing=True)  # it may name values of attributes, as weights
        return _Kept(label, len(scenarios), scanned, stored, stored)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        rows = to_table(handed, table)
        if handed.kind is EvidenceKind.ATTRIBUTIONS:
            refuse_unsound(table, handed.mapping)
        scanned = scanned_file(handed, table)
        if blocks := standing_blocks(scanned, attributes_declared(handed)):
            raise Stopped(blocks, scanned)
        sealing = is_sealed(handed, table)
        kept = (files.add_path(one, sealing=sealing) for one in (source, table))
        return _Kept(label, rows, scanned, *kept)


def _evidence_row(
    tx: Transaction,
    version: ModelVersion,
    kept: _Kept,
    handed: Handed,
    *,
    actor: Actor,
    at: datetime,
) -> Evidence:
    row = Evidence(
        number=next_number(tx.session, "E"),
        version_id=version.id or 0,
        kind=handed.kind,
        filename=kept.label,
        file_digest=kept.original.digest,
        table_digest=kept.table.digest,
        size=kept.original.size,
        rows=kept.rows,
        mapping=handed.mapping.to_json(),
        scan=kept.scan.to_json(),
        declared=json.dumps(dict(handed.declared), sort_keys=True),
        uploaded_by=actor.id,
        uploaded_through=actor.token or "page",
        uploaded_at=at,
    )
    tx.session.add(row)
    tx.session.flush()
    return row


def _replace(tx: Transaction, version: ModelVersion, kind: EvidenceKind, at: datetime) -> None:
    of_kind = (col(Evidence.version_id) == version.id, col(Evidence.kind) == kind)
    at_hand = col(Evidence.replaced_at).is_(None)
    tx.session.execute(update(Evidence).where(*of_kind, at_hand).values(replaced_at=at))
