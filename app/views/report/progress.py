"""A run that has not finished: how far it is, looked at every second, and the button that stops it."""

from datetime import timedelta

import streamlit as st

from app.components import attempt, plain, status
from app.components.me import me
from app.composition import Workplace, now
from app.views.report.reading import Report
from core.access.rules import Permission, permission_refusals
from core.validation.queries import run_progress
from core.validation.rules import PENDING
from core.validation.runs import cancel

LOOK_AGAIN = timedelta(seconds=1)


def watch(place: Workplace, report: Report) -> None:
    """Progress until it ends; then the page is drawn anew."""
    if report.page.run.status in PENDING:
        _watch(place, report.number)


@st.fragment(run_every=LOOK_AGAIN)
def _watch(place: Workplace, number: str) -> None:
    with place.store.reading() as session:
        run = run_progress(session, number)
    if run is None or run.status not in PENDING:
        st.rerun()
        return
    done = run.steps_done / run.steps_total if run.steps_total else 0.0
    said = plain(run.step) if run.step else "Waits for the worker"
    st.progress(min(done, 1.0), text=f"{status(run.status)} {said}, step {run.steps_done + 1} of {run.steps_total}")
    viewer = me()
    if not permission_refusals(viewer.actor, Permission.VALIDATION_START) and st.button("Cancel the validation"):
        with attempt("The validation was not cancelled."):
            cancel(place.store, place.ledger, run=number, actor=viewer.actor, at=now())
            st.rerun()
