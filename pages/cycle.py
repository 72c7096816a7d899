"""Cycle: every model by step, with the checkpoints of each step and the way to what stands against it."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.views.cycle import LEGEND, models_table, narrowed_by, nothing_found, picture, said_in_short
from core.access.queries import names
from core.access.rules import Permission
from core.cycle.queries import cycle
from core.inventory.queries import business_lines

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    lines, known = business_lines(session), names(session)

head("Cycle")
wanted = narrowed_by(lines)
with place.store.reading() as session:
    found = cycle(session, wanted, at=at, limit=1, offset=0)
if not found.page.total:
    nothing_found(wanted)
    st.stop()

st.markdown(
    f"{said_in_short(found)} :gray[What is overdue comes first. A model of which no production data were checked "
    "has nothing of monitoring met.]"
)
picture(found)
st.markdown(f":small[{LEGEND}]")
with paged(found.page.total) as window, place.store.reading() as session:
    models_table(cycle(session, wanted, at=at, limit=window.limit, offset=window.offset).page.rows, known, at)
