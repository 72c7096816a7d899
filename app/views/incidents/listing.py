"""The list of incidents: filters, what is under way in one line, one row an incident."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day
from app.components.me import Me
from app.components.record_links import first_link
from app.views.incidents.clock_words import clock_badge
from core.improvement.incidents.queries import IncidentFilter, IncidentRow
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import FINAL, IncidentStatus
from core.links import RecordKind, Ref
from core.validation.rules import Severity

FILTERS = {"search": "", "status": ALL, "severity": ALL, "model_number": "", "whose": "Anybody"}
OPEN_ONLY = "open"


def narrowed_by(viewer: Me) -> IncidentFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Number, title", width=190)
        chosen = choose("Status", [OPEN_ONLY, *IncidentStatus], key="status", width=140)
        severity = choose("Severity", list(Severity)[::-1], key="severity", width=120)
        model = search("Model", key="model_number", placeholder="M0001", width=110)
        mine = choose("Commander", ["me"], key="whose", every="Anybody", width=130)
        clear_filters(FILTERS)
    return IncidentFilter(
        text=text,
        status=IncidentStatus(chosen) if chosen in set(IncidentStatus) else None,
        severity=Severity(severity) if severity else None,
        model=model.upper(),
        commander=viewer.number if mine else None,
        open_only=chosen == OPEN_ONLY,
    )


def said_in_short(running: Sequence[IncidentRow], total: int) -> str:
    """“**2 incidents** are open; 1 clock runs, 1 is past its time.”"""
    if not total:
        return "**No incident is open.**"
    states = [clock.state for row in running for clock in row.clocks]
    over, ticking = (
        states.count(ClockState.OVERDUE),
        sum(one in (ClockState.RUNNING, ClockState.NEARING) for one in states),
    )
    clocks = f"{counted(ticking, 'clock')} {'runs' if ticking == 1 else 'run'}" if ticking else "no clock runs"
    late = f", {count(over)} {'is' if over == 1 else 'are'} past the time" if over else ""
    verb = "is" if total == 1 else "are"
    answer = f"**{counted(total, 'incident')}** {verb} open; {clocks}{late}."
    return f"{answer}\u2002 :gray[By the clock that ends first, then by severity]"


def incidents_table(rows: Sequence[IncidentRow], known: Mapping[str, str], at: datetime) -> None:
    """One row an incident, the most urgent first."""
    table(
        [_row(row, known, at) for row in rows],
        alt="Incidents, open ones first, by the clock that ends first, then by severity: what is affected, commander, "
        "next clock, actions and state",
        right=["Aware", "Actions"],
        unbroken=["Number", "Commander"],
    )


def _row(row: IncidentRow, known: Mapping[str, str], at: datetime) -> Mapping[str, str]:
    incident, clock = row.incident, row.next_clock
    pending = f" :gray[({count(row.pending)} open)]" if row.pending else ""
    commander = plain(known.get(incident.commander, incident.commander)) if incident.commander else ":gray[nobody]"
    title = f"  \n:small[:gray[{plain(clock.title)}]]" if clock else ""
    return {
        "Number": incident.number,
        "Incident": link(incident.title, "/incident", incident=incident.number),
        "Severity": status(incident.severity),
        "State": status(incident.status),
        "Next clock": f"{clock_badge(clock, at)}{title}" if clock else NOTHING,
        "Affected": affected_words(row.affected),
        "Commander": commander if incident.status not in FINAL or incident.commander else NOTHING,
        "Aware": day(incident.aware_at, today=at),
        "Actions": f"{count(row.actions)}{pending}",
    }


def affected_words(affected: Sequence[str]) -> str:
    """The first version as a link to its model, and the others below it as letters."""
    return first_link([_ref(one) for one in affected])


def _ref(one: str) -> Ref:
    model, _, version = one.partition(" ")
    return Ref(RecordKind.VERSION, f"{model} v{version}") if version else Ref(RecordKind.MODEL, model)


def nothing_found(everything: int) -> None:
    """No incident at all, or none with these filters."""
    if not everything:
        with empty(
            "No incident is on record.",
            "Declare one when something went wrong with a model; a rollback by policy declares one by itself.",
        ):
            return
    with empty(
        "No incident matches these filters.", f"{counted(everything, 'incident')} on record, 0 with these filters."
    ):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
