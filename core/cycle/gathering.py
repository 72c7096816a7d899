"""Gathers the facts behind the checkpoints for all models at once, in statements over sets."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col

from core.approval.rules import OPEN
from core.approval.tables import ChangeRequest
from core.coverage.gathering import Scope, gather
from core.coverage.gathering.runs import current_runs
from core.cycle.improving import actions, incidents, review_meetings
from core.cycle.rules import Facts, Monitored
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.tables import Model, ModelVersion
from core.metrics.verdicts import Verdict
from core.monitoring.checks.tables import MonitorResult, MonitorSlot, MonitorState
from core.policy.monitors.rules import MonitorKind
from core.policy.packs.signals import Act, DocumentKind
from core.reports.tables import Export, ExportStatus
from core.validation.rules import EvidenceKind, FindingStatus
from core.validation.stress.tables import StressStatus, StressTest
from core.validation.tables import CheckResult, Finding

CONFIRMED, VALIDATED = f"act {Act.PACKS_CONFIRMED}", f"act {Act.VALIDATED}"
APPROVED, EXPLAINED = f"act {Act.APPROVED}", "figures explainability"
SCENARIOS = f"evidence {EvidenceKind.SCENARIOS}"
REVIEWED = f"document {DocumentKind.POST_INCIDENT_REVIEW}"
MONITORED = {
    MonitorState.CALM: Monitored.HEALTHY,
    MonitorState.BREACH: Monitored.BREACH,
    MonitorState.CHECK_FAILED: Monitored.CHECK_FAILED,
    MonitorState.NO_DATA: Monitored.NO_DATA,
    MonitorState.INSUFFICIENT: Monitored.TOO_LITTLE,
}
WORDS = frozenset({CONFIRMED, VALIDATED, APPROVED, EXPLAINED, SCENARIOS, REVIEWED})
Found = defaultdict[int, dict[str, object]]


def facts_of(session: Session, at: datetime, models: Sequence[int] | None = None) -> dict[int, Facts]:
    """The facts of these models, or of all, by row number, each at the version that counts."""
    scope, found = Scope.of(models), Found(dict)
    for part in PARTS:
        for model, values in part(session, scope):
            found[model] |= values
    held = defaultdict[int, dict[str, str]](dict)
    for one in gather(session, scope, WORDS, at=at):
        held[one.model][one.word] = one.key
    return {model: _facts(values, held[model]) for model, values in found.items()}


def _facts(values: dict[str, object], held: dict[str, str]) -> Facts:
    run = str(values.get("run", ""))
    return Facts(
        packs_confirmed=CONFIRMED in held,
        explained=held.get(EXPLAINED, ""),
        validated=held.get(VALIDATED, ""),
        approved=held.get(APPROVED, ""),
        stressed=run if SCENARIOS in held else "",
        incident_review=held.get(REVIEWED, ""),
        **values,  # type: ignore[arg-type]  # each part names fields of Facts with values of their types
    )


Part = Iterator[tuple[int, dict[str, object]]]


def _models(session: Session, scope: Scope) -> Part:
    pairs = scope.pairs
    query = select(pairs.c.model, pairs.c.version, col(Model.next_review)).join(Model, col(Model.id) == pairs.c.model)
    for model, version, review in session.execute(query):
        yield model, {"has_version": version is not None, "next_review": review}


def _runs(session: Session, scope: Scope) -> Part:
    """The run of the files at hand, and how many of its required checks did not pass."""
    runs = current_runs(scope)
    lost = func.sum(case((and_(col(CheckResult.required), col(CheckResult.verdict) != Verdict.PASS), 1), else_=0))
    query = (
        select(runs.c.model, runs.c.number, lost)
        .join(CheckResult, col(CheckResult.run_id) == runs.c.run)
        .group_by(runs.c.model, runs.c.number)
    )
    for model, number, count in session.execute(query):
        yield model, {"run": number, "required_lost": int(count)}


def _open_changes(session: Session, scope: Scope) -> Part:
    """Of any version: a newer one may wait while another is in production. The one that is due first."""
    pairs = scope.pairs
    query = (
        select(pairs.c.model, col(ChangeRequest.number), col(ChangeRequest.due_at))
        .join(ModelVersion, col(ModelVersion.model_id) == pairs.c.model)
        .join(ChangeRequest, col(ChangeRequest.version_id) == col(ModelVersion.id))
        .where(col(ChangeRequest.status).in_(OPEN))
        .order_by(col(ChangeRequest.due_at).desc())
    )
    for model, number, due in session.execute(query):
        yield model, {"open_change": number, "change_due": due}


def _reports(session: Session, scope: Scope) -> Part:
    pairs = scope.pairs
    query = (
        select(pairs.c.model, func.max(Export.number))
        .join(Export, col(Export.version_id) == pairs.c.version)
        .where(col(Export.status) == ExportStatus.READY, col(Export.template) == "dossier")
        .group_by(pairs.c.model)
    )
    for model, number in session.execute(query):
        yield model, {"report": number}


def _stress_tests(session: Session, scope: Scope) -> Part:
    """The newest test of any version that came to an end."""
    pairs = scope.pairs
    newest = (
        select(func.max(col(StressTest.id)))
        .join(ModelVersion, col(ModelVersion.id) == col(StressTest.version_id))
        .where(col(StressTest.status) == StressStatus.FINISHED)
        .group_by(col(ModelVersion.model_id))
    )
    query = (
        select(pairs.c.model, col(StressTest.number), col(StressTest.verdict))
        .join(ModelVersion, col(ModelVersion.model_id) == pairs.c.model)
        .join(StressTest, col(StressTest.version_id) == col(ModelVersion.id))
        .where(col(StressTest.id).in_(newest))
    )
    passed = {Verdict.PASS: True, Verdict.FAIL: False}
    for model, number, verdict in session.execute(query):
        yield model, {"stress_test": number, "stress_passed": passed.get(verdict)}


def _monitoring(session: Session, scope: Scope) -> Part:
    """Where production stands by its checks; a model that waits for its first chunk has none."""
    pairs = scope.pairs
    query = (
        select(pairs.c.model, col(MonitorSlot.state), col(MonitorResult.title))
        .join(MonitorSlot, col(MonitorSlot.model_id) == pairs.c.model)
        .outerjoin(MonitorResult, col(MonitorResult.id) == col(MonitorSlot.worst_result_id))
        .where(col(MonitorSlot.environment) == PRODUCTION)
    )
    for model, state, worst in session.execute(query):
        if state in MONITORED:
            yield model, {"monitored": MONITORED[state], "worst": worst or ""}


def _drift(session: Session, scope: Scope) -> Part:
    """The drift of the newest chunk on which it was computed."""
    pairs = scope.pairs
    of_drift = (
        col(MonitorResult.environment) == PRODUCTION,
        col(MonitorResult.kind) == MonitorKind.DRIFT.value,
        col(MonitorResult.newest),
    )
    last = (
        select(col(MonitorResult.model_id).label("model"), func.max(MonitorResult.ends_at).label("ends"))
        .join(pairs, pairs.c.model == col(MonitorResult.model_id))
        .where(*of_drift)
        .group_by(col(MonitorResult.model_id))
        .subquery()
    )
    failed = func.sum(case((col(MonitorResult.verdict) == Verdict.FAIL, 1), else_=0))
    passed = func.sum(case((col(MonitorResult.verdict) == Verdict.PASS, 1), else_=0))
    query = (
        select(last.c.model, failed, passed)
        .join(
            MonitorResult, and_(col(MonitorResult.model_id) == last.c.model, col(MonitorResult.ends_at) == last.c.ends)
        )
        .where(*of_drift)
        .group_by(last.c.model)
    )
    for model, broken, held in session.execute(query):
        state = Monitored.BREACH if broken else Monitored.HEALTHY if held else Monitored.TOO_LITTLE
        yield model, {"drift": state}


def _findings(session: Session, scope: Scope) -> Part:
    pairs = scope.pairs
    pending = col(Finding.status) != FindingStatus.VERIFIED_CLOSED
    due, still = func.min(case((pending, col(Finding.due_at)), else_=None)), func.sum(case((pending, 1), else_=0))
    query = (
        select(pairs.c.model, func.count(), still, due)
        .join(Finding, col(Finding.version_id) == pairs.c.version)
        .group_by(pairs.c.model)
    )
    for model, count, open_, first in session.execute(query):
        yield model, {"findings": count, "open_findings": int(open_), "first_due": first}


PARTS = (
    _models, _runs, _open_changes, _reports, _findings, _monitoring, _drift, _stress_tests, actions, incidents,
    review_meetings,
)  # fmt: skip
