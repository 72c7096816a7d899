"""Incidents: what is open by urgency, with the clocks that run, and what is over."""

import streamlit as st

from app.components import act_button, head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.incidents.listing import incidents_table, narrowed_by, nothing_found, said_in_short
from core.access.queries import names
from core.access.rules import Permission
from core.improvement.incidents.queries import IncidentFilter, incident_count, incidents
from core.improvement.incidents.rules import declare_refusals

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    known, everything = names(session), incident_count(session)
    running = incidents(session, IncidentFilter(open_only=True), at=at, limit=200, offset=0)

with head_with_actions("Incidents"):
    if act_button("Declare an incident", declare_refusals(viewer.actor), key="declare"):
        st.switch_page(page_file("incident_new"))
    if act_button("Corrective actions", key="actions", kind="secondary"):
        st.switch_page(page_file("actions"))
if everything:
    st.markdown(said_in_short(running.rows, running.total))
wanted = narrowed_by(viewer)
with place.store.reading() as session:
    total = incidents(session, wanted, at=at, limit=1, offset=0).total
if not total:
    nothing_found(everything)
    st.stop()
with paged(total) as window, place.store.reading() as session:
    found = incidents(session, wanted, at=at, limit=window.limit, offset=window.offset).rows
    incidents_table(found, known, at)
