"""Regulators' clocks of an incident: which apply and why, what time is left, and the notifications."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import attempt, blocked, fact, facts_line, paragraphs, plain, section, status, table
from app.components.formats import counted, day, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.incidents.acting import moment_input, recorded
from app.views.incidents.clock_words import clock_badge, hours_said
from app.views.incidents.reading import Reading
from core.improvement.incidents.clock_rules import Rule
from core.improvement.incidents.clocks import decide_clocks, record_notification
from core.improvement.incidents.rules.clocks import ClockState
from core.improvement.incidents.rules.life import Act
from core.improvement.incidents.ticking import Clock

NO_ADVICE = "No legal advice: a person decides whether a duty applies. Times count from awareness."


def clocks(place: Workplace, viewer: Me, reading: Reading, rules: Mapping[str, Rule], at: datetime) -> None:
    """The table of duties, the decision on those that wait for one, and a notification of one that runs."""
    rows = reading.whole.clocks
    st.markdown(f"{_in_short(rows)}\u2002 :gray[{NO_ADVICE}]")
    table(
        [_row(reading, one, at) for one in rows],
        alt=f"Duties to notify in {reading.number}: to whom, by when, state, why it applies or not, notification",
        right=["Time", "Due"],
    )
    left, right = st.columns(2, gap="large")
    with left:
        _decide(place, viewer, reading, rules)
    with right:
        _notify(place, viewer, reading, at)
    _texts(rules, at)
    st.page_link(page_file("duties"), label="All duties to notify, and our own …", icon=":material/schedule:")


def _in_short(rows: tuple[Clock, ...]) -> str:
    over = sum(one.state is ClockState.OVERDUE for one in rows)
    ticking = sum(one.ticks for one in rows)
    undecided = sum(one.state is ClockState.UNDECIDED for one in rows)
    said = [f"**{counted(ticking, 'clock')} {'runs' if ticking == 1 else 'run'}**"]
    said += [f"{over} past the time"] if over else []
    said += [f"{undecided} undecided"] if undecided else []
    return ", ".join(said) + "."


def _row(reading: Reading, one: Clock, at: datetime) -> Mapping[str, str]:
    told, decision = one.notification, one.decision
    notification = (
        f"{plain(told.receiver)}, {moment(told.notified_at)}  \n:small[:gray[{plain(told.reference)}]]" if told else "–"
    )
    why = f"{paragraphs(decision.reason)}{reading.by(decision.decided_by, decision.decided_at)}" if decision else "–"
    return {
        "Duty": f"{plain(one.title)}  \n:small[:gray[{plain(one.clause)}]]",
        "To whom": plain(one.authority),
        "Time": hours_said(one.hours),
        "Due": moment(one.due_at) if one.state is not ClockState.NOT_APPLICABLE else "–",
        "State": clock_badge(one, at),
        "Why": why,
        "Notified": notification,
    }


def _decide(place: Workplace, viewer: Me, reading: Reading, rules: Mapping[str, Rule]) -> None:
    reasons = reading.against[Act.CLOCK]
    with st.container(border=True):
        section("Decide whether a duty applies")
        blocked("A decision", reasons)
        if reasons:
            return
        titles = {key: rule.title for key, rule in rules.items()}
        waiting = [one.rule for one in reading.whole.clocks if one.state is ClockState.UNDECIDED]
        with st.form(f"decide_{len(waiting)}", border=False):
            chosen = st.multiselect("Duties", list(titles), default=waiting, format_func=lambda one: titles[one])
            applies = st.radio("They", ["apply", "do not apply"], horizontal=True)
            reason = st.text_area("Reason", max_chars=4000, height=80)
            sent = st.form_submit_button("Record the decision", type="primary" if waiting else "secondary")
        if sent:
            with attempt("Nothing was decided."):
                done = decide_clocks(
                    place.store, place.ledger, incident=reading.number, rules=chosen, applies=applies == "apply",
                    reason=reason, actor=viewer.actor, at=now(),
                )  # fmt: skip
                recorded(done, "The decision is on record")


def _notify(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    reasons = reading.against[Act.NOTIFY]
    running = {one.rule: one for one in reading.whole.clocks if one.ticks}
    others = {one.rule: one for one in reading.whole.clocks if one.notification is not None}
    choices = {**running, **others}
    with st.container(border=True):
        section("Record a notification")
        blocked("A notification", reasons)
        if not choices:
            st.markdown(":gray[No duty applies, so there is nobody to notify.]")
        if reasons or not choices:
            return
        with st.form("notify", border=False):
            rule = st.selectbox("Duty", list(choices), format_func=lambda one: choices[one].title)
            receiver = st.text_input("Whom", max_chars=300, placeholder="Name of the authority and its unit")
            reference = st.text_input("Their reference", max_chars=300)
            when = moment_input("When", at, latest=at, key=f"notified_when_{reading.number}")
            what = st.text_area("What was said, and what follows", max_chars=4000, height=70)
            sent = st.form_submit_button("Record the notification")
        if sent:
            with attempt("No notification was recorded."):
                done = record_notification(
                    place.store, place.ledger, incident=reading.number, rule=rule or "", receiver=receiver,
                    reference=reference, what=what, notified_at=when.moment(), actor=viewer.actor, at=now(),
                )  # fmt: skip
                recorded(done, "The notification is on record")


def _texts(rules: Mapping[str, Rule], at: datetime) -> None:
    with st.expander("What the duties say, with source and date"):
        for rule in rules.values():
            old = f" {status('Recheck')}" if rule.needs_recheck(at.date()) else ""
            st.markdown(f"**{plain(rule.title)}**, {plain(rule.clause)}{old}")
            st.markdown(
                facts_line(
                    fact("Within", hours_said(rule.hours)), fact("From", plain(rule.starts)),
                    fact("To", plain(rule.authority)),
                )
            )  # fmt: skip
            st.markdown(f"{plain(rule.applies_when)} {plain(rule.note) if rule.note else ''}")
            read = day(datetime.combine(rule.reviewed_on, datetime.min.time(), at.tzinfo))
            st.markdown(f":small[:gray[Source {plain(rule.source)}, {plain(rule.source_status)}, read {read}]]")
