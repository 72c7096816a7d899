"""Reads the clocks of incidents: what was decided on each duty, what time is left, and what was notified."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from core.improvement.incidents.clock_rules import Rule, known_rules
from core.improvement.incidents.rules.clocks import TICKING, ClockState, clock_state, nearing_from
from core.improvement.incidents.tables import Incident, IncidentClock, IncidentNotification

Kept = TypeVar("Kept", IncidentClock, IncidentNotification)


@dataclass(frozen=True)
class Clock:
    """One duty in one incident, as it stands at the moment it was read; `decision` is None where nobody decided."""

    rule: str
    title: str
    authority: str
    clause: str
    hours: int
    starts_at: datetime
    due_at: datetime
    state: ClockState
    decision: IncidentClock | None = None
    notification: IncidentNotification | None = None

    @property
    def nearing_from(self) -> datetime:
        """When it counts as near its end."""
        return nearing_from(self.starts_at, self.due_at)

    def left(self, at: datetime) -> timedelta:
        """The time that is left; negative where it passed."""
        return self.due_at - at

    @property
    def ticks(self) -> bool:
        """Whether it applies and nothing was notified yet."""
        return self.state in TICKING


def clocks_of(session: Session, row: Incident, *, at: datetime) -> tuple[Clock, ...]:
    """Every duty that is asked about: those that run first, then those that nobody decided on, then the others."""
    decided = decided_clocks(session, [row], at=at)[row.number]
    known = {one.rule for one in decided}
    open_ones = [_undecided(row, rule) for rule in known_rules(session) if rule.key not in known]
    ticking = [one for one in decided if one.ticks]
    return (*ticking, *open_ones, *(one for one in decided if not one.ticks))


def _undecided(row: Incident, rule: Rule) -> Clock:
    ends, state = due_at(row, rule), ClockState.UNDECIDED
    return Clock(rule.key, rule.title, rule.authority, rule.clause, rule.hours, row.aware_at, ends, state)


def due_at(row: Incident, rule: Rule) -> datetime:
    """When the time of this duty ends, counted from when the organisation became aware."""
    return row.aware_at + timedelta(hours=rule.hours)


def decided_clocks(session: Session, incidents: Iterable[Incident], *, at: datetime) -> Mapping[str, tuple[Clock, ...]]:
    """By number, the clocks that somebody decided on, those that end first in front; in two statements."""
    rows = {row.id or 0: row for row in incidents}
    decisions: dict[tuple[int, str], IncidentClock] = {}
    for decision in session.exec(_of(IncidentClock, rows)):
        decisions[decision.incident_id, decision.rule] = decision
    told: dict[tuple[int, str], IncidentNotification] = {}
    for notification in session.exec(_of(IncidentNotification, rows)):
        key = notification.incident_id, notification.rule
        if key not in told or notification.notified_at < told[key].notified_at:
            told[key] = notification
    found: dict[str, list[Clock]] = {row.number: [] for row in rows.values()}
    for key, decision in decisions.items():
        found[rows[key[0]].number].append(_clock(decision, told.get(key), at))
    return {number: tuple(sorted(clocks, key=_order)) for number, clocks in found.items()}


def _of(kind: type[Kept], rows: Mapping[int, Incident]) -> SelectOfScalar[Kept]:
    return select(kind).where(col(kind.incident_id).in_(list(rows))).order_by(col(kind.id))


def _clock(decision: IncidentClock, told: IncidentNotification | None, at: datetime) -> Clock:
    state = clock_state(
        applies=decision.applies, starts_at=decision.starts_at, due_at=decision.due_at,
        notified_at=told.notified_at if told else None, at=at,
    )  # fmt: skip
    return Clock(
        decision.rule, decision.title, decision.authority, decision.clause, decision.hours, decision.starts_at,
        decision.due_at, state, decision, told,
    )  # fmt: skip


def _order(clock: Clock) -> tuple[bool, datetime, str]:
    return not clock.ticks, clock.due_at, clock.rule
