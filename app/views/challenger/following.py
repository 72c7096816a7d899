"""A comparison that is not finished: how far it is, looked at every second."""

from datetime import timedelta

import streamlit as st

from app.components import plain, status
from app.composition import Workplace
from core.improvement.comparisons.queries import progress
from core.improvement.comparisons.rules import ComparisonStatus

LOOK_AGAIN = timedelta(seconds=1)
PENDING = (ComparisonStatus.QUEUED, ComparisonStatus.RUNNING)


@st.fragment(run_every=LOOK_AGAIN)
def follow(place: Workplace, number: str) -> None:
    """Progress until it ends; then the page is drawn anew."""
    with place.store.reading() as session:
        now = progress(session, number)
    if now.status not in PENDING:
        st.rerun()
        return
    said = plain(now.step) if now.step else "Waits for the worker"
    st.progress(min(now.done / now.total, 1.0), text=f"{status(now.status)} Comparison {number}: {said}")
