"""Drills of access: what differs first, who may do what as it was seen, and whether live tables stand as recorded."""

import streamlit as st

from app.components import empty, head, paged, section
from app.components.me import require
from app.composition import now, workplace
from app.views.access_drills import (
    chosen,
    differences_of,
    drill_head,
    drills_table,
    matrix_of,
    monitor_card,
    parts_of,
    run_card,
)
from app.views.access_links import way_back
from app.views.confirmation import confirmation
from core.access.rules import Permission
from core.assurance.drill.queries import drill_page, drills

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()

with place.store.reading() as session:
    number = chosen(session)
    page = drill_page(session, number) if number else None
    total = drills(session, limit=1, offset=0).total

head("Drills of access", drill_head(page, at), back=way_back(viewer))
confirmation()
if page is not None:
    differences_of(page)
else:
    with empty(
        "Nobody has played yet who may do what.",
        "A drill shows it for every role, act and address. Have one run below, or wait for Sunday.",
    ):
        pass
left, right = st.columns(2, gap="large")
with left:
    run_card(place, viewer, at)
with right:
    monitor_card(place, at)
if page is not None:
    matrix_of(page)
    parts_of(page, viewer)
if total:
    section("Drills")
    with paged(total) as window, place.store.reading() as session:
        drills_table(drills(session, limit=window.limit, offset=window.offset).rows, at)
