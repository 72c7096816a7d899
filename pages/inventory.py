"""Inventory: every model, narrowed by filters that live in the address, kept as views, taken away, changed together."""

import streamlit as st

from app.components import act_button, head_with_actions, link, paged
from app.components.me import require
from app.composition import now, workplace
from app.lists.inventory import asked, read
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.inventory import (
    active_further,
    count_line,
    first_filters,
    further_filters,
    models_table,
    nothing_found,
    order_and_columns,
)
from app.views.inventory_acts import also_found, edit_several, take_away
from app.views.inventory_reading import choices, found_with
from app.views.inventory_views import open_with_default, views_button
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.queries import inventory
from core.inventory.service import register_refusals, register_version_refusals
from core.validation.queries import open_finding_counts

PARTS = "datasets, prompts, workflows, decision points, vendors"

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    offered = choices(session)
    known = {**names(session), **offered.groups}
open_with_default(place, viewer, known)

with head_with_actions("Inventory", f"Models. :gray[What they rest on and feed:] {link(PARTS, '/parts')}"):
    reasons = dict.fromkeys((*register_refusals(viewer.actor), *register_version_refusals(viewer.actor)))
    if act_button("Register a model", tuple(reasons), key="register"):
        st.switch_page(page_file("register"))
    if act_button("Import", tuple(reasons), key="import", kind="secondary"):
        st.switch_page(page_file("imports"))
confirmation()

params = first_filters(offered)
line = st.container(horizontal=True, vertical_alignment="center")
with line:
    counted = st.container(width="stretch")
    params |= further_filters(offered, known, active_further(dict(st.query_params)))
    order, columns = order_and_columns()
    params |= order
    views_button(place, viewer, params, columns, known)

wanted = read(params, at)
with place.store.reading() as session:
    found = found_with(session, wanted, at)
counted.markdown(count_line(found.total, found.everything, found.overdue, wanted))
also_found(place, wanted.narrowed.text)
if found.total:
    with paged(found.total) as window, place.store.reading() as session:
        rows = inventory(
            session, wanted.narrowed, limit=window.limit, offset=window.offset, sort=wanted.sort,
            descending=wanted.descending,
        ).rows  # fmt: skip
        open_findings = open_finding_counts(session, [row.number for row in rows])
        models_table(rows, known, open_findings, at, columns=columns)
    with st.container(horizontal=True):
        take_away(viewer, asked(params), found.total)
        edit_several(viewer, params, found.total)
else:
    nothing_found(wanted.narrowed.text, found.everything)
