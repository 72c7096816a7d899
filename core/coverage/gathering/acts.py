"""What was done about a version and still stands: validated, challenged, findings tracked, approved, reviewed."""

from collections.abc import Iterable, Iterator, Set
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col

from core.approval.rules import BRINGS, ChangeStatus
from core.approval.tables import ChangeRequest
from core.coverage.gathering.records import kept_on_record
from core.coverage.gathering.runs import current_runs
from core.coverage.gathering.scope import Held, Scope
from core.inventory.tables import Model, ModelVersion
from core.policy.packs.signals import Act
from core.policy.rules import CheckKind
from core.validation.rules import FindingStatus, Outcome
from core.validation.tables import CheckResult, Conclusion, Finding, Question, Run

YEAR = timedelta(days=365)


def acts(session: Session, scope: Scope, words: Set[str], at: datetime) -> Iterable[Held]:
    """Every act that was asked for."""
    asked = {Act(word.removeprefix("act ")) for word in words if word.startswith("act ")}
    if asked & {Act.VALIDATED, Act.VALIDATED_LATELY}:
        yield from _validated(session, scope)
    if Act.CHALLENGED in asked:
        yield from _challenged(session, scope)
    if Act.FINDINGS_TRACKED in asked:
        yield from _findings(session, scope, at)
    if asked & {Act.APPROVED, Act.EXECUTED}:
        yield from _approved(session, scope)
    if Act.REVIEW_PLANNED in asked:
        yield from _reviews(session, scope)
    if Act.AUDITED_LATELY in asked:
        yield from _audited(session, scope)
    yield from kept_on_record(session, scope, asked)


def _validated(session: Session, scope: Scope) -> Iterator[Held]:
    """The last conclusion is “validated”, on the evidence as it is now."""
    pairs = scope.pairs
    last = (
        select(pairs.c.model, func.max(Conclusion.id).label("id"))
        .join(Conclusion, col(Conclusion.version_id) == pairs.c.version)
        .group_by(pairs.c.model)
        .subquery("last")
    )
    query = (
        select(last.c.model, col(Run.number), col(Conclusion.concluded_at))
        .join(Conclusion, col(Conclusion.id) == last.c.id)
        .join(ModelVersion, col(ModelVersion.id) == col(Conclusion.version_id))
        .join(Run, col(Run.id) == col(Conclusion.run_id))
        .where(
            col(Conclusion.outcome) == Outcome.VALIDATED,
            col(Conclusion.evidence_digest) == col(ModelVersion.evidence_digest),
        )
    )
    for model, number, concluded in session.execute(query):
        yield Held(model, f"act {Act.VALIDATED}", number)
        yield Held(model, f"act {Act.VALIDATED_LATELY}", number, concluded + YEAR)


def _challenged(session: Session, scope: Scope) -> Iterator[Held]:
    """At least one question, and none without an answer."""
    pairs = scope.pairs
    unanswered = func.sum(case((col(Question.answered_at).is_(None), 1), else_=0))
    query = (
        select(pairs.c.model, func.max(Question.number))
        .join(Question, col(Question.version_id) == pairs.c.version)
        .group_by(pairs.c.model)
        .having(unanswered == 0)
    )
    for model, number in session.execute(query):
        yield Held(model, f"act {Act.CHALLENGED}", number)


def _findings(session: Session, scope: Scope, at: datetime) -> Iterator[Held]:
    """A validation was concluded, and none of its findings is open beyond its due date."""
    pairs = scope.pairs
    late = (
        select(col(Finding.id))
        .where(
            col(Finding.version_id) == pairs.c.version,
            col(Finding.status) != FindingStatus.VERIFIED_CLOSED,
            col(Finding.due_at) < at,
        )
        .exists()
    )
    first_due = (
        select(func.min(Finding.due_at))
        .where(col(Finding.version_id) == pairs.c.version, col(Finding.status) != FindingStatus.VERIFIED_CLOSED)
        .correlate(pairs)
        .scalar_subquery()
    )
    concluded = select(col(Conclusion.id)).where(col(Conclusion.version_id) == pairs.c.version).exists()
    for model, due in session.execute(select(pairs.c.model, first_due).where(concluded, ~late)):
        yield Held(model, f"act {Act.FINDINGS_TRACKED}", "", due)


def _approved(session: Session, scope: Scope) -> Iterator[Held]:
    pairs = scope.pairs
    decided = (ChangeStatus.APPROVED, ChangeStatus.EXECUTED)
    query = (
        select(pairs.c.model, col(ChangeRequest.number), col(ChangeRequest.status))
        .join(ChangeRequest, col(ChangeRequest.version_id) == pairs.c.version)
        .where(col(ChangeRequest.status).in_(decided), col(ChangeRequest.kind).in_(BRINGS))
        .order_by(col(ChangeRequest.id))
    )
    for model, number, status in session.execute(query):
        yield Held(model, f"act {Act.APPROVED}", number)
        if status is ChangeStatus.EXECUTED:
            yield Held(model, f"act {Act.EXECUTED}", number)


def _reviews(session: Session, scope: Scope) -> Iterator[Held]:
    pairs = scope.pairs
    query = select(pairs.c.model, col(Model.next_review)).join(Model, col(Model.id) == pairs.c.model)
    for model, due in session.execute(query.where(col(Model.next_review).is_not(None))):
        yield Held(model, f"act {Act.REVIEW_PLANNED}", "", due)


def _audited(session: Session, scope: Scope) -> Iterator[Held]:
    runs = current_runs(scope)
    of_run = and_(col(CheckResult.run_id) == runs.c.run, col(CheckResult.kind) == CheckKind.BIAS_AUDIT.value)
    query = (
        select(runs.c.model, runs.c.number, runs.c.finished)
        .join(CheckResult, of_run)
        .where(col(CheckResult.value).is_not(None), runs.c.finished.is_not(None))
        .distinct()
    )
    for model, number, finished in session.execute(query):
        yield Held(model, f"act {Act.AUDITED_LATELY}", number, finished + YEAR)
