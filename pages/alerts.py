"""Alerts: what needs somebody now, in groups, the most urgent first; acted on in place."""

import streamlit as st

from app.components import Back, head_with_actions
from app.components.me import require
from app.composition import workplace
from app.navigation import page_file
from app.views.alerts.acts import choose_and_act
from app.views.alerts.listing import live_list, narrowed_by
from app.views.confirmation import confirmation
from core.access.rules import Permission
from core.monitoring.alerts.channels import channel_refusals

viewer, place = require(Permission.RECORD_READ), workplace()

confirmation()
with head_with_actions("Alerts", back=Back("monitoring", "Monitoring")):
    if not channel_refusals(viewer.actor):
        st.page_link(page_file("channels"), label="Channels")
narrowed = narrowed_by(viewer)
choose_and_act(place, viewer, narrowed)
live_list(place, viewer, narrowed)
