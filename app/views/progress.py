"""A run that has not finished: how far it is, looked at every second, and the button that stops it."""

from datetime import timedelta

import streamlit as st

from app.components import attempt, plain, status
from app.components.me import me
from app.composition import Workplace, now
from core.access.rules import Permission, permission_refusals
from core.validation.queries import run_progress
from core.validation.rules import PENDING
from core.validation.runs import cancel

LOOK_AGAIN = timedelta(seconds=1)


@st.fragment(run_every=LOOK_AGAIN)
def watch(place: Workplace, number: str) -> None:
    """Progress of this run until it ends; then the page is drawn anew."""
    with place.store.reading() as session:
        run = run_progress(session, number)
    if run is None or run.status not in PENDING:
        st.rerun()
        return
    done = run.steps_done / run.steps_total if run.steps_total else 0.0
    said = plain(run.step) if run.step else "Waits for the worker"
    st.progress(min(done, 1.0), text=f"{status(run.status)} Validation {number}: {said}")
    viewer = me()
    if not permission_refusals(viewer.actor, Permission.VALIDATION_START) and st.button("Cancel the validation"):
        with attempt("The validation was not cancelled."):
            cancel(place.store, place.ledger, run=number, actor=viewer.actor, at=now())
            st.rerun()
