"""The checks of a model in one environment: the answer, the monitors, and the series of one."""

import streamlit as st

from app.components import empty, section
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.monitoring.series import (
    USUAL,
    WINDOWS,
    alerts_table,
    chart,
    choice,
    chunks_table,
    monitors_table,
    read,
    said_in_short,
    series_of,
)
from app.views.rollback import rollback_view


def checks_view(place: Workplace, number: str, environment: str) -> None:
    """The answer, the monitors, and the series of one; drawn anew by itself."""
    moment_now = now()
    window = st.session_state.get("window") or USUAL
    found = read(place, number, environment, window, moment_now)
    if not found.newest:
        with empty(
            "Nothing was checked yet.",
            "Declare what is monitored and hand production data in: a chunk is checked as soon as it is full.",
        ):
            st.page_link(page_file("monitoring"), label="All models")
        return
    st.markdown(said_in_short(found))
    monitors_table(found, number, environment, window, moment_now)
    section("Series")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choice(found)
        st.segmented_control("Time", list(WINDOWS), key="window", bind="query-params", default=USUAL)
    rows = series_of(found, chosen or "")
    chart(rows, found, key="series")
    chunks_table(rows)
    alerts_table(found, moment_now)
    rollback_view(place, number, moment_now, environment=environment)
