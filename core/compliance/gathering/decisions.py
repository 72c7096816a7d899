"""Facts about decisions: approvals, approvers, exceptions, conditions, open requests."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import Subquery, and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.approval.rules import BRINGS, OPEN, ChangeStatus, Choice
from core.approval.tables import ChangeRequest, Condition, Vote
from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import Approver, ConditionTerm, Decision, ProductionApproval, ReliedOn
from core.coverage.gathering import Scope
from core.coverage.gathering.runs import current_runs
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.rules import Duty
from core.inventory.tables import Contribution, Model, ModelVersion, ProductionPointer
from core.metrics.verdicts import Verdict
from core.policy.exceptions.rules import Standing, covers
from core.policy.exceptions.tables import PolicyException
from core.validation.tables import CheckResult

FOR_USE = tuple(sorted(BRINGS))


def in_production() -> Subquery:
    """`model`, `number`, `owner`, `tier`, `packs`, `version` and `name` of every version in production."""
    return (
        select(
            col(Model.id).label("model"),
            col(Model.number).label("number"),
            col(Model.owner).label("owner"),
            col(Model.tier).label("tier"),
            col(Model.packs).label("packs"),
            col(ModelVersion.id).label("version"),
            col(ModelVersion.version).label("name"),
        )
        .join(ProductionPointer, col(ProductionPointer.model_id) == col(Model.id))
        .join(ModelVersion, col(ModelVersion.id) == col(ProductionPointer.version_id))
        .where(col(ProductionPointer.environment) == PRODUCTION, col(Model.retired_at).is_(None))
        .subquery("in_production")
    )


def approvals(session: Session, _reading: Reading) -> Read[ProductionApproval]:
    """Every version in production with the newest change that was to bring it into use, and its standing votes."""
    one = in_production()
    newest = (
        select(col(ChangeRequest.version_id).label("version"), func.max(col(ChangeRequest.id)).label("change"))
        .where(
            col(ChangeRequest.kind).in_(FOR_USE),
            col(ChangeRequest.status).in_((ChangeStatus.EXECUTED, ChangeStatus.APPROVED)),
        )
        .group_by(col(ChangeRequest.version_id))
        .subquery("newest_change")
    )
    voter = func.coalesce(col(Vote.on_behalf_of), col(Vote.person))
    votes = (
        select(col(Vote.change_id).label("change"), func.count(func.distinct(voter)).label("votes"))
        .where(col(Vote.choice) == Choice.APPROVE, col(Vote.voided_at).is_(None))
        .group_by(col(Vote.change_id))
        .subquery("standing_votes")
    )
    query = (
        select(
            one.c.number, one.c.owner, one.c.name, col(ChangeRequest.number), col(ChangeRequest.executed_at),
            votes.c.votes, col(ChangeRequest.quorum),
        )
        .select_from(one)
        .outerjoin(newest, newest.c.version == one.c.version)
        .outerjoin(ChangeRequest, col(ChangeRequest.id) == newest.c.change)
        .outerjoin(votes, votes.c.change == newest.c.change)
    )  # fmt: skip
    return Read(
        tuple(
            ProductionApproval(
                f"{model} {name}", model, owner, name, change or "", executed is not None, count or 0, quorum or 0
            )
            for model, owner, name, change, executed, count, quorum in session.execute(query)
        )
    )


def approvers(session: Session, _reading: Reading) -> Read[Approver]:
    """Every standing vote to approve, with the other parts of the same person in the version; one row for each part."""
    other = and_(
        col(Contribution.version_id) == col(ChangeRequest.version_id),
        or_(col(Contribution.person) == col(Vote.person), col(Contribution.person) == col(Vote.on_behalf_of)),
        col(Contribution.duty).in_((Duty.DEVELOPMENT, Duty.VALIDATION)),
    )
    query = (
        select(
            col(Model.number), col(Model.owner), col(ModelVersion.version), col(ChangeRequest.number), col(Vote.person),
            col(Contribution.duty),
        )
        .select_from(Vote)
        .join(ChangeRequest, col(ChangeRequest.id) == col(Vote.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .outerjoin(Contribution, other)
        .where(
            col(Vote.choice) == Choice.APPROVE,
            col(Vote.voided_at).is_(None),
            col(ChangeRequest.status).in_((*OPEN, ChangeStatus.APPROVED, ChangeStatus.EXECUTED)),
        )
    )  # fmt: skip
    duties: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for *key, duty in session.execute(query):
        duties[tuple(key)].update([duty.value] if duty else [])
    return Read(
        tuple(
            Approver(f"{change} {person}", model, owner, version, change, person, tuple(sorted(found)))
            for (model, owner, version, change, person), found in duties.items()
        )
    )


def relied_on(session: Session, reading: Reading) -> Read[ReliedOn]:
    """Every exception that is over, with the version in production that it was for and the worst failed check."""
    one, runs = in_production(), current_runs(Scope.of())
    over, other = aliased(PolicyException), aliased(PolicyException)
    of_version, covering = (
        or_(col(row.version_id) == one.c.version, and_(col(row.model_id) == one.c.model, col(row.whole_model)))
        for row in (over, other)
    )
    failed = and_(
        col(CheckResult.run_id) == runs.c.run,
        col(CheckResult.clause) == col(over.clause),
        col(CheckResult.required),
        col(CheckResult.verdict) != Verdict.PASS,
    )
    at = reading.at
    check, value = col(CheckResult.id), col(CheckResult.value)
    query = (
        select(one.c.number, one.c.owner, one.c.name, over, check, value, other)
        .select_from(over)
        .join(one, of_version)
        .outerjoin(runs, runs.c.model == one.c.model)
        .outerjoin(CheckResult, failed)
        .outerjoin(
            other,
            and_(
                covering, col(other.clause) == col(over.clause), col(other.starts_at) <= at, col(other.ends_at) > at,
                or_(col(other.ended_at).is_(None), col(other.ended_at) > at),
            ),
        )
        .where(col(over.starts_at).is_not(None), or_(col(over.ends_at) <= at, col(over.ended_at) <= at))
    )  # fmt: skip
    seen: dict[str, _Over] = {}
    for model, owner, name, ended, failing, figure, standing in session.execute(query):
        subject = f"{ended.number} {model} {name}"
        lifted = standing is not None and covers(_standing(standing), clause=ended.clause, figure=figure, at=at)
        checks = seen.setdefault(subject, _Over(model, owner, name, ended)).lifted
        if failing is not None:
            checks[failing] = checks.get(failing, False) or lifted
    return Read(tuple(known.relied(subject) for subject, known in seen.items()))


@dataclass(frozen=True)
class _Over:
    """An exception that is over, beside a version in production, and whether another lifts each check that fails."""

    model: str
    owner: str
    name: str
    ended: PolicyException
    lifted: dict[int, bool] = field(default_factory=dict)

    def relied(self, subject: str) -> ReliedOn:
        ended, checks = self.ended, self.lifted
        over = min(filter(None, (ended.ends_at, ended.ended_at)))
        return ReliedOn(
            subject, self.model, self.owner, self.name, ended.number, ended.clause, over, bool(checks),
            all(checks.values()),
        )  # fmt: skip


def _standing(row: PolicyException) -> Standing:
    return Standing(
        row.number, row.clause, row.direction, row.figure, row.starts_at or row.ends_at, row.ended_at or row.ends_at
    )


def conditions(session: Session, _reading: Reading) -> Read[ConditionTerm]:
    """Every condition of an approved change that is not verified."""
    query = (
        select(
            col(Model.number), col(Condition.owner), col(ChangeRequest.number), col(Condition.id),
            col(Condition.due_at), col(Condition.done_at),
        )
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(ChangeRequest, col(ChangeRequest.version_id) == col(ModelVersion.id))
        .join(Condition, col(Condition.change_id) == col(ChangeRequest.id))
        .where(
            col(ChangeRequest.status).in_((ChangeStatus.APPROVED, ChangeStatus.EXECUTED)),
            col(Condition.verified_at).is_(None),
        )
    )  # fmt: skip
    return Read(
        tuple(
            ConditionTerm(f"{change} condition {key}", model, owner, change, due, done is not None)
            for model, owner, change, key, due, done in session.execute(query)
        )
    )


def open_decisions(session: Session, _reading: Reading) -> Read[Decision]:
    """Every change request that waits for its decision."""
    query = (
        select(col(Model.number), col(ChangeRequest.number), col(ChangeRequest.due_at))
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .join(ChangeRequest, col(ChangeRequest.version_id) == col(ModelVersion.id))
        .where(col(ChangeRequest.status).in_(OPEN))
    )
    return Read(tuple(Decision(change, model, "", change, due) for model, change, due in session.execute(query)))
