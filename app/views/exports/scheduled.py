"""The schedules: what is made by itself, when next, for whom, and how the last run went."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, empty, plain, section, status, table
from app.components.formats import NOTHING, moment
from app.components.me import Me
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.exports.words import form_title, rhythm_words, subject_of, title_of
from core.reports.rules import ScheduleState, schedule_refusals
from core.reports.service import ScheduleRow, change_schedule, schedules
from core.reports.service.schedules import clock_of

ACTS: Mapping[ScheduleState, str] = {
    ScheduleState.PAUSED: "Pause",
    ScheduleState.ACTIVE: "Resume",
    ScheduleState.ENDED: "End",
}
SAID: Mapping[ScheduleState, str] = {
    ScheduleState.PAUSED: "is paused; what falls due meanwhile is not made up for.",
    ScheduleState.ACTIVE: "runs again from its next time on.",
    ScheduleState.ENDED: "has ended.",
}
STATES: Mapping[ScheduleState, str] = {
    ScheduleState.ACTIVE: "Active",
    ScheduleState.PAUSED: "Halted",
    ScheduleState.ENDED: "Ended",
}


def schedule_list(place: Workplace, viewer: Me, known: Mapping[str, str]) -> None:
    """Those that run or are paused, or the ended ones, and what can be done with one."""
    section("Reports that come by themselves")
    ended = st.toggle("Show the ended ones", key="ended", bind="query-params")
    at = now()
    with place.store.reading() as session:
        rows = schedules(session, at=at, ended=ended)
    if not rows:
        with empty(
            "No schedule has ended." if ended else "No report is scheduled.",
            "A schedule makes a report every week, month or quarter; its recipients see it in their work.",
        ):
            pass
        return
    _table(rows, known, at)
    if not ended:
        _acts(place, viewer, rows)


def _table(rows: Sequence[ScheduleRow], known: Mapping[str, str], at: datetime) -> None:
    table(
        [
            {
                "Number": row.schedule.number,
                "Report": f"{title_of(row.schedule.template)} :gray[{subject_of(row.schedule, row.model_name)}]",
                "Form": form_title(row.schedule.format),
                "When": rhythm_words(clock_of(row.schedule)),
                "Next": moment(row.next_at),
                "State": _state(row),
                "Recipients": ", ".join(plain(known.get(one, one)) for one in row.recipients) or NOTHING,
                "Made by": plain(known.get(row.schedule.created_by, row.schedule.created_by)),
                "Last": link(row.last.number, "/exports", export=row.last.number) if row.last else NOTHING,
            }
            for row in rows
        ],
        alt="Scheduled reports: what, in which form, when, next time, state, recipients and the last export",
        right=["Next"],
        unbroken=["Number"],
    )


def _state(row: ScheduleRow) -> str:
    shown = status(STATES[row.schedule.state])
    return f"{shown} {status('Condition')} {plain(row.schedule.problem)}" if row.schedule.problem else shown


def _acts(place: Workplace, viewer: Me, rows: Sequence[ScheduleRow]) -> None:
    by_number = {row.schedule.number: row.schedule for row in rows}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = by_number[str(st.selectbox("Schedule", list(by_number), key="schedule", width=150))]
        offered = [ScheduleState.PAUSED, ScheduleState.ENDED]
        if chosen.state is ScheduleState.PAUSED:
            offered = [ScheduleState.ACTIVE, ScheduleState.ENDED]
        for state in offered:
            reasons = schedule_refusals(viewer.actor, chosen.state, state, chosen.created_by)
            if act_button(f"{ACTS[state]} schedule", reasons, key=f"schedule_{state}", kind="secondary"):
                with attempt("The schedule was not changed."):
                    change_schedule(
                        place.store, place.ledger, schedule=chosen.number, state=state, actor=viewer.actor, at=now()
                    )
                    confirm_next(f"Schedule {chosen.number} {SAID[state]}")
                    st.rerun()
