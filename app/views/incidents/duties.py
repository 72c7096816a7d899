"""Duties to notify: those that ship and the organisation's own, with source and date, and the form for another."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import streamlit as st

from app.components import attempt, blocked, plain, section, status, table
from app.components.formats import day
from app.components.me import Me
from app.composition import Workplace, now
from app.views.incidents.acting import recorded
from app.views.incidents.clock_words import hours_said
from core.access.rules import Permission, permission_refusals
from core.improvement.incidents.clock_rules import LONGEST_HOURS, Rule, set_clock_rule


def duties_table(rules: Sequence[Rule], at: datetime) -> None:
    """One row a duty: within what time, to whom, when it applies, on which source."""
    table(
        [_row(rule, at) for rule in rules],
        alt="Duties to notify: clause, time, receiver, when it applies, source and the day it was last read",
        right=["Time", "Read"],
    )


def _row(rule: Rule, at: datetime) -> Mapping[str, str]:
    read = day(datetime.combine(rule.reviewed_on, time(), UTC))
    old = f"  \n{status('Recheck')}" if rule.needs_recheck(at.date()) else ""
    return {
        "Duty": f"{plain(rule.title)}  \n:small[:gray[{plain(rule.clause)}]]",
        "Time": hours_said(rule.hours),
        "From": plain(rule.starts),
        "To whom": plain(rule.authority),
        "When it applies": plain(rule.applies_when),
        "Source": f"{plain(rule.source)}  \n:small[:gray[{plain(rule.source_status)}]]",
        "Read": f"{read}{old}",
    }


def own_duties(place: Workplace, viewer: Me, rules: Sequence[Rule]) -> None:
    """A form to add or replace a duty of the organisation's own, and one to end it."""
    reasons = permission_refusals(viewer.actor, Permission.PACK_PUBLISH)
    own = {rule.key: rule for rule in rules if rule.own}
    with st.container(border=True):
        section("Add or replace a duty of our own")
        blocked("A duty", reasons)
        if not reasons:
            _form(place, viewer)
    if own and not reasons:
        _end(place, viewer, own)


def _form(place: Workplace, viewer: Me) -> None:
    with st.form("duty", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            key = st.text_input("Key", max_chars=60, placeholder="group-risk", help="The same key replaces the duty.")
            title = st.text_input("Title", max_chars=300)
            clause = st.text_input("Clause", max_chars=300)
            hours = st.number_input("Within hours", min_value=1, max_value=LONGEST_HOURS, value=72)
            authority = st.text_input("To whom", max_chars=300)
        with right:
            starts = st.text_input("From which moment", value="The organisation becomes aware", max_chars=300)
            applies = st.text_area("When it applies", max_chars=2000, height=70)
            source = st.text_input("Source", max_chars=1000)
            read = st.date_input("Last read", value=now().date(), format="YYYY-MM-DD")
            reason = st.text_area("Reason", max_chars=4000, height=70)
        sent = st.form_submit_button("Put the duty in force")
    if sent:
        rule = Rule(key.strip(), title, authority, clause, int(hours), starts, applies, source, read, own=True)
        _set(place, viewer, rule, reason, f"The duty {plain(rule.key)} is in force", active=True)


def _end(place: Workplace, viewer: Me, own: Mapping[str, Rule]) -> None:
    with st.expander("End a duty of our own"), st.form("end_duty", border=False):
        key = st.selectbox("Duty", list(own), format_func=lambda one: own[one].title)
        reason = st.text_area("Reason", max_chars=4000, height=70)
        sent = st.form_submit_button("End the duty")
    if sent and key:
        _set(place, viewer, own[key], reason, f"The duty {plain(key)} has ended", active=False)


def _set(place: Workplace, viewer: Me, rule: Rule, reason: str, said: str, *, active: bool) -> None:
    with attempt("The duties stay as they were."):
        done = set_clock_rule(
            place.store, place.ledger, rule=rule, active=active, reason=reason, actor=viewer.actor, at=now()
        )
        recorded(done, said)
