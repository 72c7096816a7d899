"""Audits: internal and external ones over the year, with their fieldwork and findings."""

import streamlit as st

from app.components import act_button, head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.audits.listing import audits_table, narrowed_by, nothing_found, said_in_short
from app.views.audits.picture import show_calendar
from core.access.queries import names
from core.access.rules import Permission, permission_refusals
from core.audits.queries import AuditFilter, audits, years

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    known, of_years = names(session), years(session)
    everything = audits(session, AuditFilter(), limit=1, offset=0).total
    running = audits(session, AuditFilter(open_only=True), limit=200, offset=0)

with head_with_actions("Audits"):
    if act_button("Plan an audit", permission_refusals(viewer.actor, Permission.AUDIT_RUN), key="plan_audit"):
        st.switch_page(page_file("audit_plan"))
if everything:
    st.markdown(said_in_short(running.total, sum(row.pending for row in running.rows)))
wanted = narrowed_by(viewer, of_years)
with place.store.reading() as session:
    total = audits(session, wanted, limit=1, offset=0).total
if not total:
    nothing_found(everything)
    st.stop()
with paged(total) as window, place.store.reading() as session:
    found = audits(session, wanted, limit=window.limit, offset=window.offset).rows
    show_calendar(found, year=wanted.year, at=at)
    audits_table(found, known, at)
