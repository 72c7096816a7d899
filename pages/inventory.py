"""Inventory: every model, narrowed by filters that live in the address."""

import streamlit as st

from app.components import act_button, head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.inventory import count_line, models_table, narrowed_by, nothing_found
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.queries import InventoryFilter, business_lines, inventory, model_count
from core.inventory.service import register_refusals, register_version_refusals
from core.validation.queries import open_finding_counts

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    lines, known, everything = business_lines(session), names(session), model_count(session)
    overdue = inventory(session, InventoryFilter(overdue_at=at), limit=1, offset=0).total

with head_with_actions("Inventory"):
    reasons = dict.fromkeys((*register_refusals(viewer.actor), *register_version_refusals(viewer.actor)))
    if act_button("Register a model", tuple(reasons), key="register"):
        st.switch_page(page_file("register"))
    if act_button("Import", tuple(reasons), key="import", kind="secondary"):
        st.switch_page(page_file("imports"))

wanted = narrowed_by(lines, at)
with place.store.reading() as session:
    found = inventory(session, wanted, limit=1, offset=0).total
if found:
    st.markdown(count_line(found, everything, overdue))
    with paged(found) as window, place.store.reading() as session:
        rows = inventory(session, wanted, limit=window.limit, offset=window.offset).rows
        models_table(rows, known, open_finding_counts(session, [row.number for row in rows]), at)
else:
    nothing_found(wanted, everything)
