"""What is overdue is carried to the next in line, exactly once a step, and settled when it is not overdue any more."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.monitoring.alerts.tables import Alert, AlertNotice, AlertPerson
from core.register.escalating import escalate_overdue, overdue_waiting, told_of
from core.register.tables import OverdueNotice
from core.store import Store
from core.validation.findings import extend_due
from core.validation.rules import Severity
from tests.register.conftest import DAY, WORDS, World, a_register


def escalated(world: World, at: datetime) -> int:
    return escalate_overdue(world.store, world.ledger, at=at)


def notices(world: World) -> list[tuple[int, str]]:
    with world.store.reading() as session:
        rows = session.exec(select(OverdueNotice).order_by(col(OverdueNotice.id))).all()
        return [(row.step, row.told) for row in rows]


def alert(world: World) -> Alert:
    with world.store.reading() as session:
        return session.exec(select(Alert)).one()


def test_each_step_is_taken_once_and_reaches_the_next_in_line(store: Store, ledger: Ledger) -> None:
    world = a_register(store, ledger)
    number = world.raised(Severity.HIGH)
    due = world.at + 20 * DAY  # the policy: 20 days for a high one, escalated a day after
    owner, approvers = world.cast.owner.id, {world.cast.approver.id, world.cast.second_approver.id}

    assert escalated(world, due - timedelta(hours=1)) == 0
    assert [escalated(world, due + timedelta(hours=hours)) for hours in (1, 2)] == [1, 0]
    assert alert(world).severity is Severity.HIGH
    assert [escalated(world, due + DAY + timedelta(hours=hours)) for hours in (1, 2)] == [1, 0]

    (first, told), (second, more) = notices(world)
    assert (first, told, second) == (1, owner, 2)
    assert approvers <= set(more.split())
    assert (alert(world).severity, alert(world).count, alert(world).kind) == (Severity.CRITICAL, 2, "overdue action")
    with store.reading() as session:
        assert [one.number for one in told_of(session, owner)] == [number]
        assert set(session.exec(select(AlertPerson.person))) >= {owner, *approvers}
        assert owner in set(session.exec(select(AlertNotice.to)))
        acts = [row.action for row in entries(session, action="register.overdue", limit=9).rows]
    assert acts == ["register.overdue"] * 2


def test_more_time_settles_the_alert_and_a_new_day_that_passes_is_a_new_step(world: World) -> None:
    number, due = world.raised(), world.at + 20 * DAY
    later = due + 10 * DAY
    escalated(world, due + timedelta(hours=1))
    extend_due(
        world.store, world.ledger, finding=number, due_at=later, reason=WORDS, actor=world.cast.validator,
        at=due + timedelta(hours=2),
    )  # fmt: skip
    with world.store.reading() as session:
        assert overdue_waiting(session, at=due + timedelta(hours=3))

    assert escalated(world, due + timedelta(hours=3)) == 0
    assert alert(world).recovered_at == due + timedelta(hours=3)
    with world.store.reading() as session:
        assert not overdue_waiting(session, at=due + timedelta(hours=4))
        assert told_of(session, world.cast.owner.id) == ()

    assert escalated(world, later + timedelta(hours=1)) == 1
    assert (alert(world).recovered_at, len(notices(world))) == (None, 2)


def test_what_was_remediated_waits_for_a_validator_and_is_not_escalated(world: World) -> None:
    number = world.raised()
    world.remediated(number)

    assert escalated(world, world.at + 90 * DAY) == 0
    assert notices(world) == []
