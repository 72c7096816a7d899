"""One digest for all that a decision on a version rests on; it changes whenever any of it changes."""

import hashlib

from sqlmodel import Session

from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.canonical import canonical


def evidence_digest(
    session: Session, model: Model, version: ModelVersion, *, tables: tuple[str, ...] = (), result: str = ""
) -> str:
    """SHA-256 over the canonical JSON of the record, its datasets, its evidence `tables` and its `result`."""
    datasets = [session.get(Dataset, key) for key in (version.training_dataset_id, version.test_dataset_id)]
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
        "datasets": [_said(dataset) for dataset in datasets if dataset],
        "tables": list(tables),
        "result": result,
    }
    return hashlib.sha256(canonical(record)).hexdigest()


def _said(dataset: Dataset) -> str:
    schema = f" {dataset.declared_schema}" if dataset.declared_schema else ""
    return f"{dataset.number} {dataset.digest}{schema}"
