"""One digest for all that a decision on a version rests on; it changes whenever any of it changes."""

import hashlib
import json
from collections.abc import Sequence

from sqlmodel import Session

from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.canonical import canonical


def evidence_digest(
    session: Session, model: Model, version: ModelVersion, *, tables: tuple[str, ...] = (), result: str = ""
) -> str:
    """SHA-256 over the canonical JSON of the record, its datasets, its evidence `tables` and its `result`."""
    datasets = [session.get(Dataset, key) for key in (version.training_dataset_id, version.test_dataset_id)]
    return digest_of(model, version, [one for one in datasets if one], tables=tables, result=result)


def digest_of(
    model: Model, version: ModelVersion, datasets: Sequence[Dataset], *, tables: tuple[str, ...] = (), result: str = ""
) -> str:
    """As `evidence_digest`, of rows that are at hand."""
    record = {
        "model": model.number,
        "purpose": model.purpose,
        "tier": model.tier,
        "packs": model.packs,
        "version": version.version,
        "line": version.line.value,
        "intended_use": version.intended_use,
        "limitations": version.limitations,
        "rationale": version.rationale,
        "code": version.code_reference,
        "artefact": version.artefact_digest,
        "datasets": [_said(dataset) for dataset in datasets],
        "tables": list(tables),
        "result": result,
    }
    return hashlib.sha256(canonical(record)).hexdigest()


def _said(dataset: Dataset) -> str:
    schema = f" {dataset.declared_schema}" if dataset.declared_schema else ""
    return f"{dataset.number} {dataset.digest}{schema}"


def kept_parts(tables: tuple[str, ...], result: str, tier: int = 0) -> str:
    """What a digest was made from beside the record, as a version keeps it so that it can be made again.

    `tier` is that of the model which the result judged; 0 where it was not asked.
    """
    return json.dumps({"tables": list(tables), "result": result, "tier": tier}) if tables or result else ""


def rebound(session: Session, model: Model, version: ModelVersion) -> str:
    """The digest after a change of the record: the same evidence, and the same result unless the tier is another."""
    parts = json.loads(version.evidence_parts or "{}")
    result = str(parts.get("result", "")) if parts.get("tier", 0) in (0, model.tier) else ""
    return evidence_digest(session, model, version, tables=tuple(parts.get("tables", ())), result=result)


def can_rebind(session: Session, model: Model, version: ModelVersion) -> bool:
    """Whether what the digest was made from is kept; for evidence of an earlier release it is not."""
    return rebound(session, model, version) == version.evidence_digest
