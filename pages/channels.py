"""Channels: whom alerts are told to outside the product, which of them, when it is quiet, and what became of them."""

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import workplace
from app.views.alerts.channel_forms import add_form, quiet_form, route_form
from app.views.alerts.channels import channel_table, delivery_log, try_out
from app.views.confirmation import confirmation
from core.access.rules import Permission

viewer, place = require(Permission.HOOK_MANAGE), workplace()

confirmation()
head("Channels of alerts", back=Back("administration", "Administration"))
left, right = st.columns([5, 3], gap="large")
with left:
    rows = channel_table(place)
    delivery_log(place, viewer)
with right:
    try_out(place, viewer, rows)
    add_form(place, viewer, first=not rows)
    route_form(place, viewer, rows)
    quiet_form(place, viewer, rows)
