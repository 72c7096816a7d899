"""One alert: what happened, who was told, what it is linked with, and what can be done next."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

import streamlit as st

from app.components import (
    Back,
    attempt,
    empty,
    fact,
    facts,
    facts_line,
    head,
    label,
    link,
    paragraphs,
    plain,
    section,
    status,
    table,
)
from app.components.formats import NOTHING, count, counted, moment
from app.components.me import Me
from app.components.refusals import numbered
from app.components.status import word
from app.composition import Workplace, now
from app.navigation import PAGES, page_file
from app.views.alerts.acts import act_on
from app.views.alerts.listing import since, state
from app.views.confirmation import confirm_next
from app.views.linked import linked_table
from app.views.model_reading import person_name
from core.access.rules import Permission, permission_refusals
from core.improvement.findings import raise_from_record
from core.improvement.incidents.declaring import NewIncident, declare_incident
from core.links import RecordKind, Ref
from core.monitoring.alerts.queries import AlertPage, AlertRow, NoticeRow
from core.monitoring.alerts.tables import Alert
from core.policy.alerting.rules import Severity

PERSON = re.compile(r"\bP[0-9]{4,}\b")
STATUS = {"waiting": "Queued", "delivered": "Delivered", "given up": "Given up"}


def alert_head(page: AlertPage, known: Mapping[str, str], at: datetime) -> None:
    """Title and one line of facts."""
    alert = page.row.alert
    tier = label(f"Tier {page.row.tier}") if page.row.tier else ""
    line = facts_line(
        state(page.row, at),
        status(alert.severity),
        tier,
        fact("Kind", word(alert.kind)),
        fact("Since", f"{since(alert.raised_at, at)} :gray[({moment(alert.raised_at)})]"),
        fact("Assignee", plain(person_name(alert.assignee, known)) if alert.assignee else "nobody"),
    )
    head(alert.title, line, back=Back("alerts", "Alerts"), trail=alert.number)


def what_happened(page: AlertPage, known: Mapping[str, str], at: datetime) -> None:
    """What the condition is, how it stands, and what comes next by itself."""
    alert = page.row.alert
    with st.container(border=True):
        st.markdown(paragraphs(alert.detail))
        st.markdown(f":gray[{_standing(alert, at)}]")
    said = {
        "Model": _model(page.row),
        "Version": plain(alert.version) if alert.version else "",
        "Environment": plain(alert.environment) if alert.environment else "",
        "Severity": f"{word(alert.severity)}{f' by clause {plain(alert.clause)}' if alert.clause else ''}",
        "Group": f"{counted(len(page.group), 'alert')} since {moment(alert.cluster_at)}",
        "Before": link(alert.former, "/alert", alert=alert.former) if alert.former else "",
        "Acknowledged": f"{plain(person_name(alert.acknowledged_by, known))}, {moment(alert.acknowledged_at)}"
        if alert.acknowledged_at
        else "",
        "Closed": f"{plain(person_name(alert.closed_by, known))}, {moment(alert.closed_at)}" if alert.closed_at else "",
        "Cause": word(alert.cause) if alert.cause else "",
        "What was found": paragraphs(alert.closing) if alert.closing else "",
    }
    facts({name: value for name, value in said.items() if value}, alt=f"Record of {alert.number}")


def _by(person: str, at: datetime | None, known: Mapping[str, str]) -> str:
    return f"{plain(person_name(person, known))}, {moment(at)}" if at else ""


def _model(row: AlertRow) -> str:
    alert = row.alert
    if not row.model_name:
        return plain(alert.model) if alert.model else ""
    return f"{link(row.model_name, '/model', model=alert.model)} :gray[{plain(alert.model)}]"


def _standing(alert: Alert, at: datetime) -> str:
    seen = f"Seen {count(alert.count)} times, last {moment(alert.seen_at)}." if alert.count > 1 else ""
    if alert.closed_at is not None:
        coming = ""
    elif alert.recovered_at is not None:
        coming = f"The condition is gone since {moment(alert.recovered_at)}; a person closes the alert with its cause."
    elif alert.snoozed_until is not None:
        coming = f"Snoozed; it wakes by itself {moment(alert.snoozed_until)}."
    elif alert.escalate_at is not None:
        left = max(alert.escalate_at - at, timedelta())
        coming = f"If nobody takes it, it is escalated in {_left(left)}."
    else:
        coming = "It is not escalated any further." if alert.level else ""
    return plain(" ".join(filter(None, (seen, coming)))) if seen or coming else "Seen once."


def _left(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def group_of(page: AlertPage, at: datetime) -> None:
    """The others of its group."""
    others = [row for row in page.group if row.alert.number != page.row.alert.number]
    if not others:
        return
    section("In the same group")
    table(
        [
            {
                "State": state(row, at),
                "Severity": status(row.alert.severity),
                "Alert": link(row.alert.number, "/alert", alert=row.alert.number),
                "What": plain(row.alert.title),
                "Since": since(row.alert.raised_at, at),
            }
            for row in others[:20]
        ],
        alt="Other alerts of the group",
        right=["Since"],
        unbroken=["Alert"],
    )


def history(page: AlertPage, known: Mapping[str, str]) -> None:
    """Everything that happened to it, the latest first."""
    section("History")
    table(
        [
            {
                "When": moment(step.at),
                "What": word(step.act),
                "Who": plain(person_name(step.by, known)),
                "Said": plain(_with_names(step.said, known)) if step.said else NOTHING,
            }
            for step in reversed(page.steps[-50:])
        ],
        alt="What happened to the alert, the latest first",
        unbroken=["When", "What", "Who"],
    )


def _with_names(said: str, known: Mapping[str, str]) -> str:
    """Numbers of people, as the history keeps them, with their names on screen."""
    return PERSON.sub(lambda found: known.get(found.group(), found.group()), said)


def linked_with(page: AlertPage, known: Mapping[str, str]) -> None:
    """The records that it came from and that came of it."""
    linked_table(page.links, known, about=page.row.alert.number)


def told(page: AlertPage, known: Mapping[str, str]) -> None:
    """Who was told, and what became of each message."""
    section("Who was told")
    if not page.notices:
        with empty("Nobody was told by message.", "No channel has a route for it, and it was not escalated."):
            return
    table(
        [_notice(one, known) for one in page.notices],
        alt="Channels and people that are told, and what became of each message",
    )


def _notice(one: NoticeRow, known: Mapping[str, str]) -> Mapping[str, str]:
    if one.told_at is None:
        waits = "Held back by quiet hours until" if one.held else "Leaves"
        became, said = status("Queued"), f"{waits} {moment(one.due_at)}"
    elif not one.message:
        became, said = status("Missing"), "No address, or no mail server"
    else:
        became, said = status(STATUS.get(one.status, "Not known")), one.said or "On its way"
    return {
        "To": f"{plain(one.name or known.get(one.to, one.to))}  \n:small[:gray[{one.to}, {one.act}]]",
        "State": became,
        "Said": plain(said),
    }


def next_steps(place: Workplace, viewer: Me, page: AlertPage) -> None:
    """What it can lead to: an incident, a finding."""
    alert = page.row.alert
    section("Next steps")
    incidents = [one.ref.number for one in page.links if one.ref.kind is RecordKind.INCIDENT]
    if incidents:
        _to_incident(incidents[-1])
    elif alert.closed_at is None:
        _declare(place, viewer, page)
    if alert.model and alert.version:
        _finding(place, viewer, alert)


def _to_incident(number: str) -> None:
    if any(one.address == "incident" for one in PAGES):
        st.page_link(page_file("incident"), label=f"Incident {number}", query_params={"incident": number})
    else:
        st.markdown(f"Incident {plain(number)} was declared.")


def _declare(place: Workplace, viewer: Me, page: AlertPage) -> None:
    alert = page.row.alert
    reasons = permission_refusals(viewer.actor, Permission.INCIDENT_DECLARE)
    with st.popover("Declare incident", disabled=bool(reasons), help=numbered(reasons) if reasons else None):
        with st.form("declare_incident", border=False):
            title = st.text_input("Title", value=alert.title[:200], max_chars=200)
            severity = st.selectbox(
                "Severity", list(Severity)[::-1], index=list(Severity)[::-1].index(alert.severity), format_func=word
            )
            what = st.text_area("What happened", value=alert.detail[:2000], max_chars=4000)
            sent = st.form_submit_button("Declare incident", type="primary")
        if sent:
            with attempt("No incident was declared."):
                new = NewIncident(
                    title=title, severity=severity or alert.severity, what=what,
                    model=alert.model if page.row.model_name else "",
                    versions=(alert.version,) if page.row.model_name and alert.version else (),
                    environment=alert.environment, from_alert=alert.number,
                )  # fmt: skip
                done = declare_incident(place.store, place.ledger, new=new, actor=viewer.actor, at=now())
                confirm_next(f"{done.number} is declared from {alert.number}: ledger entry {done.entry}.")
                st.rerun()


def _finding(place: Workplace, viewer: Me, alert: Alert) -> None:
    reasons = permission_refusals(viewer.actor, Permission.ALERT_HANDLE)
    with st.popover("Raise finding", disabled=bool(reasons), help=numbered(reasons) if reasons else None):
        with st.form("raise_finding", border=False):
            title = st.text_input("Title", value=alert.title[:200], max_chars=200)
            severity = st.selectbox(
                "Severity", list(Severity)[::-1], index=list(Severity)[::-1].index(alert.severity), format_func=word
            )
            detail = st.text_area("What was found", value=alert.detail[:2000], max_chars=4000)
            sent = st.form_submit_button("Raise finding", type="primary")
        if sent:
            with attempt("No finding was raised."):
                number = raise_from_record(
                    place.store, place.ledger, source=Ref(RecordKind.ALERT, alert.number), title=title, detail=detail,
                    severity=severity or alert.severity, actor=viewer.actor, at=now(),
                )  # fmt: skip
                confirm_next(f"{number} is raised from {alert.number}.")
                st.rerun()


def acts(place: Workplace, viewer: Me, page: AlertPage) -> None:
    """The acts on this alert."""
    if page.row.alert.closed_at is not None:
        return
    section("Handle it")
    with st.container(horizontal=True):
        act_on(place, viewer, [page.row.alert], key="one")
