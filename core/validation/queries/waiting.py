"""Reads of what waits in validations, by person: questions, findings, versions to conclude."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select

from core.inventory.rules import Duty, Stage
from core.inventory.tables import Contribution, Model, ModelVersion
from core.validation.queries.listing import FindingFilter, FindingRow, findings
from core.validation.rules import FindingStatus, RunStatus
from core.validation.tables import Question, Run


@dataclass(frozen=True)
class Waiting:
    """Something in a validation that waits for a person: what, on which version, since when, until when."""

    what: str
    key: str
    model: str
    model_name: str
    version: str
    tier: int
    since: datetime
    due: datetime | None
    why: str


def questions_for(session: Session, person: str) -> tuple[Waiting, ...]:
    """Unanswered questions on models that this person owns or develops."""
    rows = session.execute(
        select(Question, Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.id) == col(Question.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Question.answered_at).is_(None), (col(Model.developer) == person) | (col(Model.owner) == person))
        .order_by(col(Question.asked_at))
    ).all()
    return tuple(
        Waiting(
            f"Answer question {question.number}",
            question.number,
            model.number,
            model.name,
            version.version,
            model.tier,
            question.asked_at,
            None,
            "You develop this model" if model.developer == person else "You own this model",
        )
        for question, model, version in rows
    )


def findings_for(session: Session, person: str) -> tuple[Waiting, ...]:
    """Open findings that this person owns."""
    found = findings(session, FindingFilter(status=FindingStatus.OPEN, owner=person), limit=100, offset=0).rows
    return _finding_work(session, found, "Remediate", "You own the finding")


def findings_to_close(session: Session) -> tuple[Waiting, ...]:
    """Remediated findings that a validator has to verify."""
    found = findings(session, FindingFilter(status=FindingStatus.REMEDIATED), limit=100, offset=0).rows
    return _finding_work(session, found, "Verify", "You are a validator")


def _finding_work(session: Session, rows: Sequence[FindingRow], verb: str, why: str) -> tuple[Waiting, ...]:
    tiers = dict(
        session.execute(
            select(Model.number, Model.tier).where(col(Model.number).in_({row.model for row in rows}))
        ).all()
    )
    return tuple(
        Waiting(
            f"{verb} finding {row.finding.number}",
            row.finding.number,
            row.model,
            row.model_name,
            row.version,
            tiers[row.model],
            row.finding.remediated_at or row.finding.raised_at,
            row.finding.due_at,
            why,
        )
        for row in rows
    )


def versions_in_validation(
    session: Session, *, but_of: str = "", limit: int = 1_000
) -> tuple[tuple[Model, ModelVersion], ...]:
    """Versions that a validator may read and conclude, the oldest first; none on which `but_of` has another part."""
    parts = exists().where(
        col(Contribution.version_id) == col(ModelVersion.id),
        col(Contribution.person) == but_of,
        col(Contribution.duty) != Duty.VALIDATION,
    )
    finished = exists().where(col(Run.version_id) == col(ModelVersion.id), col(Run.status) == RunStatus.FINISHED)
    rows = session.execute(
        select(Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .where(col(ModelVersion.stage) == Stage.IN_VALIDATION, ~parts, finished)
        .order_by(col(ModelVersion.id))
        .limit(limit)
    ).all()
    return tuple((model, version) for model, version in rows)
