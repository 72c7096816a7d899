"""Schedule a report: which, about what, how often, at what time of which zone, and for whom."""

import re
from collections.abc import Mapping
from zoneinfo import available_timezones

import streamlit as st

from app.components import act_button, attempt, section
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.exports.choosing import choose_form, choose_subject, choose_template
from app.views.exports.words import rhythm_words
from core.reports.rules import LAST_DAY, MOST_RECIPIENTS, WEEKDAYS, Clock, Rhythm
from core.reports.service import NewSchedule, export_refusals, schedule_export

PREFIX = "schedule_"
TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def schedule_form(place: Workplace, viewer: Me, known: Mapping[str, str]) -> None:
    """The fields and the one act."""
    with st.container(border=True):
        section("Schedule a report")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            template = choose_template(f"{PREFIX}template", bound=False)
            subject = choose_subject(place, template, PREFIX)
            form = choose_form(template, f"{PREFIX}form", bound=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            clock = _clock()
        people = sorted(known, key=lambda number: known[number].lower())
        recipients = st.multiselect(
            "Recipients, who see it in My work",
            people,
            key=f"{PREFIX}recipients",
            format_func=lambda number: f"{known[number]} ({number})",
            max_selections=MOST_RECIPIENTS,
        )
        if clock is None:
            st.markdown("The time reads as hours and minutes: 07:30.")
        if subject is not None and clock is not None:
            _act(place, viewer, NewSchedule(template, subject, form, clock, tuple(recipients)))


def _clock() -> Clock | None:
    rhythm = Rhythm(
        str(st.selectbox("How often", list(Rhythm), key=f"{PREFIX}rhythm", format_func=str.capitalize, width=140))
    )
    if rhythm is Rhythm.WEEKLY:
        named = str(st.selectbox("Day", WEEKDAYS, key=f"{PREFIX}weekday", width=150))
        day = WEEKDAYS.index(named) + 1
    else:
        label = "Day of the month" if rhythm is Rhythm.MONTHLY else "Day of the quarter’s first month"
        day = int(st.number_input(label, 1, LAST_DAY, 1, key=f"{PREFIX}day", width=220))
    written = st.text_input("Time", "07:00", key=f"{PREFIX}time", width=90, max_chars=5)
    zones = sorted(available_timezones()) or ["UTC"]
    zone = str(st.selectbox("Zone", zones, index=zones.index("UTC"), key=f"{PREFIX}zone", width=240))
    found = TIME.fullmatch(written or "")
    return Clock(rhythm, day, int(found[1]) * 60 + int(found[2]), zone) if found else None


def _act(place: Workplace, viewer: Me, new: NewSchedule) -> None:
    st.markdown(f":gray[{rhythm_words(new.clock)}. It runs as you, with the roles you have then.]")
    if act_button("Schedule report", export_refusals(viewer.actor), key="schedule_it"):
        with attempt("Nothing was scheduled."):
            made = schedule_export(place.store, place.ledger, new=new, actor=viewer.actor, at=now())
            confirm_next(f"Schedule {made.schedule} is made: {rhythm_words(new.clock)}.")
            st.rerun()
