"""One audit as its page shows it: everything about it, what stands against each act, and people's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.components import Back, fact, facts_line, head, plain, status
from app.components.formats import day
from app.components.me import Me
from app.views.audits.listing import state
from core.access.queries import names
from core.access.rules import Actor
from core.audits.facts import audit_facts, finding_facts, load_finding, model_of
from core.audits.queries import WholeAudit, whole_audit
from core.audits.rules import finding_refusals, refusals
from core.audits.rules.life import FINDING_FROM, Act, AuditKind
from core.errors import NotFound, Refusal

ACTS = (Act.CHANGE, Act.DRAW, Act.BEGIN, Act.TEST, Act.RAISE, Act.ISSUE, Act.CLOSE, Act.CANCEL)
Against = Mapping[Act, tuple[Refusal, ...]]


@dataclass(frozen=True)
class Reading:
    """The audit, and why this person cannot do each act, as far as the audit as a whole says so."""

    whole: WholeAudit
    against: Against
    known: Mapping[str, str]

    def name_of(self, person: str | None) -> str:
        """A name for a number, escaped."""
        return plain(self.known.get(person or "", person or ""))


def read_audit(session: Session, number: str, actor: Actor) -> Reading:
    """Raises `NotFound`."""
    whole = whole_audit(session, number)
    facts = audit_facts(session, whole.audit, actor)
    return Reading(whole, {act: refusals(facts, act, actor) for act in ACTS}, names(session))


def number_asked(session: Session, audit: str | None, finding: str | None) -> str:
    """The audit of the address, by its own number or by that of one of its findings; raises `NotFound`."""
    if audit:
        return audit
    if finding:
        return load_finding(session, finding)[1].number
    raise NotFound("audit", "")


def against_item(session: Session, reading: Reading, model: str, act: Act, actor: Actor) -> tuple[Refusal, ...]:
    """As `against`, with the person's ties to this model instead of to the whole scope."""
    return refusals(audit_facts(session, reading.whole.audit, actor, model=model), act, actor)


def against_finding(session: Session, number: str, actor: Actor) -> Against:
    """What stands against each act on this finding."""
    row, audit = load_finding(session, number)
    facts = audit_facts(session, audit, actor, model=model_of(session, row))
    return {act: finding_refusals(facts, finding_facts(row), act, actor) for act in FINDING_FROM}


def draw_head(reading: Reading, viewer: Me, at: datetime) -> None:
    """Title, state, kind, lead, dates, and who conducts it where that is somebody from outside."""
    audit = reading.whole.audit
    outside = audit.kind is AuditKind.EXTERNAL
    head(
        audit.title,
        facts_line(
            state(audit.status, audit.ends_at, at),
            fact("Kind", plain(audit.kind.value)),
            fact("Conducted by", plain(audit.conducted_by)) if outside else "",
            fact("Reference", plain(audit.reference)) if audit.reference else "",
            fact("Lead", reading.name_of(audit.lead)),
            fact("Planned", f"{day(audit.starts_at)} to {day(audit.ends_at)}"),
            status("Waiting", "for you") if viewer.number in _waits_for(reading) else "",
        ),
        back=Back("audits", "Audits"),
        trail=audit.number,
    )


def _waits_for(reading: Reading) -> frozenset[str]:
    return frozenset(one.owner for one in reading.whole.pending if one.response is None)
