"""Reads what documents say of a version from the inventory."""

import json

from sqlmodel import Session

from core.errors import NotFound
from core.inventory.exchange.values import DataRecord, Figure, ModelRecord
from core.inventory.importing.queries import registry_facts
from core.inventory.queries import DatasetFacts, model_page


def record_of(session: Session, model: str, version: str, figures: tuple[Figure, ...] = ()) -> ModelRecord:
    """The version with its datasets, the figures given, and what a linked registry knows; raises `NotFound`."""
    page = model_page(session, model, version)
    row = page.version
    if row is None or page.training is None or page.test is None:
        raise NotFound(f"version of {model}", version)
    facts = registry_facts(session, model, version)
    measured = tuple(
        Figure(name, value, source=f"MLflow {one.server}") for one in facts for name, value in one.metrics.items()
    )
    fields = {
        "name": page.model.name,
        "purpose": page.model.purpose,
        "business_line": page.model.business_line,
        "owner": page.model.owner,
        "developer": page.model.developer,
        "exposure": page.model.exposure.value,
        "purpose_class": page.model.purpose_class.value,
        "users": page.model.users,
        "vendor": page.model.vendor,
        "packs": page.model.packs,
        "version": row.version,
        "intended_use": row.intended_use,
        "limitations": row.limitations,
        "rationale": row.rationale,
        "line": row.line.value,
        "code_reference": row.code_reference,
        "artefact_digest": row.artefact_digest,
    }
    return ModelRecord(
        number=page.model.number,
        version=row.version,
        made_at=row.created_at,
        fields={key: text for key, text in fields.items() if text},
        tier=page.model.tier,
        stage=row.stage.value,
        evidence_digest=row.evidence_digest,
        datasets=(_data("training", page.training), _data("test", page.test)),
        figures=(*figures, *measured),
        signature=next((one.signature for one in facts if one.signature), ""),
    )


def signature_lines(signature: str, part: str) -> tuple[str, ...]:
    """The inputs or outputs of a signature, each as `name: type`."""
    try:
        columns = json.loads(signature or "{}").get(part) or []
    except (ValueError, AttributeError):
        return ()
    if not isinstance(columns, list):
        return ()
    return tuple(_column(one) for one in columns if isinstance(one, dict))


def _column(one: dict[str, object]) -> str:
    name, kind = str(one.get("name", "")), one.get("type")
    said = kind if isinstance(kind, str) else "object"
    tensor = one.get("tensor-spec")
    if isinstance(tensor, dict):
        said = f"{tensor.get('dtype', 'tensor')} {tensor.get('shape', '')}".strip()
    return f"{name}: {said}" if name else said


def _data(use: str, facts: DatasetFacts) -> DataRecord:
    return DataRecord(
        use, facts.number, facts.name, facts.version, facts.source, facts.licence, facts.classification, facts.digest
    )
