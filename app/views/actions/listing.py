"""The register of corrective and preventive actions: filters, one line that answers, one row an action."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.components import clear_filters, empty, filter_row, link, plain, search, status, table
from app.components.filters import ALL, choose
from app.components.formats import counted, day
from app.components.me import Me
from app.components.record_links import first_link
from app.components.status import word
from app.views.actions.action import action_state
from app.views.incidents.reading import name_of
from core.improvement.actions.queries import ActionFilter, ActionRow
from core.improvement.actions.rules import ActionKind, ActionStatus
from core.links import RecordKind, Ref
from core.validation.rules import Severity

FILTERS = {"search": "", "status": ALL, "severity": ALL, "kind": ALL, "incident": "", "whose": "Anybody"}
OPEN_ONLY, OVERDUE = "not verified closed", "overdue"


def narrowed_by(viewer: Me) -> ActionFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        text = search(placeholder="Number, title", width=180)
        chosen = choose("Status", [OPEN_ONLY, OVERDUE, *ActionStatus], key="status", width=170)
        severity = choose("Severity", list(Severity)[::-1], key="severity", width=120)
        kind = choose("Kind", list(ActionKind), key="kind", width=130)
        incident = search("Incident", key="incident", placeholder="IN0001", width=110)
        mine = choose("Owner", ["mine"], key="whose", every="Anybody", width=120)
        clear_filters(FILTERS)
    return ActionFilter(
        text=text,
        status=ActionStatus(chosen) if chosen in set(ActionStatus) else None,
        severity=Severity(severity) if severity else None,
        kind=ActionKind(kind) if kind else None,
        owner=viewer.number if mine else None,
        overdue=chosen == OVERDUE,
        open_only=chosen == OPEN_ONLY,
        about=Ref(RecordKind.INCIDENT, incident.upper()) if incident else None,
    )


def said_in_short(pending: int, overdue: int, mine: int) -> str:
    """“**3 actions** are not verified closed, 1 is overdue; 2 of them are yours.”"""
    if not pending:
        return "**Every action is verified closed.**"
    late = f", {overdue} {'is' if overdue == 1 else 'are'} overdue" if overdue else ""
    yours = f"; {mine} of them {'is' if mine == 1 else 'are'} yours" if mine else ""
    verb = "is" if pending == 1 else "are"
    answer = f"**{counted(pending, 'action')}** {verb} not verified closed{late}{yours}."
    return f"{answer}\u2002 :gray[Open ones first, by due date]"


def actions_table(rows: Sequence[ActionRow], known: Mapping[str, str], at: datetime, *, linked: bool = True) -> None:
    """One row an action; without the links where the page is about one record."""
    table(
        [_row(row, known, at, linked) for row in rows],
        alt="Actions, open ones first, by due date: kind, severity, owner, due date and state",
        right=["Due"],
        unbroken=["Number", "Owner"],
    )


def _row(row: ActionRow, known: Mapping[str, str], at: datetime, linked: bool) -> Mapping[str, str]:
    one = row.action
    carried = "  \n:small[:gray[carried over]]" if one.carried_over and one.status is ActionStatus.OPEN else ""
    from_what = {"From": first_link([link.ref for link in row.links])} if linked else {}
    return {
        "Number": one.number,
        "Action": f"{link(one.title, '/actions', action=one.number)}{carried}",
        "Kind": plain(word(one.kind)),
        "Severity": status(one.severity),
        **from_what,
        "Owner": name_of(one.owner, known),
        "Due": day(one.due_at, today=at),
        "State": action_state(one, at),
    }


def nothing_found(everything: int) -> None:
    """No action at all, or none with these filters."""
    if not everything:
        with empty(
            "No action is on record.", "Incidents, findings and reviews open them, with an owner and a due date."
        ):
            return
    why = f"{counted(everything, 'action')} on record, 0 with these filters."
    with empty("No action matches these filters.", why):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
