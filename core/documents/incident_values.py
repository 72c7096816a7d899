"""What the places about an incident are filled with: facts, containment, cause, actions, people informed, review."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from sqlmodel import Session, col, select

from core.improvement.incidents.queries import WholeIncident, whole_incident
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import IncidentStatus
from core.improvement.incidents.tables import Incident, IncidentAffected

SETTLED = (ClockState.UNDECIDED, ClockState.NOT_APPLICABLE)


@dataclass(frozen=True)
class Told:
    """An incident, and people's names."""

    whole: WholeIncident
    known: Mapping[str, str]

    def person(self, number: str | None) -> str:
        """Name and number; nothing for nobody."""
        if not number:
            return ""
        return f"{self.known[number]} ({number})" if number in self.known else number


def incident_for(session: Session, model: str, version: str, number: str, *, at: datetime) -> WholeIncident | None:
    """The incident with this number, or else the newest that affects the version; raises `NotFound`."""
    if number:
        return whole_incident(session, number, at=at)
    query = (
        select(Incident.number)
        .join(IncidentAffected, col(IncidentAffected.incident_id) == col(Incident.id))
        .where(
            IncidentAffected.model == model, col(IncidentAffected.version).in_((version, "")),
            Incident.status != IncidentStatus.DUPLICATE,
        )
        .order_by(col(Incident.id).desc())
    )  # fmt: skip
    found = session.exec(query.limit(1)).first()
    return whole_incident(session, found, at=at) if found else None


def incident_values(told: Told | None) -> dict[str, str]:
    """Every place about an incident with its value; empty where nothing is recorded."""
    return {name: say(told) if told else "" for name, say in SAID.items()}


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""


def _line(text: str) -> str:
    """One line without a bar, so that it stays in its place."""
    return " ".join(text.replace("|", "/").split())


def _affected(told: Told) -> str:
    return ", ".join(f"{one.model} {one.version}".strip() for one in told.whole.affected)


def _containment(told: Told) -> str:
    return "\n".join(
        f"- {_moment(one.happened_at)}, {one.containment}: {_line(one.text)}" for one in told.whole.containments
    )


def _cause(told: Told) -> str:
    return told.whole.cause.cause if told.whole.cause else ""


def _factors(told: Told) -> str:
    return "\n".join(f"- {_line(one)}" for one in told.whole.cause.factors.splitlines()) if told.whole.cause else ""


def _actions(told: Told) -> str:
    return "\n".join(
        f"- {one.number} {one.kind}, {one.status}, {told.person(one.owner)}, due {one.due_at:%Y-%m-%d}: "
        f"{_line(one.title)}"
        for one in told.whole.actions
    )


def _informed(told: Told) -> str:
    return "\n".join(
        f"- {_moment(one.told_at)}, {_line(one.who)}, by {_line(one.means)}: {_line(one.what)}"
        for one in told.whole.informed
    )


def _authorities(told: Told) -> str:
    lines = [
        f"- {one.title}, due {_moment(one.due_at)}: {one.state}"
        + (
            f", {_line(one.notification.receiver)} on {_moment(one.notification.notified_at)}, "
            f"{_line(one.notification.reference)}"
            if one.notification
            else ""
        )
        for one in told.whole.clocks
        if one.state not in SETTLED
    ]
    return "\n".join(lines) or "No duty to notify an authority applies."


def _of_review(name: str) -> Callable[[Told], str]:
    return lambda told: str(getattr(told.whole.review, name)) if told.whole.review else ""


def _of_incident(name: str) -> Callable[[Told], str]:
    return lambda told: str(getattr(told.whole.incident, name) or "")


SAID: Mapping[str, Callable[[Told], str]] = MappingProxyType(
    {
        **{
            f"incident.{name}": _of_incident(name)
            for name in (
                "number", "title", "severity", "status", "what", "people_affected", "decisions_affected", "harm",
                "conclusion",
            )
        },
        "incident.began": lambda told: _moment(told.whole.incident.began_at),
        "incident.aware": lambda told: _moment(told.whole.incident.aware_at),
        "incident.contained": lambda told: _moment(told.whole.incident.contained_at),
        "incident.resolved": lambda told: _moment(told.whole.incident.resolved_at),
        "incident.commander": lambda told: told.person(told.whole.incident.commander),
        "incident.affected": _affected,
        "incident.containment": _containment,
        "incident.cause": _cause,
        "incident.factors": _factors,
        "incident.actions": _actions,
        "incident.informed": _informed,
        "incident.authorities": _authorities,
        "incident.review_happened": _of_review("happened"),
        "incident.review_went_well": _of_review("went_well"),
        "incident.review_lessons": _of_review("lessons"),
        "incident.review_decisions": _of_review("decisions"),
        "incident.review_present": _of_review("present"),
    }
)  # fmt: skip
