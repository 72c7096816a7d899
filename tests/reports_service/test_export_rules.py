"""When a scheduled export is due, and who may stop what: pure rules."""

from datetime import UTC, datetime

import pytest

from core.access.rules import Actor, Role
from core.reports.rules import (
    Clock,
    ExportStatus,
    Rhythm,
    ScheduleState,
    cancel_refusals,
    clock_problems,
    newest_due,
    next_due,
    period_before,
    schedule_refusals,
)

ZURICH = "Europe/Zurich"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AUDITOR = Actor("P0007", frozenset({Role.AUDITOR}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "now", "due", "following"),
    [
        # Zürich is one hour ahead of UTC in winter and two in summer
        (Clock(Rhythm.WEEKLY, 1, 420, ZURICH), "2026-11-23T06:00", "2026-11-23T06:00", "2026-11-30T06:00"),
        (Clock(Rhythm.WEEKLY, 1, 420, ZURICH), "2026-11-23T05:59", "2026-11-16T06:00", "2026-11-23T06:00"),
        (Clock(Rhythm.WEEKLY, 7, 420, ZURICH), "2026-07-01T00:00", "2026-06-28T05:00", "2026-07-05T05:00"),
        (Clock(Rhythm.MONTHLY, 1, 0, "UTC"), "2026-03-01T00:00", "2026-03-01T00:00", "2026-04-01T00:00"),
        (Clock(Rhythm.MONTHLY, 28, 1439, "UTC"), "2026-03-01T00:00", "2026-02-28T23:59", "2026-03-28T23:59"),
        (Clock(Rhythm.QUARTERLY, 2, 60, "UTC"), "2026-01-02T00:59", "2025-10-02T01:00", "2026-01-02T01:00"),
        (Clock(Rhythm.QUARTERLY, 2, 60, "UTC"), "2026-12-31T23:00", "2026-10-02T01:00", "2027-01-02T01:00"),
        # 02:30 on 29 March 2026 does not exist in Zürich, and 02:30 on 25 October comes twice
        (Clock(Rhythm.WEEKLY, 7, 150, ZURICH), "2026-03-29T12:00", "2026-03-29T01:30", "2026-04-05T00:30"),
        (Clock(Rhythm.WEEKLY, 7, 150, ZURICH), "2026-10-25T12:00", "2026-10-25T00:30", "2026-11-01T01:30"),
    ],
)
def test_a_time_of_the_clock_in_its_zone(clock: Clock, now: str, due: str, following: str) -> None:
    assert newest_due(clock, at=at(now), after=LONG_AGO) == at(due)
    assert next_due(clock, at=at(now)) == at(following)


def test_nothing_is_due_before_the_schedule_counts() -> None:
    clock = Clock(Rhythm.WEEKLY, 1, 420, ZURICH)

    assert newest_due(clock, at=at("2026-11-23T07:00"), after=at("2026-11-23T06:00")) is None
    assert newest_due(clock, at=at("2026-11-23T07:00"), after=at("2026-11-23T05:59")) == at("2026-11-23T06:00")


@pytest.mark.parametrize(
    ("rhythm", "due", "since"),
    [
        (Rhythm.WEEKLY, "2026-11-23T06:00", "2026-11-16T06:00"),
        (Rhythm.MONTHLY, "2026-03-01T06:00", "2026-02-01T06:00"),
        (Rhythm.QUARTERLY, "2026-04-01T05:00", "2026-01-01T06:00"),
    ],
)
def test_a_period_reaches_from_one_due_moment_to_the_next(rhythm: Rhythm, due: str, since: str) -> None:
    assert period_before(Clock(rhythm, 1, 420, ZURICH), at(due)) == at(since)


@pytest.mark.parametrize(
    ("clock", "problems"),
    [
        (Clock(Rhythm.WEEKLY, 7, 0, "UTC"), 0),
        (Clock(Rhythm.WEEKLY, 8, 0, "UTC"), 1),
        (Clock(Rhythm.MONTHLY, 29, 0, "UTC"), 1),
        (Clock(Rhythm.MONTHLY, 0, 1440, "Mars/Olympus"), 3),
        (Clock(Rhythm.MONTHLY, 1, 0, "../etc/passwd"), 1),
        (Clock(Rhythm.MONTHLY, 1, 0, ""), 1),
    ],
)
def test_every_fault_of_a_time_is_named(clock: Clock, problems: int) -> None:
    assert len(clock_problems(clock)) == problems


def test_only_who_asked_stops_an_export_and_only_one_under_way() -> None:
    def codes(actor: Actor, status: ExportStatus) -> list[str]:
        return [one.code for one in cancel_refusals(actor, "X0001", status, "P0007")]

    assert codes(AUDITOR, ExportStatus.QUEUED) == codes(AUDITOR, ExportStatus.RUNNING) == []
    assert codes(AUDITOR, ExportStatus.READY) == ["export-ended"]
    assert codes(Actor("P0008", frozenset({Role.AUDITOR})), ExportStatus.QUEUED) == ["not-yours"]
    assert codes(Actor("P0009", frozenset({Role.ADMINISTRATOR})), ExportStatus.FAILED) == [
        "permission", "not-yours", "export-ended",
    ]  # fmt: skip


def test_an_ended_schedule_stays_ended_and_a_state_is_not_set_twice() -> None:
    def codes(state: ScheduleState, wanted: ScheduleState) -> list[str]:
        return [one.code for one in schedule_refusals(AUDITOR, state, wanted, "P0007")]

    assert codes(ScheduleState.ENDED, ScheduleState.ACTIVE) == ["schedule-ended"]
    assert codes(ScheduleState.PAUSED, ScheduleState.PAUSED) == ["same-state"]
    assert codes(ScheduleState.PAUSED, ScheduleState.ACTIVE) == []
