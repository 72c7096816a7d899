"""The use cases of what becomes known: notes, facts, affected versions, people informed, the root cause."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Problem, Unreadable
from core.improvement.incidents.clocks import recount
from core.improvement.incidents.facts import incident_facts, load_incident
from core.improvement.incidents.record import Done, recorded
from core.improvement.incidents.rules import refusals, text_refusals
from core.improvement.incidents.rules.life import Act, CauseMethod
from core.improvement.incidents.tables import (
    Incident,
    IncidentAffected,
    IncidentCause,
    IncidentInformed,
    IncidentNote,
)
from core.improvement.keeping import SHORT, TEXT, TITLE, check_texts, refuse, save
from core.inventory.moves import load_model, load_version
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.store import Store, Transaction


@dataclass(frozen=True)
class Facts:
    """What is known of an incident and can be corrected; None leaves a fact as it is."""

    title: str | None = None
    what: str | None = None
    people_affected: str | None = None
    decisions_affected: str | None = None
    harm: str | None = None
    began_at: datetime | None = None
    aware_at: datetime | None = None

    def said(self) -> Mapping[str, str | datetime]:
        """Those that are given."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in given.items() if value is not None}


def write_note(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    text: str,
    happened_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put something into the timeline, at the time when it happened where that was earlier."""
    check_texts(TEXT, text=text)
    with deciding(store, ledger, Act.NOTE, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, Act.NOTE, actor, at, text=text)
        moment = _past("happened_at", happened_at or at, at)
        payload = {"text": text.strip(), "happened_at": moment.isoformat()}
        done = recorded(tx, ledger, Event.INCIDENT_NOTED, incident, dict(payload), actor=actor, at=at)
        tx.session.add(
            IncidentNote(
                incident_id=row.id or 0, text=text.strip(), happened_at=moment, written_by=actor.acting_as,
                written_at=at, entry=done.entry,
            )
        )  # fmt: skip
        return done


def correct_facts(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    facts: Facts,
    reason: str,
    expected_revision: int,
    actor: Actor,
    at: datetime,
) -> Done:
    """Correct what is known; clocks count anew where the moment of awareness is another. Raises `Conflict`."""
    said = facts.said()
    check_texts(TITLE, title=facts.title or "")
    check_texts(TEXT, reason=reason, **{name: text for name, text in said.items() if isinstance(text, str)})
    for name, moment in said.items():
        if isinstance(moment, datetime):
            _past(name, moment, at)
    if facts.title is not None and not facts.title.strip():
        raise Unreadable([Problem("is empty", column="title", expected="what went wrong")])
    with deciding(store, ledger, Act.DETAIL, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        what = {} if facts.what is None else {"what": facts.what}
        row = _allowed(tx, incident, Act.DETAIL, actor, at, reason=reason, **what)
        aware = row.aware_at
        values = {name: text.strip() if isinstance(text, str) else text for name, text in said.items()}
        save(tx, row, values, reason=reason, expected=expected_revision, actor=actor, at=at)
        payload = {name: text if isinstance(text, str) else text.isoformat() for name, text in values.items()}
        payload["reason"] = reason.strip()
        done = recorded(tx, ledger, Event.INCIDENT_CORRECTED, incident, dict(payload), actor=actor, at=at)
        if row.aware_at != aware:
            recount(tx, row, done.entry, reason, actor=actor, at=at)
        return done


def add_affected(
    store: Store, ledger: Ledger, *, incident: str, model: str, version: str = "", actor: Actor, at: datetime
) -> Done:
    """One more version is affected, or a whole model; twice is once."""
    with deciding(store, ledger, Act.DETAIL, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, Act.DETAIL, actor, at)
        if version:
            load_version(tx.session, model, version)
        load_model(tx.session, model)
        ref = Ref(RecordKind.VERSION, f"{model} v{version}") if version else Ref(RecordKind.MODEL, model)
        if link(tx, ref, Ref(RecordKind.INCIDENT, incident), by=actor.acting_as, at=at):
            tx.session.add(
                IncidentAffected(
                    incident_id=row.id or 0, model=model, version=version, added_by=actor.acting_as, added_at=at
                )
            )
        payload = {"affected": f"{model} {version}".strip()}
        return recorded(tx, ledger, Event.INCIDENT_CORRECTED, incident, dict(payload), actor=actor, at=at)


def record_informed(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    who: str,
    means: str,
    what: str,
    told_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put on record who was told, when, by which means, and what."""
    check_texts(SHORT, who=who)
    check_texts(100, means=means)
    check_texts(TEXT, what=what)
    empty = [Problem("is empty", column=name) for name, text in (("who", who), ("means", means)) if not text.strip()]
    if empty:
        raise Unreadable(empty)
    with deciding(store, ledger, Act.INFORM, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, Act.INFORM, actor, at, what=what)
        moment = _past("told_at", told_at or at, at)
        payload = {"who": who.strip(), "means": means.strip(), "what": what.strip(), "told_at": moment.isoformat()}
        done = recorded(tx, ledger, Event.INCIDENT_INFORMED, incident, dict(payload), actor=actor, at=at)
        tx.session.add(
            IncidentInformed(
                incident_id=row.id or 0, who=who.strip(), means=means.strip(), what=what.strip(), told_at=moment,
                written_by=actor.acting_as, written_at=at, entry=done.entry,
            )
        )  # fmt: skip
        return done


def record_cause(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    method: CauseMethod,
    cause: str,
    factors: str = "",
    found_how: str = "",
    actor: Actor,
    at: datetime,
) -> Done:
    """Put the root cause on record, what contributed a line each; it can be understood anew until the review."""
    check_texts(TEXT, cause=cause, factors=factors, found_how=found_how)
    with deciding(store, ledger, Act.CAUSE, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        row = _allowed(tx, incident, Act.CAUSE, actor, at, cause=cause)
        lines = "\n".join(line.strip() for line in factors.splitlines() if line.strip())
        payload = {"method": method.value, "cause": cause.strip(), "factors": lines, "found_how": found_how.strip()}
        done = recorded(tx, ledger, Event.INCIDENT_CAUSE_FOUND, incident, dict(payload), actor=actor, at=at)
        tx.session.add(
            IncidentCause(
                incident_id=row.id or 0, method=method, cause=cause.strip(), factors=lines,
                found_how=found_how.strip(), written_by=actor.acting_as, written_at=at, entry=done.entry,
            )
        )  # fmt: skip
        return done


def _allowed(tx: Transaction, number: str, act: Act, actor: Actor, at: datetime, **texts: str) -> Incident:
    row = load_incident(tx.session, number, to_change=True)
    refuse((*refusals(incident_facts(tx.session, row, at=at), act, actor), *text_refusals(**texts)))
    return row


def _past(name: str, moment: datetime, at: datetime) -> datetime:
    if moment > at:
        raise Unreadable([Problem("lies ahead", column=name, found=f"{moment:%Y-%m-%d %H:%M %Z}")])
    return moment
