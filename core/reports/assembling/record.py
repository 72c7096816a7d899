"""The record of a dossier: model, version, datasets, policy and what changed since the last approved version."""

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.rules import Stage
from core.inventory.tables import Dataset, Model, ModelVersion
from core.metrics.verdicts import Verdict
from core.policy.packs import packs
from core.policy.rules import Direction, Policy
from core.policy.service import policy_by_id
from core.policy.tables import PolicyVersion
from core.reports.values import (
    ChangedFigure,
    ChangedText,
    DatasetRecord,
    DatasetUse,
    ModelRecord,
    PackLine,
    PolicyRecord,
    VersionRecord,
    WhatChanged,
)
from core.validation.evidence import latest_run
from core.validation.queries import checks_of
from core.validation.tables import CheckResult

ONCE_APPROVED = (Stage.APPROVED, Stage.IN_PRODUCTION, Stage.SUPERSEDED, Stage.RETIRED)
TEXTS = {
    "intended_use": "Intended use",
    "limitations": "Limitations",
    "code_reference": "Code",
    "artefact_digest": "Artefact digest",
}


def model_record(model: Model) -> ModelRecord:
    """The model as the inventory holds it."""
    known = packs()
    return ModelRecord(
        number=model.number,
        name=model.name,
        purpose=model.purpose,
        business_line=model.business_line,
        users=model.users,
        vendor=model.vendor,
        owner=model.owner,
        developer=model.developer,
        exposure=model.exposure,
        purpose_class=model.purpose_class,
        tier=model.tier,
        packs=tuple(PackLine(key, known[key].title if key in known else key) for key in model.packs.split()),
        next_review=model.next_review,
        registered_by=model.registered_by,
        registered_at=model.registered_at,
    )


def version_record(version: ModelVersion) -> VersionRecord:
    """The version as the inventory holds it."""
    return VersionRecord(
        version=version.version,
        line=version.line,
        stage=version.stage,
        intended_use=version.intended_use,
        limitations=version.limitations,
        rationale=version.rationale,
        code_reference=version.code_reference,
        artefact_digest=version.artefact_digest,
        evidence_digest=version.evidence_digest,
        created_by=version.created_by,
        created_at=version.created_at,
    )


def dataset_records(session: Session, version: ModelVersion) -> tuple[DatasetRecord, ...]:
    """Training data first, then test data."""
    used = ((DatasetUse.TRAINING, version.training_dataset_id), (DatasetUse.TEST, version.test_dataset_id))
    return tuple(_dataset(session, use, key) for use, key in used)


def _dataset(session: Session, use: DatasetUse, key: int) -> DatasetRecord:
    row = session.get(Dataset, key)
    if row is None:
        raise NotFound("dataset", key)
    return DatasetRecord(
        use=use,
        number=row.number,
        name=row.name,
        version=row.version,
        source=row.source,
        licence=row.licence,
        classification=row.classification,
        digest=row.digest,
        rows=row.rows,
    )


def policy_record(session: Session, policy_id: int) -> PolicyRecord:
    """The policy version as it was published."""
    row = session.get(PolicyVersion, policy_id)
    if row is None:
        raise NotFound("policy", policy_id)
    return PolicyRecord(row.name, row.version, row.digest, row.published_by, row.published_at, row.effective_from)


def what_changed(session: Session, version: ModelVersion) -> WhatChanged:
    """This version beside the last earlier one that was approved."""
    former = _former(session, version)
    if former is None:
        return WhatChanged(None)
    texts = tuple(
        ChangedText(title, getattr(former, field), getattr(version, field))
        for field, title in TEXTS.items()
        if getattr(former, field) != getattr(version, field)
    )
    return WhatChanged(former.version, texts, _figures(session, former, version))


def _former(session: Session, version: ModelVersion) -> ModelVersion | None:
    return session.exec(
        select(ModelVersion)
        .where(
            ModelVersion.model_id == version.model_id,
            col(ModelVersion.id) < version.id,
            col(ModelVersion.stage).in_(ONCE_APPROVED),
        )
        .order_by(col(ModelVersion.id).desc())
        .limit(1)
    ).first()


def _figures(session: Session, former: ModelVersion, version: ModelVersion) -> tuple[ChangedFigure, ...]:
    before_run, run = latest_run(session, former), latest_run(session, version)
    if run is None or run.id is None:
        return ()
    before = checks_of(session, before_run.id) if before_run and before_run.id else ()
    values = {(check.metric, check.subject): check.value for check in before}
    titles = titles_of(policy_by_id(session, run.policy_version_id).policy)
    return tuple(_figure(check, titles, values) for check in checks_of(session, run.id))


def _figure(check: CheckResult, titles: dict[str, str], before: dict[tuple[str, str], float | None]) -> ChangedFigure:
    return ChangedFigure(
        title=titles.get(check.metric, check.metric),
        metric=check.metric,
        subject=check.subject,
        before=before.get((check.metric, check.subject)),
        now=check.value,
        threshold=check.threshold,
        direction=Direction(check.direction) if check.direction else None,
        verdict=Verdict(check.verdict),
    )


def titles_of(policy: Policy) -> dict[str, str]:
    """What each metric is called in this policy."""
    return {threshold.metric: threshold.title for threshold in policy.thresholds}
