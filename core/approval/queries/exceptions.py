"""The register of policy exceptions: asked for, standing, expiring, and ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from core.approval.facts import ChangeRecord
from core.approval.rules import OPEN, ChangeStatus
from core.approval.service.exceptions import failed_clauses, lacking_clauses, worst_figure
from core.approval.tables import ChangeRequest
from core.inventory.tables import Model, ModelVersion
from core.policy.exceptions.tables import PolicyException
from core.policy.service import policy_by_id
from core.store.paging import Page
from core.validation.evidence import latest_run

SOON = timedelta(days=30)


class ExceptionState(StrEnum):
    """Where an exception is in its life; `EXPIRING` stands, and ends within 30 days."""

    REQUESTED = "requested"
    STANDING = "standing"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    ENDED = "ended early"
    REFUSED = "not granted"


@dataclass(frozen=True)
class ExceptionRow:
    """One exception: from which clause, of what, what compensates, until when, and how it stands now."""

    number: str
    change: str
    model: str
    model_name: str
    version: str
    tier: int
    whole_model: bool
    clause: str
    title: str
    direction: str
    threshold: float | None
    figure: float | None
    lacking: tuple[str, ...]  # what was missing at the review, where the clause requires evidence or a record
    controls: str
    requested_by: str
    owner: str  # of the model
    starts_at: datetime | None
    ends_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str
    extends: str | None
    state: ExceptionState

    @property
    def stands(self) -> bool:
        """Whether it is in force."""
        return self.state in (ExceptionState.STANDING, ExceptionState.EXPIRING)


Rows = tuple[PolicyException, ChangeRequest, Model, ModelVersion]


def exceptions(
    session: Session,
    *,
    at: datetime,
    state: ExceptionState | None = None,
    model: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Page[ExceptionRow]:
    """Exceptions; those that stand first and of these the soonest to end, then those asked for, then the rest."""
    query = (
        select(PolicyException, ChangeRequest, Model, ModelVersion)
        .join(ChangeRequest, col(ChangeRequest.number) == col(PolicyException.change))
        .join(Model, col(Model.id) == col(PolicyException.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(PolicyException.version_id))
    )
    query = query.where(_in_state(state, at)) if state else query
    query = query.where(col(Model.number) == model) if model else query
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    ordered = query.order_by(
        _in_force(at).desc(),
        col(ChangeRequest.status).in_(OPEN).desc(),
        col(PolicyException.ends_at),
        col(PolicyException.id),
    )
    rows = session.execute(ordered.limit(limit).offset(offset)).all()
    return Page(tuple(_row(*row, at=at) for row in rows), total)


def exception_counts(session: Session, *, at: datetime) -> dict[ExceptionState, int]:
    """How many exceptions are in each state at this moment."""
    return {state: exceptions(session, at=at, state=state, limit=1).total for state in ExceptionState}


def exception_row_of(session: Session, record: ChangeRecord, *, at: datetime) -> ExceptionRow | None:
    """The exception that a change asks for, if it asks for one."""
    if record.exception is None:
        return None
    return _row(record.exception, record.change, record.model, record.version, at=at)


def standing_for(session: Session, model: Model, version: ModelVersion, *, at: datetime) -> tuple[ExceptionRow, ...]:
    """The exceptions in force for this version at this moment."""
    found = exceptions(session, at=at, model=model.number, limit=200).rows
    return tuple(row for row in found if row.stands and (row.whole_model or row.version == version.version))


def expiring_for(session: Session, person: str, *, at: datetime) -> tuple[ExceptionRow, ...]:
    """Standing exceptions of models that this person owns, or asked for by them, that end within 30 days."""
    query = (
        select(PolicyException, ChangeRequest, Model, ModelVersion)
        .join(ChangeRequest, col(ChangeRequest.number) == col(PolicyException.change))
        .join(Model, col(Model.id) == col(PolicyException.model_id))
        .join(ModelVersion, col(ModelVersion.id) == col(PolicyException.version_id))
        .where(
            _in_state(ExceptionState.EXPIRING, at),
            or_(col(ChangeRequest.requested_by) == person, col(Model.owner) == person),
        )
        .order_by(col(PolicyException.ends_at))
        .limit(100)
    )
    return tuple(_row(*row, at=at) for row in session.execute(query).all())


def _in_force(at: datetime) -> ColumnElement[bool]:
    return and_(
        col(PolicyException.starts_at).is_not(None),
        col(PolicyException.ends_at) > at,
        col(PolicyException.ended_at).is_(None),
    )


def _in_state(state: ExceptionState, at: datetime) -> ColumnElement[bool]:
    granted = col(PolicyException.starts_at).is_not(None)
    early = col(PolicyException.ended_at).is_not(None)
    soon = col(PolicyException.ends_at) <= at + SOON
    conditions: dict[ExceptionState, ColumnElement[bool]] = {
        ExceptionState.REQUESTED: col(ChangeRequest.status).in_(OPEN),
        ExceptionState.STANDING: and_(_in_force(at), ~soon),
        ExceptionState.EXPIRING: and_(_in_force(at), soon),
        ExceptionState.EXPIRED: and_(granted, ~early, col(PolicyException.ends_at) <= at),
        ExceptionState.ENDED: and_(granted, early),
        ExceptionState.REFUSED: col(ChangeRequest.status).in_((ChangeStatus.REJECTED, ChangeStatus.WITHDRAWN)),
    }
    return conditions[state]


def _row(
    exception: PolicyException, change: ChangeRequest, model: Model, version: ModelVersion, *, at: datetime
) -> ExceptionRow:
    return ExceptionRow(
        number=exception.number,
        change=change.number,
        model=model.number,
        model_name=model.name,
        version=version.version,
        tier=model.tier,
        whole_model=exception.whole_model,
        clause=exception.clause,
        title=exception.title,
        direction=exception.direction,
        threshold=exception.threshold,
        figure=exception.figure,
        lacking=tuple(exception.lacking.splitlines()),
        controls=exception.controls,
        requested_by=change.requested_by,
        owner=model.owner,
        starts_at=exception.starts_at,
        ends_at=exception.ends_at,
        ended_at=exception.ended_at,
        ended_by=exception.ended_by,
        end_reason=exception.end_reason,
        extends=exception.extends,
        state=_state(exception, change, at),
    )


def _state(exception: PolicyException, change: ChangeRequest, at: datetime) -> ExceptionState:
    if exception.starts_at is None:
        return ExceptionState.REQUESTED if change.status in OPEN else ExceptionState.REFUSED
    if exception.ended_at is not None:
        return ExceptionState.ENDED
    if exception.ends_at <= at:
        return ExceptionState.EXPIRED
    return ExceptionState.EXPIRING if exception.ends_at <= at + SOON else ExceptionState.STANDING


@dataclass(frozen=True)
class ClauseRow:
    """A required clause that a version fails: its worst figure, and the exceptions from it that were granted before.

    Or one that requires evidence or the record of a dataset: what is lacking of it.
    """

    clause: str
    title: str
    direction: str
    threshold: float | None
    figure: float | None
    exceptions: tuple[str, ...]
    lacking: tuple[str, ...] = ()


def failed_clause_rows(session: Session, version: ModelVersion) -> tuple[ClauseRow, ...]:
    """The clauses from which an exception can be asked for, in the policy's order."""
    granted = session.execute(
        select(col(PolicyException.clause), col(PolicyException.number))
        .where(col(PolicyException.model_id) == version.model_id, col(PolicyException.starts_at).is_not(None))
        .order_by(col(PolicyException.id).desc())
    ).all()
    run = latest_run(session, version)
    policy = policy_by_id(session, run.policy_version_id).policy if run else None
    titles = {one.clause: one.title for one in policy.thresholds} if policy else {}
    before = {clause: tuple(number for of, number in granted if of == clause) for clause, _ in granted}
    failed = tuple(
        ClauseRow(
            clause=clause,
            title=titles.get(clause, checks[0].metric),
            direction=checks[0].direction,
            threshold=checks[0].threshold,
            figure=worst_figure(checks),
            exceptions=before.get(clause, ()),
        )
        for clause, checks in failed_clauses(session, version).items()
    )
    missing = (
        ClauseRow(clause, "Missing", "", None, None, before.get(clause, ()), tuple(sorted(one.lacks)))
        for clause, one in lacking_clauses(session, version).items()
    )
    return (*failed, *missing)
