"""The use cases of containment: what stopped the harm, with the record that did it where there is one."""

from datetime import datetime

from core.access.deciding import deciding
from core.access.rules import Actor
from core.improvement.incidents.facts import incident_facts, load_incident
from core.improvement.incidents.record import Done, by_policy, recorded
from core.improvement.incidents.rules import refusals, text_refusals
from core.improvement.incidents.rules.life import Act, Containment
from core.improvement.incidents.tables import IncidentNote
from core.improvement.keeping import TEXT, check_texts, refuse
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.store import Store, Transaction


def record_containment(
    store: Store,
    ledger: Ledger,
    *,
    incident: str,
    kind: Containment,
    what: str,
    ref: Ref | None = None,
    happened_at: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put on record what stopped the harm: a restriction, a rollback, a withdrawal, work by hand."""
    with deciding(store, ledger, Act.CONTAINMENT, entity=Entity("incident", incident), actor=actor, at=at) as tx:
        return _note(tx, ledger, incident, kind, what, ref, happened_at, actor=actor, at=at)


def note_containment(
    tx: Transaction,
    ledger: Ledger,
    incident: str,
    what: str,
    ref: Ref | None = None,
    *,
    kind: Containment = Containment.ROLLBACK,
    actor: Actor,
    at: datetime,
) -> int:
    """As `record_containment`, in the transaction of the act that contained it; the index of its ledger entry."""
    return _note(tx, ledger, incident, kind, what, ref, None, actor=actor, at=at).entry


def _note(
    tx: Transaction,
    ledger: Ledger,
    incident: str,
    kind: Containment,
    what: str,
    ref: Ref | None,
    happened_at: datetime | None,
    *,
    actor: Actor,
    at: datetime,
) -> Done:
    check_texts(TEXT, what=what)
    row = load_incident(tx.session, incident, to_change=True)
    allowed = () if by_policy(actor) else refusals(incident_facts(tx.session, row, at=at), Act.CONTAINMENT, actor)
    refuse((*allowed, *text_refusals(what=what)))
    moment = min(happened_at or at, at)
    payload = {
        "kind": kind.value, "what": what.strip(), "happened_at": moment.isoformat(),
        "by": f"{ref.kind.value} {ref.number}" if ref else "",
    }  # fmt: skip
    done = recorded(tx, ledger, Event.INCIDENT_CONTAINMENT, row.number, dict(payload), actor=actor, at=at)
    tx.session.add(
        IncidentNote(
            incident_id=row.id or 0, containment=kind, text=what.strip(), ref_kind=ref.kind.value if ref else "",
            ref_number=ref.number if ref else "", happened_at=moment, written_by=actor.acting_as, written_at=at,
            entry=done.entry,
        )
    )  # fmt: skip
    if ref is not None:
        link(tx, Ref(RecordKind.INCIDENT, row.number), ref, by=actor.acting_as, at=at)
    tx.session.flush()
    return done
