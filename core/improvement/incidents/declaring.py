"""The use cases of a declaration: by a person, by a pipeline, or within another act such as an automatic rollback."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor, Permission
from core.errors import Problem, Refusal, Unreadable
from core.improvement.incidents.record import Done, by_policy, recorded, refs_said
from core.improvement.incidents.rules import IncidentFacts, commander_refusals, declare_refusals, text_refusals
from core.improvement.incidents.rules.life import IncidentStatus
from core.improvement.incidents.tables import Incident, IncidentAffected
from core.improvement.keeping import SHORT, TEXT, TITLE, check_texts, lacking, refuse
from core.inventory.moves import load_model, load_version
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.rules import Severity


@dataclass(frozen=True)
class NewIncident:
    """What is known when an incident is declared; `versions` are of `model`, none of them means the whole model.

    `aware_at` is when the organisation became aware, from which the clocks of regulators count: the time of the
    declaration unless it is said. `about` are records that it came from; an alert can be named by its number alone.
    """

    title: str
    severity: Severity
    what: str
    model: str = ""
    versions: tuple[str, ...] = ()
    environment: str = ""
    from_alert: str | None = None
    commander: str | None = None
    people_affected: str = ""
    decisions_affected: str = ""
    harm: str = ""
    began_at: datetime | None = None
    aware_at: datetime | None = None
    about: tuple[Ref, ...] = ()


def declare_incident(store: Store, ledger: Ledger, *, new: NewIncident, actor: Actor, at: datetime) -> Done:
    """Declare an incident; its number and its ledger entry."""
    entity, of = Entity("incident", "new"), [Entity(ref.kind.value, ref.number) for ref in _refs(new)]
    with deciding(store, ledger, "declare an incident", entity=entity, of=of, actor=actor, at=at) as tx:
        return _declare(tx, ledger, new, actor=actor, at=at)


def declare_within(tx: Transaction, ledger: Ledger, new: NewIncident, *, actor: Actor, at: datetime) -> str:
    """As `declare_incident`, in the transaction of the act that calls for it; the number of the incident."""
    return _declare(tx, ledger, new, actor=actor, at=at).number


def _declare(tx: Transaction, ledger: Ledger, new: NewIncident, *, actor: Actor, at: datetime) -> Done:
    _check(new, at)
    refuse(_reasons(tx.session, new, actor, at))
    for version in new.versions:
        load_version(tx.session, new.model, version)
    if new.model:
        load_model(tx.session, new.model)
    row = _row(tx.session, new, actor, at)
    tx.session.add(row)
    tx.session.flush()
    tx.session.add_all(
        IncidentAffected(
            incident_id=row.id or 0, model=new.model, version=version, added_by=actor.acting_as, added_at=at
        )
        for version in new.versions or (("",) if new.model else ())
    )
    refs = _refs(new)
    for ref in refs:
        link(tx, ref, Ref(RecordKind.INCIDENT, row.number), by=actor.acting_as, at=at)
    payload = {
        "title": row.title, "severity": row.severity.value, "what": row.what, "model": row.model,
        "versions": " ".join(dict.fromkeys(new.versions)), "environment": row.environment,
        "commander": row.commander or "", "aware_at": row.aware_at.isoformat(), "from": refs_said(refs),
    }  # fmt: skip
    return recorded(tx, ledger, Event.INCIDENT_DECLARED, row.number, dict(payload), actor=actor, at=at)


def _row(session: Session, new: NewIncident, actor: Actor, at: datetime) -> Incident:
    return Incident(
        number=next_number(session, "IN"), title=new.title.strip(), severity=new.severity, what=new.what.strip(),
        model=new.model, environment=new.environment.strip(), commander=new.commander,
        people_affected=new.people_affected.strip(), decisions_affected=new.decisions_affected.strip(),
        harm=new.harm.strip(), began_at=new.began_at, aware_at=new.aware_at or at, declared_by=actor.acting_as,
        declared_at=at,
    )  # fmt: skip


def _refs(new: NewIncident) -> tuple[Ref, ...]:
    """The records that it came from, the model and the versions among them so that they lead back to it."""
    alert = (Ref(RecordKind.ALERT, new.from_alert),) if new.from_alert else ()
    model = (Ref(RecordKind.MODEL, new.model),) if new.model else ()
    versions = (Ref(RecordKind.VERSION, f"{new.model} v{version}") for version in new.versions)
    return tuple(dict.fromkeys((*alert, *new.about, *model, *versions)))


def _check(new: NewIncident, at: datetime) -> None:
    check_texts(TITLE, title=new.title)
    check_texts(60, environment=new.environment)
    check_texts(SHORT, from_alert=new.from_alert or "")
    check_texts(
        TEXT, what=new.what, people_affected=new.people_affected, decisions_affected=new.decisions_affected,
        harm=new.harm,
    )  # fmt: skip
    problems = [] if new.title.strip() else [Problem("is empty", column="title", expected="what went wrong")]
    if new.versions and not new.model:
        problems.append(Problem("is empty", column="model", expected="the model of these versions"))
    for name, moment in (("began_at", new.began_at), ("aware_at", new.aware_at)):
        if moment is not None and moment > at:
            problems.append(Problem("lies ahead", column=name, found=f"{moment:%Y-%m-%d %H:%M %Z}"))
    if problems:
        raise Unreadable(problems)


def _reasons(session: Session, new: NewIncident, actor: Actor, at: datetime) -> tuple[Refusal, ...]:
    reasons = list(text_refusals(what=new.what))
    if not by_policy(actor):
        reasons += declare_refusals(actor)
    if new.commander:
        may_lead = not lacking(session, [new.commander], Permission.INCIDENT_HANDLE, at=at)
        nobody_yet = IncidentFacts(IncidentStatus.DECLARED)
        reasons += commander_refusals(nobody_yet, new.commander, may_lead=may_lead)
    return tuple(reasons)
