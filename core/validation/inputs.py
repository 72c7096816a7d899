"""Everything that a run's result depends on, by digest: the same inputs give the same figures, whenever computed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlmodel import Session, col, select

from core.inventory.moves import keys_of
from core.inventory.rules import Stage
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.service import PublishedPolicy
from core.store.rows import rows_by_id
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence, Run

METHOD = 2  # counts up when a computation changes, so that a result of an older method is never taken for a new one
APPROVED = frozenset({Stage.APPROVED, Stage.IN_PRODUCTION, Stage.SUPERSEDED})


@dataclass(frozen=True)
class Given:
    """One file that was handed in: its number, the digest of what is computed from it, and what its columns mean."""

    kind: EvidenceKind
    evidence: str
    table: str
    mapping: str


@dataclass(frozen=True)
class RunInputs:
    """The evidence of the version, that of the last approved version beside it, and what the model's record says."""

    evidence: tuple[Given, ...]
    policy: str
    approved: tuple[Given, ...] = ()
    approved_version: str = ""
    schema: str = ""
    packs: tuple[str, ...] = ()
    tier: int = 0  # of the model; 0 in runs from before policies judged by tier
    method: int = METHOD

    def to_json(self) -> str:
        """Same inputs, same text."""
        return _ADAPTER.dump_json(self).decode()

    @property
    def digest(self) -> str:
        """SHA-256 over all that decides the figures; under which number a file was handed in does not."""
        parts = [
            str(self.method),
            self.policy,
            self.schema,
            " ".join(self.packs),
            *(f"{one.kind} {one.table} {one.mapping}" for one in self.evidence),
            self.approved_version,
            *(f"{one.kind} {one.table} {one.mapping}" for one in self.approved),
            *([f"tier {self.tier}"] if self.tier else []),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()  # as JSON, no part can pass for two

    def given(self, kind: EvidenceKind) -> Given | None:
        """The file of this kind."""
        return next((one for one in self.evidence if one.kind is kind), None)

    def of_approved(self, kind: EvidenceKind) -> Given | None:
        """The file of this kind of the last approved version."""
        return next((one for one in self.approved if one.kind is kind), None)


_ADAPTER = TypeAdapter(RunInputs)


def from_json(text: str) -> RunInputs:
    """The inverse of `RunInputs.to_json`."""
    return _ADAPTER.validate_json(text)


def current(session: Session, version: ModelVersion) -> tuple[Evidence, ...]:
    """The newest file of each kind that was not replaced, predictions first."""
    return current_of(session, [version])[version.id or 0]


def current_of(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, tuple[Evidence, ...]]:
    """As `current`, by the version's row number."""
    rows = session.exec(
        select(Evidence)
        .where(col(Evidence.version_id).in_(keys_of(versions)), col(Evidence.replaced_at).is_(None))
        .order_by(col(Evidence.id))
    ).all()
    newest = {(row.version_id, row.kind): row for row in rows}
    return {
        key: tuple(newest[key, kind] for kind in EvidenceKind if (key, kind) in newest) for key in keys_of(versions)
    }


def inputs_now(session: Session, model: Model, version: ModelVersion, policy: PublishedPolicy) -> RunInputs:
    """What a run that starts now will depend on."""
    approved = last_approved(session, version)
    beside = tuple(row for row in current(session, approved) if row.removed_at is None) if approved else ()
    dataset = session.get(Dataset, version.test_dataset_id)
    return RunInputs(
        evidence=given(current(session, version)),
        policy=policy.digest,
        approved=given(beside),
        approved_version=approved.version if approved else "",
        schema=dataset.declared_schema if dataset else "",
        packs=tuple(model.packs.split()),
        tier=model.tier,
    )


def inputs_of(session: Session, run: Run) -> RunInputs:
    """What a stored run depends on; one that was stored before inputs were kept depended on its predictions alone."""
    return inputs_of_runs(session, [run])[run.id or 0]


def inputs_of_runs(session: Session, runs: Sequence[Run]) -> Mapping[int, RunInputs]:
    """As `inputs_of`, by the run's row number."""
    files = rows_by_id(session, Evidence, {run.evidence_id for run in runs if not run.inputs})
    return {
        run.id or 0: from_json(run.inputs)
        if run.inputs
        else RunInputs(
            evidence=given((files[run.evidence_id],)) if run.evidence_id in files else (), policy="", method=1
        )
        for run in runs
    }


def given(rows: tuple[Evidence, ...]) -> tuple[Given, ...]:
    """The files as inputs."""
    return tuple(Given(row.kind, row.number, row.table_digest, row.mapping) for row in rows)


def last_approved(session: Session, version: ModelVersion) -> ModelVersion | None:
    """The newest other version of the model that was approved, in production or superseded."""
    return session.exec(
        select(ModelVersion)
        .where(
            ModelVersion.model_id == version.model_id,
            col(ModelVersion.stage).in_(APPROVED),
            ModelVersion.id != version.id,
        )
        .order_by(col(ModelVersion.id).desc())
        .limit(1)
    ).first()
