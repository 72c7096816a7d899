"""Rehearsals of the way back by the policy's days, and the alert where one fails."""

from sqlmodel import select

from core.approval.rollout.returning import rehearse
from core.improvement.rollback.drills import due_rehearsals, models_to_rehearse, rehearse_due
from core.inventory.deployments.queries import last_drills
from core.inventory.deployments.rules import DrillOutcome
from core.monitoring.alerts.tables import Alert
from tests.builders import NOON
from tests.rollout.conftest import DAY, Line


def due(line: Line, after_days: float) -> tuple[str, ...]:
    with line.store.reading() as session:
        return models_to_rehearse(session, at=NOON + after_days * DAY)


def alerts(line: Line) -> list[Alert]:
    with line.store.reading() as session:
        return list(session.exec(select(Alert)).all())


def scheduled(line: Line, after_days: float, trouble: str | None = None) -> list[DrillOutcome]:
    done = rehearse_due(line.store, line.ledger, registry=lambda _: trouble, clock=lambda: NOON + after_days * DAY)
    return [one.outcome for one in done]


def test_the_day_begins_at_its_hour() -> None:
    assert due_rehearsals(NOON.replace(hour=1)) == ()
    assert due_rehearsals(NOON.replace(hour=2)) == (f"{NOON:%Y-%m-%d}",)


def test_a_model_is_rehearsed_when_the_last_rehearsal_counts_no_longer(line: Line) -> None:
    line.in_production("1.0.0", at=NOON - DAY)
    assert due(line, 0) == ()  # it has nowhere to go back to
    line.in_production("1.1.0")

    assert (due(line, 0), scheduled(line, 0)) == ((line.model,), [DrillOutcome.PASSED])
    assert (due(line, 179), due(line, 180)) == ((), (line.model,))  # tier 2
    rehearse(line.store, line.ledger, model=line.model, actor=line.cast.owner, at=NOON + 100 * DAY)
    assert (due(line, 279), scheduled(line, 280)) == ((), [DrillOutcome.PASSED])
    with line.store.reading() as session:
        assert [row.by for row in last_drills(session, line.model)] == ["system", line.cast.owner.id, "system"]
    assert alerts(line) == []


def test_a_rehearsal_that_fails_raises_an_alert_and_is_repeated_after_a_week(line: Line) -> None:
    line.in_production("1.0.0", at=NOON - DAY)
    line.in_production("1.1.0")

    assert scheduled(line, 0, "does not answer") == [DrillOutcome.FAILED]
    (alert,) = alerts(line)
    assert ("does not answer" in alert.detail, alert.severity.value) == (True, "high")
    assert (due(line, 6), due(line, 7)) == ((), (line.model,))
    scheduled(line, 7)
    assert [one.recovered_at for one in alerts(line)] == [NOON + 7 * DAY]
