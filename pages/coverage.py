"""Coverage: over all models and packs, what is shown, answered, missing, and what ends first."""

import streamlit as st

from app.components import head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.coverage.export import summary_address
from app.views.coverage.picture import coverage_bars
from app.views.coverage.summary import models_table, narrowed_by, nothing_found, said_in_short
from app.views.exports.preset import report_link
from core.access.queries import names
from core.access.rules import Permission
from core.coverage.queries import coverage_list
from core.inventory.queries import business_lines
from core.policy.packs.service import known_packs

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    packs, lines, known = known_packs(session), business_lines(session), names(session)

with head_with_actions("Coverage"):
    if st.button("Regulation packs", key="packs"):
        st.switch_page(page_file("packs"))
wanted = narrowed_by(packs, lines)
with place.store.reading() as session:
    found = coverage_list(session, wanted, at=at, limit=1, offset=0)
if not found.page.total:
    nothing_found(wanted)
    st.stop()

st.markdown(f"{said_in_short(found)} :gray[What the packs say is no legal advice.]")
coverage_bars(found.totals, found.models, key="coverage_bars")
st.caption("Models in brackets. Items that do not apply are left out. Retired models are left out.")
with paged(found.page.total) as window, place.store.reading() as session:
    shown = coverage_list(session, wanted, at=at, limit=window.limit, offset=window.offset)
    models_table(shown, known, at)
st.markdown(f"[Export the list as CSV]({summary_address(wanted)})")
report_link(viewer, "coverage", "Export regulation coverage")
