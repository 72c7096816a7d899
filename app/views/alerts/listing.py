"""The list of alerts: filters in the address, groups by urgency, drawn anew by itself."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import streamlit as st

from app.components import clear_filters, empty, filter_row, link, paged, plain, status, table
from app.components.filters import ALL, choose, search
from app.components.formats import count, counted
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.model_reading import person_name
from core.access.queries import names
from core.monitoring.alerts.queries import AlertCounts, AlertFilter, AlertGroup, AlertRow, AlertState, counts, groups
from core.policy.alerting.rules import AlertKind, Severity

LOOK_AGAIN = timedelta(seconds=10)
GROUPS = 15  # a page
EVERY = "every state"
ACTIVE = "Not closed"
FILTERS = {"state": ACTIVE, "severity": ALL, "kind": ALL, "model": "", "whose": "Everyone"}


def narrowed_by(viewer: Me) -> AlertFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        chosen = choose("State", [*AlertState, EVERY], key="state", every=ACTIVE, width=150)
        severity = choose("Severity", list(Severity)[::-1], key="severity", width=120)
        kind = choose("Kind", list(AlertKind), key="kind", width=170)
        model = search("Model", key="model", placeholder="Number, for example M0001", width=220)
        mine = choose("Whose", ["mine"], key="whose", every="Everyone", width=120)
        clear_filters(FILTERS)
    return AlertFilter(
        state=AlertState(chosen) if chosen in set(AlertState) else None,
        every=chosen == EVERY,
        severity=Severity(severity) if severity else None,
        kind=AlertKind(kind) if kind else None,
        model=model.upper(),
        person=viewer.number if mine else "",
    )


def first_line(found: AlertCounts) -> str:
    """“**7 alerts** are not closed, 2 of them critical; 4 were taken by nobody. 3 are yours.”"""
    if not found.total:
        return "**No alert is open.**"
    worst = next(one for one, number in found.by_severity.items() if number)
    heavy = found.by_severity[worst]
    verb = "is" if found.total == 1 else "are"
    said = f"**{counted(found.total, 'alert')}** {verb} not closed, {count(heavy)} of {_them(found.total)} {worst}; "
    said += f"{count(found.untaken)} {'was' if found.untaken == 1 else 'were'} taken by nobody."
    yours = f" {count(found.mine)} {'is' if found.mine == 1 else 'are'} yours." if found.mine else ""
    return f"{said}{yours}\u2002 :gray[Most urgent first, by group]"


def _them(total: int) -> str:
    return "it" if total == 1 else "them"


def live_list(place: Workplace, viewer: Me, narrowed: AlertFilter) -> None:
    """The first line and the table, read again every ten seconds without a reload."""
    st.fragment(_live, run_every=LOOK_AGAIN)(place, viewer.number, narrowed)


def _live(place: Workplace, person: str, narrowed: AlertFilter) -> None:
    with place.store.reading() as session:
        found, known = counts(session, person=person), names(session)
        total = groups(session, narrowed, limit=1, offset=0).total
        everything = total or groups(session, AlertFilter(every=True), limit=1, offset=0).total
    st.markdown(first_line(found))
    if not total:
        _nothing(everything, narrowed)
        return
    with paged(total, size=GROUPS) as window, place.store.reading() as session:
        page = groups(session, narrowed, limit=window.limit, offset=window.offset)
        table(
            [cells for group in page.rows for cells in _rows(group, known, now())],
            alt="Alerts in groups, the most urgent first: state, severity, what, model, since when, who has it",
            right=["Seen", "Since"],
            unbroken=["Alert"],
        )


def _rows(group: AlertGroup, known: Mapping[str, str], at: datetime) -> Iterator[Mapping[str, str]]:
    """One row an alert; the others of a group stand under its most urgent one."""
    for place, row in enumerate(group.rows):
        alert = row.alert
        many = (
            f", one of {counted(group.size, 'alert')} in group {group.number}" if group.size > 1 and not place else ""
        )
        yield {
            "State": state(row, at),
            "Severity": status(alert.severity),
            "Alert": link(alert.number, "/alert", alert=alert.number) if not place else f"└ {_number(row)}",
            "What": f"{plain(alert.title)}  \n:small[:gray[{word(alert.kind)}{many}]]",
            "Model": _model(row),
            "Seen": f"{count(alert.count)}\u00a0×",
            "Since": since(alert.raised_at, at),
            "Assignee": plain(person_name(alert.assignee, known)) if alert.assignee else ":gray[nobody]",
        }


def _number(row: AlertRow) -> str:
    return link(row.alert.number, "/alert", alert=row.alert.number)


def _model(row: AlertRow) -> str:
    if not row.alert.model:
        return ""
    name = plain(row.model_name) if row.model_name else ""
    place = " ".join(plain(one) for one in (row.alert.model, row.alert.environment) if one)
    return f"{name} :gray[{place}]".strip()


def state(row: AlertRow, at: datetime) -> str:
    """The badge, with what belongs to it: until when it is snoozed, how often it was escalated."""
    alert = row.alert
    if row.state is AlertState.SNOOZED and alert.snoozed_until is not None:
        return status("Snoozed", _span(alert.snoozed_until - at))
    if row.state is AlertState.ESCALATED:
        return status("Escalated", f"{alert.level}\u00a0×")
    return status(row.state)


def since(then: datetime, at: datetime) -> str:
    """“12 min”, “5 h”, “3 d” ago."""
    return _span(at - then)


def _span(passed: timedelta) -> str:
    minutes = max(0, int(passed.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes}\u00a0min"
    return f"{minutes // 60}\u00a0h" if minutes < 48 * 60 else f"{minutes // 1440}\u00a0d"


def _nothing(everything: int, narrowed: AlertFilter) -> None:
    if not everything:
        with empty(
            "No alert is on record.",
            "A breach in production, missing data, an unknown model or a failed check raises one by itself.",
        ):
            return
    if narrowed == AlertFilter():
        with empty("Nothing needs attention.", "Every alert is closed. The filter on state shows the closed ones."):
            return
    with empty("No alert matches these filters.", f"{counted(everything, 'group')} of alerts on record, 0 with these."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")


def title_of(row: AlertRow) -> str:
    """An alert in a list to choose from."""
    return f"{row.alert.number} {row.alert.severity}: {row.alert.title}"[:90]
