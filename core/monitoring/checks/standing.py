"""Keeps where a model stands after its checks: the state, the worst check and its last values."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import orjson
from sqlmodel import Session, col, select

from core.metrics.verdicts import Verdict
from core.monitoring.checks.newest import newest_decided
from core.monitoring.checks.subject import Subject
from core.monitoring.checks.tables import MonitorChunk, MonitorResult, MonitorSlot, MonitorState
from core.policy.monitors.rules import MonitorKind
from core.validation.rules import Severity

SHOWN = 30  # values of the worst check
RANK: Mapping[str, int] = MappingProxyType({one.value: one.rank for one in Severity})


def stand(session: Session, slot: MonitorSlot, subject: Subject) -> None:
    """Say in the slot where the model stands by its newest figures; what no clause asks for any more does not count."""
    clauses = {one.clause for one in subject.monitors}
    newest = [one for one in newest_decided(session, subject) if one.clause in clauses]
    worst = min(newest, key=_urgency, default=None)
    slot.worst_result_id = worst.id if worst else None
    slot.series = orjson.dumps(_series(session, worst)).decode() if worst else "[]"
    slot.state = _state(session, subject, newest)


def _state(session: Session, subject: Subject, newest: Sequence[MonitorResult]) -> MonitorState:
    failed = {one.kind for one in newest if one.verdict is Verdict.FAIL}
    if failed - {MonitorKind.FRESHNESS.value}:
        return MonitorState.BREACH
    if failed:
        return MonitorState.NO_DATA
    if any(one.kind != MonitorKind.FRESHNESS.value for one in newest):
        return MonitorState.CALM
    checked = select(MonitorChunk.id).where(
        MonitorChunk.model_id == subject.model_id, MonitorChunk.environment == subject.environment
    )
    some = session.exec(checked.where(col(MonitorChunk.rows) > 0).limit(1)).first()
    return MonitorState.INSUFFICIENT if some is not None else MonitorState.WAITING


def _urgency(one: MonitorResult) -> tuple[int, int, float]:
    """Failed ones first, the most severe of them first; then what lies closest to its limit."""
    failed = one.verdict is Verdict.FAIL
    return (0 if failed else 1, -RANK.get(one.severity, 0) if failed else 0, _room(one))


def _room(one: MonitorResult) -> float:
    """How far a figure is from its nearest limit, as a share of that limit; below 0 beyond it."""
    value = one.value if one.value is not None else 0.0
    rooms = []
    if one.lower is not None:
        rooms.append((value - one.lower) / max(abs(one.lower), 1e-9))
    if one.upper is not None:
        rooms.append((one.upper - value) / max(abs(one.upper), 1e-9))
    return min(rooms, default=float("inf"))


def _series(session: Session, worst: MonitorResult) -> list[float | None]:
    query = (
        select(MonitorResult.value)
        .where(
            MonitorResult.model_id == worst.model_id,
            MonitorResult.environment == worst.environment,
            MonitorResult.clause == worst.clause,
            MonitorResult.subject == worst.subject,
            col(MonitorResult.newest).is_(True),
        )
        .order_by(col(MonitorResult.ends_at).desc(), col(MonitorResult.id).desc())
        .limit(SHOWN)
    )
    return list(reversed(session.exec(query).all()))
