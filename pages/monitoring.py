"""Monitoring: every production model on one screen, the worst first, drawn anew by itself."""

from datetime import timedelta

import streamlit as st

from app.components import head_with_actions
from app.components.me import require
from app.composition import workplace
from app.navigation import page_file
from app.views.monitoring.overview import live_answer, live_table, narrowed_by
from core.access.rules import Permission
from core.inventory.deployments.queries import environments
from core.inventory.queries import business_lines

EVERY = timedelta(seconds=5)

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    lines, places = business_lines(session), environments(session)

with head_with_actions("Monitoring"):
    st.page_link(page_file("alerts"), label="Alerts")
    st.page_link(page_file("monitor_schedule"), label="Schedule")
st.fragment(live_answer, run_every=EVERY)(place)
narrowed = narrowed_by(viewer, lines, places)
st.fragment(live_table, run_every=EVERY)(place, narrowed)
