"""What the register shows: filters, the first line, one row an item, how old what is open has become."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

import streamlit as st

from app.components import clear_filters, empty, filter_row, link, plain, search, section, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, counted, day, days
from app.components.me import Me
from app.components.refusals import numbered
from app.components.status import word
from app.lists.register import NOT_CLOSED, OVERDUE
from app.views.coverage.picture import Part, stacked
from app.views.model_reading import person_name
from app.work.tasks import urgency
from core.inventory.exporting import Format, export_refusals
from core.register.values import Age, Item, Kind, Source, State, Summary
from core.validation.rules import Severity

EVERYONE = "Everyone"
FILTERS = {
    "kind": ALL, "source": ALL, "severity": ALL, "status": ALL, "due": "Any time", "owner": EVERYONE,
    "model_number": "",
}  # fmt: skip
WORST = tuple(Severity)[::-1]
FILLS = {Severity.CRITICAL: "alarm", Severity.HIGH: "full", Severity.MEDIUM: "pale", Severity.LOW: "hollow"}
LEAST_DRAWN = 2  # fewer are read faster in the table


def filters(viewer: Me, owners: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """The row of filters; all of them live in the address. Answers with those that narrow, as stored words."""
    mine_first = [viewer.number, *(one for one in owners if one != viewer.number)]
    with filter_row():
        found = {
            "kind": choose("Kind", list(Kind), key="kind", width=150),
            "source": choose("Found by", list(Source), key="source", width=140),
            "severity": choose("Severity", WORST, key="severity", width=115),
            "status": choose("State", [NOT_CLOSED, *State], key="status", width=135),
            "due": choose("Due", [OVERDUE], key="due", every="Any time", width=115),
            "owner": choose(
                "Owner", mine_first, key="owner", every=EVERYONE, width=175,
                said=lambda one: "Mine" if one == viewer.number else person_name(one, known),
            ),
            "model_number": search("Model", key="model_number", placeholder="M0001", width=105),
        }  # fmt: skip
        clear_filters(FILTERS)
    return {name: value for name, value in found.items() if value}


def first_line(counts: Summary, mine: int) -> str:
    """“**41 are not closed**, 9 of them overdue: 2 critical, 7 high. 4 wait for verification, 3 are yours.”"""
    pending, late = counts.of(pending=True), counts.of(overdue=True)
    if not pending:
        return "**Everything is closed.**"
    weights = ((one, counts.of(severity=one, overdue=True)) for one in WORST)
    by_weight = ", ".join(f"{count(many)} {one}" for one, many in weights if many)
    overdue = f", {count(late)} of them overdue: {by_weight}" if late else ", none of them overdue"
    remediated = counts.of(state=State.REMEDIATED)
    verified = f" {counted(remediated, 'waits', 'wait')} for verification." if remediated else ""
    yours = f" {counted(mine, 'is', 'are')} yours." if mine else ""
    return f"**{counted(pending, 'is', 'are')} not closed**{overdue}.{verified}{yours}"


def count_line(shown: Summary, everything: int) -> str:
    """“**12 items** of 204 · 7 open, 2 remediated, 3 closed · overdue first, then worst first”."""
    total = shown.of()
    of_all = f" of {count(everything)}" if total != everything else ""
    states = ", ".join(f"{count(many)} {one}" for one in State if (many := shown.of(state=one)))
    return f"**{counted(total, 'item')}**{of_all}\u2002 :gray[{states} · overdue first, then worst first]"


def items_table(rows: Sequence[Item], known: Mapping[str, str], at: datetime) -> None:
    """One row an item; each leads to its page."""
    table(
        [
            {
                "Number": one.number,
                "Finding": f"{item_link(one)}  \n:small[:gray[{_from(one)}]]",
                "Model": _model(one),
                "Severity": status(one.severity),
                "Owner": _owner(one, known),
                "Age": days(at - one.raised_at) if one.state is not State.CLOSED else NOTHING,
                "Due": day(one.due_at, today=at),
                "State": item_state(one, at),
                "Evidence": count(one.evidence or None),
                "Links": count(one.links or None),
            }
            for one in rows
        ],
        alt="Findings and actions, overdue first, then worst first: model, severity, owner, age, due date and state",
        right=["Age", "Due", "Evidence", "Links"],
        unbroken=["Number", "Owner"],
    )


def item_link(one: Item) -> str:
    """The title, leading to where the item is settled."""
    match one.kind:
        case Kind.FINDING:
            return link(one.title, "/finding", finding=one.number)
        case Kind.AUDIT_FINDING:
            return link(one.title, "/audit", audit=one.parent, tab="Findings", finding=one.number)
        case Kind.DEVIATION:
            return link(one.title, "/compliance_check", check=one.parent)
        case Kind.ACTION:
            return link(one.title, "/actions", action=one.number)


def item_state(one: Item, at: datetime) -> str:
    """Overdue or due soon before the item's own state; what is closed has time."""
    return status(*urgency(one.due_at, at, one.state)) if one.state is not State.CLOSED else status(one.state)


def _from(one: Item) -> str:
    """“Validation, for the third time”, “Audit AU0001”, “Corrective action”."""
    said = {
        Kind.FINDING: word(one.source),
        Kind.AUDIT_FINDING: f"Audit {one.parent}",
        Kind.DEVIATION: f"Check {plain(one.parent)}",
        Kind.ACTION: f"{word(one.parent)} action",
    }[one.kind]
    return f"{said}, came back" if one.repeat else said


def _model(one: Item) -> str:
    if not one.model:
        return NOTHING
    version = f" v{one.version}" if one.version else ""
    return f"{plain(one.model_name or one.model)} :gray[{one.model}{version}]"


def _owner(one: Item, known: Mapping[str, str]) -> str:
    if one.owner:
        return plain(person_name(one.owner, known))
    return f":gray[Any {one.role}]" if one.role else NOTHING


def ageing(counts: Summary) -> None:
    """How long what is not closed has been open, by severity; nothing where there is too little to draw."""
    if counts.of(pending=True) < LEAST_DRAWN:
        return
    section("How old what is open has become")
    parts = [
        Part(one.value, FILLS[one], [counts.of(severity=one, age=age, pending=True) for age in Age]) for one in WORST
    ]
    stacked([age.value for age in Age], parts, what="Items that are not closed by age", key="ageing", absolute=True)


def take_away(viewer: Me, params: Mapping[str, str], total: int) -> None:
    """Links to the list as a file, all rows of the filter, for those who may export."""
    reasons = export_refusals(viewer.actor)
    with st.popover("Take away", width="content", disabled=bool(reasons), help=numbered(reasons) or None):
        st.markdown(f"All {counted(total, 'item')} of these filters, in this order. The file names filter and time.")
        with st.container(horizontal=True):
            for form in Format:
                st.link_button(form.upper(), f"/exports/findings.{form}?{urlencode(params)}")


def nothing_found(everything: int) -> None:
    """Nothing at all, or nothing with these filters."""
    if not everything:
        why = "A failed required check opens a finding; validators, monitoring, audits and routine checks open others."
        with empty("No finding is on record.", why):
            return
    with empty("No finding matches these filters.", f"{counted(everything, 'item')} on record, 0 with these filters."):
        clear_filters(FILTERS, label="Clear all filters", key="clear_all")
