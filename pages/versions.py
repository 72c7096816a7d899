"""Versions: a model's versions with their kinds of change and lines, any two compared, and retirement."""

import streamlit as st

from app.components import Back, act_button, head_with_actions
from app.components.me import require
from app.composition import workplace
from app.navigation import page_file
from app.views import versions
from app.views.confirmation import confirmation
from app.views.exports.preset import report_link
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.queries import model_page
from core.inventory.service import register_version_refusals
from core.inventory.versions.queries import compared

viewer, place = require(Permission.RECORD_READ), workplace()
number = st.query_params.get("model", "")
with place.store.reading() as session:
    page, known = model_page(session, number), names(session)

with head_with_actions(
    "Versions",
    "Numbers follow one another without gaps and are never used twice; the kind of change decides which part moves.",
    back=Back("model", page.model.name, (("model", number),)),
    trail=f"{page.model.business_line} / {number}",
):
    if act_button("Register version", register_version_refusals(viewer.actor), key="next"):
        st.switch_page(page_file("register"), query_params={"model": number})
confirmation()
versions.versions_table(place, page, known)
if page.version:
    report_link(viewer, "dossier", "Export dossier", model=number, version=page.version.version)
left, right = st.columns([5, 3], gap="large")
with left:
    two = versions.choose_two(page)
    if two:
        with place.store.reading() as session:
            pairs = compared(session, number, *two)
        versions.comparison(pairs, *two)
with right:
    versions.acts(place, viewer, page)
