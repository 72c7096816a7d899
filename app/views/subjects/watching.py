"""A search or an erasure under way: how far it is, looked at every second."""

from datetime import timedelta

import streamlit as st

from app.components import plain
from app.composition import Workplace
from core.privacy.subjects.queries import work_under_way

LOOK_AGAIN = timedelta(seconds=1)


@st.fragment(run_every=LOOK_AGAIN)
def watch(place: Workplace, number: str) -> None:
    """Progress until it ends; then the page is drawn anew."""
    with place.store.reading() as session:
        work = work_under_way(session, number)
    if work is None:
        st.rerun()
        return
    share = min(work.done / work.total, 1.0) if work.total else 0.0
    total = f" {work.done:,} of {work.total:,}" if work.total else ""
    doing = "Erasing" if work.erasing else "Searching"
    st.progress(share, text=f"{doing}: {plain(work.step) if work.step else 'waits for a worker'}{total}")
