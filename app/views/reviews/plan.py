"""The form that plans a team review, and the one that changes or cancels a plan."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.components import attempt, plain
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from core.improvement.reviews.planning import LONGEST_CADENCE, NewReview, cancel_review, change_plan, plan_review
from core.improvement.reviews.tables import Review

EVERY_MODEL = "Every model"
QUARTER = 90


def plan_form(
    place: Workplace, viewer: Me, lines: Sequence[str], holders: Sequence[str], known: Mapping[str, str], at: datetime
) -> None:
    """A team review of a business line, of some models, or of every model."""
    with st.form("plan_review", border=False):
        title = st.text_input("Title", max_chars=300, placeholder="Lending models, every quarter")
        left, right = st.columns(2)
        line = left.selectbox("Business line", [EVERY_MODEL, *lines])
        models = right.text_input("Or these models, by number", placeholder="M0001 M0002", max_chars=4000)
        due = left.date_input("Held by", value=at.date() + timedelta(days=14), format="YYYY-MM-DD")
        every = right.number_input(
            "Again every so many days (0: once)", min_value=0, max_value=LONGEST_CADENCE, value=QUARTER, step=1
        )
        holder = _person("Who holds it", holders, known, viewer.number)
        sent = st.form_submit_button("Plan review", type="primary")
    if sent:
        named = tuple(dict.fromkeys(models.upper().replace(",", " ").split()))
        chosen = "" if line == EVERY_MODEL else line or ""
        new = NewReview(title, end_of(due), holder or "", chosen, named, int(every))
        with attempt("The review was not planned."):
            number = plan_review(place.store, place.ledger, new=new, actor=viewer.actor, at=now()).number
            confirm_next(f"{plain(number)} is planned.")
            st.switch_page(page_file("review"), query_params={"review": number})


def change_form(place: Workplace, viewer: Me, row: Review, holders: Sequence[str], known: Mapping[str, str]) -> None:
    """Another day, person or cadence; or no review at all."""
    with st.form("change_review", border=False):
        due = st.date_input("Held by", value=row.due_at.date(), format="YYYY-MM-DD")
        every = st.number_input(
            "Again every so many days (0: once)", min_value=0, max_value=LONGEST_CADENCE, value=row.every_days, step=1
        )
        holder = _person("Who holds it", holders, known, row.holder)
        reason = st.text_input("Why, kept in the ledger", max_chars=1000)
        with st.container(horizontal=True):
            sent = st.form_submit_button("Change plan")
            gone = st.form_submit_button("Cancel review")
    if sent:
        with attempt("The plan stays as it is."):
            change_plan(
                place.store, place.ledger, review=row.number, due_at=end_of(due), holder=holder or "",
                every_days=int(every), reason=reason, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"The plan of {row.number} is changed.")
            st.rerun()
    if gone:
        with attempt("The review was not cancelled."):
            cancel_review(place.store, place.ledger, review=row.number, reason=reason, actor=viewer.actor, at=now())
            confirm_next(f"{row.number} is cancelled.")
            st.rerun()


def end_of(chosen: date) -> datetime:
    """The end of this day, in UTC."""
    return datetime.combine(chosen, time(23, 59, 59), UTC)


def _person(label: str, people: Sequence[str], known: Mapping[str, str], chosen: str) -> str | None:
    index = people.index(chosen) if chosen in people else None
    return st.selectbox(label, people, index=index, format_func=lambda one: person_name(one, known))
