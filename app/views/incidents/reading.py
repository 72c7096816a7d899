"""One incident as its page shows it: everything about it, what stands against each act, and people's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.components import Back, fact, facts_line, head, plain, status
from app.components.formats import moment
from app.views.incidents.clock_words import clock_badge
from core.access.queries import names
from core.access.rules import SYSTEM, Actor
from core.errors import Refusal
from core.improvement.incidents.facts import incident_facts
from core.improvement.incidents.queries import WholeIncident, whole_incident
from core.improvement.incidents.rules import refusals
from core.improvement.incidents.rules.life import Act

THE_PRODUCT = "Countersign, by policy"
Against = Mapping[Act, tuple[Refusal, ...]]


@dataclass(frozen=True)
class Reading:
    """The incident, and why this person cannot do each act."""

    whole: WholeIncident
    against: Against
    known: Mapping[str, str]

    @property
    def number(self) -> str:
        return self.whole.incident.number

    def name_of(self, person: str | None) -> str:
        """A name for a number, escaped."""
        return name_of(person, self.known)

    def by(self, person: str | None, when: datetime | None) -> str:
        """Who, and when, small and grey below what they wrote."""
        return f"  \n:small[:gray[{self.name_of(person)}, {moment(when)}]]"


def name_of(person: str | None, known: Mapping[str, str]) -> str:
    """A name for a number, escaped; the product itself by its name."""
    if person == SYSTEM.id:
        return THE_PRODUCT
    return plain(known.get(person or "", person or ""))


def read_incident(session: Session, number: str, actor: Actor, *, at: datetime) -> Reading:
    """Raises `NotFound`."""
    whole = whole_incident(session, number, at=at)
    facts = incident_facts(session, whole.incident, at=at)
    return Reading(whole, {act: refusals(facts, act, actor) for act in Act}, names(session))


def draw_head(reading: Reading, at: datetime) -> None:
    """Title, state, severity, commander, the moment of awareness, and the clock that ends first."""
    row = reading.whole.incident
    ticking = [one for one in reading.whole.clocks if one.ticks]
    clock = f"{clock_badge(ticking[0], at)} :gray[{plain(ticking[0].title)}]" if ticking else ""
    head(
        row.title,
        facts_line(
            status(row.severity),
            status(row.status),
            clock,
            fact("Commander", reading.name_of(row.commander) if row.commander else "nobody"),
            fact("Aware", moment(row.aware_at)),
            fact("Model", plain(row.model)) if row.model else "",
        ),
        back=Back("incidents", "Incidents"),
        trail=row.number,
    )
