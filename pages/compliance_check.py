"""Compliance check: its deviations with one click to each cause, its results, and how it is run."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.compliance.check import about, deviations_list, draw_head, history, settings_form, settings_table
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission
from core.compliance.catalogue import check_by_key
from core.compliance.queries import screen, settings_of

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
key = check_by_key(st.query_params.get("check", "")).key
with place.store.reading() as session:
    row = next(one for one in screen(session, at=at) if one.standing.text.key == key)
    settings, known = settings_of(session, key), names(session)

confirmation()
draw_head(place, viewer, row, at)
left, right = st.columns([5, 2], gap="large")
with left:
    deviations_list(place, key, known, at)
    history(place, key)
with right:
    about(row.standing)
    settings_form(place, viewer, row.standing)
    settings_table(settings, known, at)
