"""Regulators' clocks: the times of the texts, counted from awareness, met by a notification, warned of once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from core.errors import NotFound, Refused, Unreadable
from core.improvement.incidents.clock_rules import Rule, known_rules, set_clock_rule, shipped_rules
from core.improvement.incidents.clocks import decide_clocks, record_notification
from core.improvement.incidents.facts import load_incident
from core.improvement.incidents.recording import Facts, correct_facts
from core.improvement.incidents.rules.clocks import ClockState, clock_state, nearing_from
from core.improvement.incidents.ticking import Clock, clocks_of
from core.improvement.incidents.warning import warn_of_clocks
from core.ledger.service import Ledger
from core.monitoring.alerts.tables import Alert
from core.store import Store
from tests.builders import NOON
from tests.incidents.conftest import World, a_world

SAID = "As counsel advised in writing."


def clock(world: World, number: str, rule: str, at: datetime = NOON) -> Clock:
    with world.store.reading() as session:
        return next(one for one in clocks_of(session, load_incident(session, number), at=at) if one.rule == rule)


def alerts(store: Store) -> list[Alert]:
    with store.reading() as session:
        return list(session.exec(select(Alert).order_by(col(Alert.id))))


def told(world: World, number: str, at: datetime = NOON, **changed: object) -> None:
    said: dict[str, object] = {
        "incident": number, "rule": "gdpr-33", "receiver": "Supervisory authority", "reference": "2026-118",
        "notified_at": NOON,
    }  # fmt: skip
    record_notification(world.store, world.ledger, actor=world.cast.owner, at=at, **(said | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "clause", "time"),
    [  # Regulation (EU) 2024/1689, Article 73(2) to (4); Regulation (EU) 2016/679, Article 33(1)
        ("eu-ai-act-73-general", "Article 73(2)", timedelta(days=15)),
        ("eu-ai-act-73-widespread", "Article 73(3)", timedelta(days=2)),
        ("eu-ai-act-73-death", "Article 73(4)", timedelta(days=10)),
        ("gdpr-33", "Article 33(1)", timedelta(hours=72)),
    ],
)
def test_shipped_duties_say_the_times_of_their_articles(key: str, clause: str, time: timedelta) -> None:
    rule = next(one for one in shipped_rules() if one.key == key)

    assert timedelta(hours=rule.hours) == time
    assert rule.clause.endswith(clause)
    assert rule.source.startswith("https://eur-lex.europa.eu/")


def test_a_duty_that_was_read_long_ago_is_to_be_checked() -> None:
    rule = shipped_rules()[0]

    assert not rule.needs_recheck(rule.reviewed_on + timedelta(days=90))
    assert rule.needs_recheck(rule.reviewed_on + timedelta(days=91))


@pytest.mark.parametrize(
    ("hours", "state"),
    [(0, "running"), (53.9, "running"), (54, "nearing"), (72, "nearing"), (72.1, "overdue")],
)
def test_a_clock_nears_its_end_in_its_last_quarter(hours: float, state: str) -> None:
    due = NOON + timedelta(hours=72)

    found = clock_state(
        applies=True, starts_at=NOON, due_at=due, notified_at=None, at=NOON + timedelta(hours=hours)
    )  # fmt: skip

    assert found == state
    assert nearing_from(NOON, NOON + timedelta(days=15)) == NOON + timedelta(days=12)


def test_a_clock_counts_from_awareness_and_is_met_by_a_notification_in_time(world: World) -> None:
    aware = NOON - timedelta(hours=10)
    number = world.declared(aware_at=aware)
    assert clock(world, number, "gdpr-33").state is ClockState.UNDECIDED

    world.decided(number, "gdpr-33")
    running = clock(world, number, "gdpr-33")
    told(world, number)
    met = clock(world, number, "gdpr-33", at=NOON + timedelta(days=30))

    assert (running.state, running.due_at, running.left(NOON)) == (
        ClockState.RUNNING, aware + timedelta(hours=72), timedelta(hours=62),
    )  # fmt: skip
    assert met.state is ClockState.MET
    assert met.notification is not None
    assert met.notification.reference == "2026-118"


def test_a_late_notification_is_said_to_be_late(world: World) -> None:
    number = world.declared()
    world.decided(number, "gdpr-33")
    late = NOON + timedelta(hours=80)

    told(world, number, at=late, notified_at=late)

    assert clock(world, number, "gdpr-33", at=late).state is ClockState.MET_LATE


def test_a_notification_needs_a_duty_that_applies_a_receiver_and_a_reference(world: World) -> None:
    number = world.declared()

    with pytest.raises(Refused):
        told(world, number)
    world.decided(number, "gdpr-33")
    with pytest.raises(Unreadable) as unread:
        told(world, number, receiver=" ", reference="", notified_at=NOON + timedelta(hours=1))

    assert {one.column for one in unread.value.problems} == {"receiver", "reference", "notified_at"}


def test_a_decision_has_a_reason_and_a_duty_that_is_known(world: World) -> None:
    said = {"incident": world.declared(), "applies": True}

    with pytest.raises(Refused):
        world.does(decide_clocks, world.cast.owner, **said, rules=["gdpr-33"], reason="yes")
    with pytest.raises(NotFound):
        world.does(decide_clocks, world.cast.owner, **said, rules=["gdpr-34"], reason=SAID)


def test_awareness_that_is_corrected_counts_the_clock_anew(world: World) -> None:
    number = world.declared()
    world.decided(number, "gdpr-33")
    aware = NOON - timedelta(hours=20)

    facts = Facts(aware_at=aware)
    world.does(
        correct_facts, world.cast.owner, incident=number, facts=facts, reason=SAID, expected_revision=1
    )  # fmt: skip

    found = clock(world, number, "gdpr-33")
    assert found.due_at == aware + timedelta(hours=72)
    assert found.decision is not None
    assert SAID in found.decision.reason


def test_a_clock_is_warned_of_once_when_near_and_once_when_passed(store: Store, ledger: Ledger) -> None:
    world = a_world(store, ledger)
    number = world.declared()
    world.decided(number, "gdpr-33")
    moments = [NOON + timedelta(hours=hours) for hours in (1, 60, 61, 73, 74)]

    raised = [warn_of_clocks(store, ledger, at=at) for at in moments]
    (alert,) = alerts(store)

    assert raised == [0, 1, 0, 1, 0]
    assert (alert.kind, alert.count, alert.severity.value) == ("incident clock", 2, "critical")
    assert number in alert.title
    assert "Refusals" not in alert.title + alert.detail


def test_a_notification_settles_the_alert_of_its_clock(world: World) -> None:
    number = world.declared()
    world.decided(number, "gdpr-33")
    near = NOON + timedelta(hours=60)
    warn_of_clocks(world.store, world.ledger, at=near)

    told(world, number, at=near)

    assert alerts(world.store)[0].recovered_at == near
    assert warn_of_clocks(world.store, world.ledger, at=NOON + timedelta(days=9)) == 0


def a_rule(**changed: object) -> Rule:
    values: dict[str, object] = {
        "key": "group-risk", "title": "Group risk", "authority": "Group risk officer", "clause": "Group policy 4.2",
        "hours": 24, "starts": "We become aware", "applies_when": "Always.", "source": "Group policy",
        "reviewed_on": datetime(2026, 11, 1, tzinfo=UTC).date(),
    }  # fmt: skip
    return Rule(**(values | changed))  # type: ignore[arg-type]


def test_the_organisation_adds_a_duty_of_its_own_replaces_and_ends_it(world: World) -> None:
    approver = world.cast.approver

    world.does(set_clock_rule, approver, rule=a_rule(), reason=SAID)
    world.does(set_clock_rule, approver, rule=a_rule(hours=12), reason=SAID)
    with world.store.reading() as session:
        (own,) = [one for one in known_rules(session) if one.own]
    world.does(set_clock_rule, approver, rule=a_rule(), active=False, reason=SAID)

    with world.store.reading() as session:
        assert not [one for one in known_rules(session) if one.own]
    assert own.hours == 12


def test_a_duty_that_ships_is_not_replaced_nor_one_without_time_added(world: World) -> None:
    for rule in (a_rule(key="gdpr-33"), a_rule(hours=0), a_rule(title="")):
        with pytest.raises(Unreadable):
            world.does(set_clock_rule, world.cast.approver, rule=rule, reason=SAID)
    with pytest.raises(Refused):
        world.does(set_clock_rule, world.cast.developer, rule=a_rule(), reason=SAID)
