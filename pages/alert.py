"""Alert: what happened, how it stands, who was told, what it is linked with, and what to do next."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.alerts.alert import acts, alert_head, group_of, history, linked_with, next_steps, told, what_happened
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission
from core.monitoring.alerts.queries import alert_page

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    page, known = alert_page(session, st.query_params.get("alert", "")), names(session)

confirmation()
alert_head(page, known, at)
left, right = st.columns([5, 3], gap="large")
with left:
    what_happened(page, known, at)
    group_of(page, at)
    linked_with(page, known)
    told(page, known)
    history(page, known)
with right:
    acts(place, viewer, page)
    next_steps(place, viewer, page)
