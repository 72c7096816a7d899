"""One finding, from what was found to its verified closure by somebody who neither owns nor remediated it."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.finding.acts import finding_acts
from app.views.finding.reading import read_finding
from app.views.finding.record import finding_head, finding_record, history, linked_with, remediation
from core.access.rules import Permission

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    reading = read_finding(session, st.query_params.get("finding", ""), viewer.actor, at)

finding_head(reading, at)
left, right = st.columns([5, 3], gap="large")
with left:
    finding_record(reading)
    remediation(reading)
    linked_with(reading)
    history(reading)
with right:
    finding_acts(place, viewer, reading)
