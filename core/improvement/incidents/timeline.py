"""The timeline of an incident: what the ledger says of it and of everything linked with it, in order."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from core.improvement.incidents.queries import WholeIncident
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.tables import LogEntry, LogPayload, table_of
from core.links import RecordKind
from core.links.queries import linked_with
from core.monitoring.alerts.tables import Alert

ENTRY, PAYLOAD = table_of(LogEntry).c, table_of(LogPayload).c
READ = (
    ENTRY.idx, ENTRY.at, ENTRY.actor, ENTRY.action, ENTRY.entity_kind, ENTRY.entity_id, ENTRY.leaf, PAYLOAD.entry_id,
    PAYLOAD.body,
)  # fmt: skip
SLICE = 300  # names in one statement
# what happens to a version in use: what may have caused an incident, and what ends it
MODELS_MOVES = (
    Event.CHANGE_EXECUTED, Event.ROLLOUT_BEGUN, Event.ROLLOUT_ADVANCED, Event.ROLLOUT_HALTED, Event.ROLLOUT_RESUMED,
    Event.ROLLOUT_ABORTED, Event.PRODUCTION_RETURNED, Event.VERSION_PLACED, Event.VERSION_STAGE_CHANGED,
    Event.VERSION_RETIRED, Event.USE_RESTRICTED, Event.RESTRICTION_LIFTED,
)  # fmt: skip
OF_FINDINGS = (Event.FINDING_RAISED, Event.FINDING_REMEDIATED, Event.FINDING_CLOSED)
TOLD = ("text", "what", "title", "cause", "conclusion", "reason", "said", "receiver", "duties", "duty", "happened")


class Lane(StrEnum):
    """From where a line of the timeline comes, as the picture draws it."""

    RESPONSE = "response"
    NOTE = "note"
    CONTAINMENT = "containment"
    CLOCK = "clock"
    ACTION = "action"
    ALERT = "alert"
    PRODUCTION = "production"
    LINKED = "linked record"


LANES: Mapping[str, Lane] = MappingProxyType(
    {
        Event.INCIDENT_NOTED: Lane.NOTE,
        Event.INCIDENT_INFORMED: Lane.NOTE,
        Event.INCIDENT_CONTAINMENT: Lane.CONTAINMENT,
        Event.INCIDENT_CONTAINED: Lane.CONTAINMENT,
        Event.INCIDENT_CLOCK_DECIDED: Lane.CLOCK,
        Event.INCIDENT_CLOCK_WARNED: Lane.CLOCK,
        Event.INCIDENT_NOTIFIED: Lane.CLOCK,
    }
)


@dataclass(frozen=True)
class Happened:
    """One line: when it happened, what, about which record, who, and the ledger entry that says so.

    `recorded_at` is later than `at` where something was written down afterwards; `erased` says that its particulars
    are gone.
    """

    at: datetime
    recorded_at: datetime
    lane: Lane
    event: str
    about: str
    says: str
    person: str
    entry: int
    leaf: str
    erased: bool = False


@dataclass(frozen=True)
class Sought:
    """Which entries belong to an incident: by the names of things, findings by number, and models by time."""

    names: frozenset[str]
    findings: frozenset[str]
    models: frozenset[str]
    start: datetime
    end: datetime | None


def sought(session: Session, whole: WholeIncident, *, of_alerts: Session) -> Sought:
    """What to look for: the incident, its actions, and every linked record under each name that it may have.

    `of_alerts` is the session that knows alerts, by which their entries are named; that of a report does not.
    """
    row = whole.incident
    models = {one.model for one in whole.affected} | ({row.model} if row.model else set())
    numbers = {row.number, *(one.number for one in whole.actions)}
    apart = (RecordKind.MODEL, RecordKind.VERSION, RecordKind.FINDING)
    numbers |= {one.ref.number for one in whole.links if one.ref.kind not in apart}
    for links in linked_with(session, RecordKind.ACTION, [one.number for one in whole.actions]).values():
        numbers |= {one.ref.number for one in links if one.ref.kind not in (*apart, RecordKind.INCIDENT)}
    names = {f"{model} {number}" for model in models for number in numbers} | numbers
    alerts = whole.linked_to(RecordKind.ALERT)
    names |= {
        f"{one.model} {one.number}"
        for one in of_alerts.execute(select(Alert).where(col(Alert.number).in_(alerts))).scalars()
    }
    begin = min(one for one in (row.began_at, row.aware_at, row.declared_at) if one is not None)
    findings = frozenset(whole.linked_to(RecordKind.FINDING))
    return Sought(frozenset(names), findings, frozenset(models), begin, row.closed_at)


def happenings(session: Session, wanted: Sought, *, last: int | None = None) -> tuple[Happened, ...]:
    """In the order in which it happened; `last` is the entry up to which the ledger is read."""
    found: dict[int, Happened] = {}
    for condition in _conditions(wanted):
        for line in _read(session, wanted, condition, last):
            found[line.entry] = line
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.entry)))


def timeline(session: Session, whole: WholeIncident) -> tuple[Happened, ...]:
    """Of an incident as it stands; a note says what it says now, once a person has decided on it."""
    notes = {note.entry: note.text for note in whole.notes}
    lines = happenings(session, sought(session, whole, of_alerts=session))
    return tuple(
        replace(line, says=notes.get(line.entry, line.says))
        if line.event == Event.INCIDENT_NOTED and not line.erased
        else line
        for line in lines
    )


def _conditions(wanted: Sought) -> Iterator[ColumnElement[bool]]:
    names = sorted(wanted.names)
    for start in range(0, len(names), SLICE):
        yield ENTRY.entity_id.in_(names[start : start + SLICE])
    if not wanted.models:
        return
    within = [ENTRY.at >= wanted.start, *([ENTRY.at <= wanted.end] if wanted.end else [])]
    events = [one.value for one in MODELS_MOVES]
    kinds = [and_(ENTRY.action.in_(events), *within)]
    if wanted.findings:
        kinds.append(ENTRY.action.in_([one.value for one in OF_FINDINGS]))
    yield and_(ENTRY.subject.in_(sorted(wanted.models)), or_(*kinds))


def _read(session: Session, wanted: Sought, condition: ColumnElement[bool], last: int | None) -> Iterator[Happened]:
    query = (
        select(*READ)
        .outerjoin_from(table_of(LogEntry), table_of(LogPayload), PAYLOAD.entry_id == ENTRY.idx)
        .where(condition, ENTRY.action != Event.ACT_REFUSED.value)
    )  # fmt: skip
    if last is not None:
        query = query.where(ENTRY.idx <= last)
    for row in session.execute(query.order_by(ENTRY.idx)):
        said: dict[str, JsonValue] = json.loads(row.body) if row.body else {}
        if row.action in OF_FINDINGS and said.get("finding") not in wanted.findings:
            continue
        happened = said.get("happened_at") or said.get("told_at") or said.get("notified_at")
        yield Happened(
            at=datetime.fromisoformat(str(happened)) if happened else row.at,
            recorded_at=row.at,
            lane=_lane(row.action, row.entity_kind),
            event=row.action,
            about=row.entity_id,
            says=_says(row.action, said),
            person=row.actor,
            entry=row.idx,
            leaf=row.leaf.hex(),
            erased=row.entry_id is not None and row.body is None,
        )


def _lane(action: str, kind: str) -> Lane:
    if action in LANES:
        return LANES[action]
    if action in MODELS_MOVES:
        return Lane.PRODUCTION
    return {"incident": Lane.RESPONSE, "action": Lane.ACTION, "alert": Lane.ALERT}.get(kind, Lane.LINKED)


def _says(action: str, said: Mapping[str, JsonValue]) -> str:
    """The particular that a reader wants first, and where something changed, from what to what."""
    text = next((str(said[name]) for name in TOLD if said.get(name)), "")
    if "to" in said and not action.startswith("incident.informed"):
        former = str(said.get("from", ""))
        move = f"{former} to {said['to']}" if former else str(said["to"])
        return f"{move}: {text}" if text else move
    who = said.get("who") if action == Event.INCIDENT_INFORMED else ""
    how = said.get("kind") if action == Event.INCIDENT_CONTAINMENT else ""
    return f"{who or how}: {text}" if who or how else text
