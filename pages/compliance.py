"""Compliance: all routine checks on one screen, what deviates first, with the last runs."""

import streamlit as st

from app.components import head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.compliance.screen import checks_table, run_button, runs_table, said_in_short
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission, Role
from core.compliance.queries import runs, screen

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    rows, known = screen(session, at=at), names(session)
    newest = runs(session, limit=1, offset=0)

confirmation()
with head_with_actions("Compliance"):
    run_button(place, viewer, label="Run all checks now")
st.markdown(said_in_short(rows, newest.rows[0] if newest.rows else None))
checks_table(rows, at)
if viewer.actor.roles & {Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR}:
    st.page_link(page_file("access_drills"), label="Drills of access", icon=":material/arrow_forward:")
with paged(newest.total, size=10) as window, place.store.reading() as session:
    runs_table(runs(session, limit=window.limit, offset=window.offset).rows, known)
