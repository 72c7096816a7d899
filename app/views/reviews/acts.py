"""The acts on a review, those of its state: change the plan, hold, write minutes, decide, sign off."""

from datetime import timedelta

import streamlit as st

from app.components import act_button, attempt, blocked, section
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from app.views.reviews.plan import change_form, end_of
from app.views.reviews.reading import Reading
from core.improvement.actions.rules import ActionKind
from core.improvement.reviews.holding import LONGEST_MINUTES, Decision, decide, sign_off, write_minutes
from core.improvement.reviews.rules import Act, ReviewStatus
from core.register.agenda import hold_review
from core.validation.rules import Severity


def review_acts(place: Workplace, viewer: Me, reading: Reading) -> None:
    """A card for each act that the state allows; what cannot be done says every reason."""
    row = reading.whole.review
    if row.status is ReviewStatus.PLANNED:
        with st.container(border=True):
            _hold(place, viewer, reading)
        if not reading.against[Act.CHANGE]:
            with st.expander("Change the plan"):
                change_form(place, viewer, row, reading.holders, reading.known)
    if row.status is ReviewStatus.HELD:
        with st.container(border=True):
            _write(place, viewer, reading)
        with st.container(border=True):
            _decide(place, viewer, reading)
        with st.container(border=True):
            _sign_off(place, viewer, reading)


def _hold(place: Workplace, viewer: Me, reading: Reading) -> None:
    section("Hold the review")
    reasons = reading.against[Act.HOLD]
    blocked("Holding it", reasons)
    present = st.multiselect(
        "Who is present beside you", [one for one in reading.people if one != viewer.number], key="present",
        format_func=lambda one: person_name(one, reading.known), disabled=bool(reasons),
    )  # fmt: skip
    st.caption("The agenda is frozen at this moment; minutes and decisions follow.")
    if act_button("Hold review now", reasons, key="hold"):
        with attempt("The review was not held."):
            hold_review(
                place.store, place.ledger, review=reading.number, attendees=present, actor=viewer.actor, at=now()
            )
            _said(f"{reading.number} is held; its agenda is frozen.")


def _write(place: Workplace, viewer: Me, reading: Reading) -> None:
    section("Minutes")
    reasons = reading.against[Act.WRITE]
    blocked("Writing", reasons)
    with st.form("minutes", border=False):
        text = st.text_area(
            "What was said, kept in the ledger", value=reading.whole.review.minutes, max_chars=LONGEST_MINUTES,
            height=180, disabled=bool(reasons),
        )  # fmt: skip
        sent = st.form_submit_button("Keep minutes", disabled=bool(reasons))
    if sent:
        with attempt("The minutes were not kept."):
            write_minutes(place.store, place.ledger, review=reading.number, text=text, actor=viewer.actor, at=now())
            _said("The minutes are on record.")


def _decide(place: Workplace, viewer: Me, reading: Reading) -> None:
    section("Record a decision")
    reasons = reading.against[Act.DECIDE]
    blocked("Deciding", reasons)
    with st.form("decision", border=False, clear_on_submit=True):
        text = st.text_area("What was decided", max_chars=4000, disabled=bool(reasons))
        owner = st.selectbox(
            "Who sees to it", reading.people, index=None, format_func=lambda one: person_name(one, reading.known)
        )
        left, right = st.columns(2)
        due = left.date_input(
            "By when", value=None, min_value=now().date() + timedelta(days=1), format="YYYY-MM-DD",
            help="With a day it becomes an action that is followed up until somebody else verifies it.",
        )  # fmt: skip
        severity = right.selectbox("Weight of the action", list(Severity), index=1, format_func=word)
        kind = st.selectbox("Kind of action", list(ActionKind), format_func=word)
        sent = st.form_submit_button("Record decision", disabled=bool(reasons))
    if sent:
        decision = Decision(
            text, owner or "", end_of(due) if due else None, kind or ActionKind.CORRECTIVE, severity or Severity.MEDIUM
        )
        with attempt("The decision was not recorded."):
            decide(place.store, place.ledger, review=reading.number, decision=decision, actor=viewer.actor, at=now())
            _said("The decision is on record.")


def _sign_off(place: Workplace, viewer: Me, reading: Reading) -> None:
    section("Sign off")
    reasons = reading.against[Act.CLOSE]
    blocked("The sign-off", reasons)
    with st.form("sign_off", border=False):
        note = st.text_input("What you looked at, kept in the ledger", max_chars=4000, disabled=bool(reasons))
        sent = st.form_submit_button("Sign off review", type="primary", disabled=bool(reasons))
    if sent:
        with attempt("The review was not signed off."):
            sign_off(place.store, place.ledger, review=reading.number, note=note, actor=viewer.actor, at=now())
            _said(f"{reading.number} is closed.")


def _said(recorded: str) -> None:
    confirm_next(recorded)
    st.rerun()
