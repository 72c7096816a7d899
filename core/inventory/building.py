"""Makes the rows of what is registered, and what the ledger says of each; one at a time or thousands in an import."""

import hashlib
from datetime import datetime, timedelta

from core.access.rules import Actor
from core.errors import NotFound
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.rules import materiality, parse_version
from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.metrics.quality import parse_schema, schema_json

MONTH = timedelta(days=30.4375)
Payload = dict[str, JsonValue]


def build_model(number: str, entered: NewModel, *, next_review: datetime, actor: Actor, at: datetime) -> Model:
    """The row of a model; its tier follows from exposure and purpose."""
    return Model(
        number=number,
        name=entered.name.strip(),
        purpose=entered.purpose,
        business_line=entered.business_line.strip(),
        users=entered.users,
        vendor=entered.vendor,
        owner=entered.owner,
        developer=entered.developer,
        exposure=entered.exposure,
        purpose_class=entered.purpose_class,
        tier=materiality(entered.exposure, entered.purpose_class),
        packs=" ".join(entered.packs),
        next_review=next_review,
        registered_by=actor.acting_as,
        registered_at=at,
    )


def said_of_model(row: Model) -> Payload:
    """What the ledger commits to when a model is registered."""
    return {"name": row.name, "tier": row.tier, "owner": row.owner, "developer": row.developer, "packs": row.packs}


def build_version(
    model: Model, entered: NewVersion, training: Dataset, test: Dataset, *, actor: Actor, at: datetime
) -> ModelVersion:
    """The row of a version, without its evidence digest; the rows it hangs on are stored."""
    parsed = parse_version(entered.version)
    if parsed is None or model.id is None or training.id is None or test.id is None:
        raise NotFound("stored row of", entered.version)
    return ModelVersion(
        model_id=model.id,
        version=entered.version,
        major=parsed[0],
        minor=parsed[1],
        patch=parsed[2],
        line=entered.line,
        intended_use=entered.intended_use,
        limitations=entered.limitations,
        rationale=entered.rationale,
        change_kind=entered.change_kind,
        code_reference=entered.code_reference,
        artefact_digest=entered.artefact_digest,
        training_dataset_id=training.id,
        test_dataset_id=test.id,
        evidence_digest="",
        created_by=actor.acting_as,
        created_at=at,
    )


def said_of_version(row: ModelVersion, training: Dataset, test: Dataset) -> Payload:
    """What the ledger commits to when a version is registered."""
    change = row.change_kind.value if row.change_kind else ""
    return {"evidence": row.evidence_digest, "training": training.number, "test": test.number, "change": change}


def build_dataset(number: str, entered: NewDataset, *, actor: Actor, at: datetime) -> Dataset:
    """The row of a dataset."""
    return Dataset(
        number=number,
        name=entered.name.strip(),
        version=entered.version.strip(),
        source=entered.source,
        licence=entered.licence,
        classification=entered.classification,
        owner=entered.owner or actor.id,
        description=entered.description,
        retention=entered.retention,
        sanitisation=entered.sanitisation,
        declared_schema=schema_json(parse_schema(entered.declared_schema)) if entered.declared_schema.strip() else "",
        registered_by=actor.acting_as,
        registered_at=at,
    )


def said_of_dataset(row: Dataset) -> Payload:
    """What the ledger commits to when a dataset is registered."""
    schema = hashlib.sha256(row.declared_schema.encode()).hexdigest() if row.declared_schema else ""
    return {"name": row.name, "version": row.version, "schema": schema}
