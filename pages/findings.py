"""Findings: one register of what validation, monitoring, audits, routine checks and incidents left to be put right."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.lists.register import read
from app.navigation import page_file
from app.views.findings import ageing, count_line, filters, first_line, items_table, nothing_found, take_away
from core.access.queries import names
from core.access.rules import Permission
from core.register.queries import owners, place_of, register, summary
from core.register.values import RegisterFilter

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
asked = st.query_params.get("finding")
if asked:  # where the page of one finding was before, and where links to others of the register lead
    with place.store.reading() as session:
        address, query = place_of(session, asked)
    st.switch_page(page_file(address), query_params=dict(query))

with place.store.reading() as session:
    known, owning = names(session), owners(session)
    everything = summary(session, RegisterFilter(), at=at)
    mine = summary(session, RegisterFilter(pending=True, owner=viewer.number), at=at).of()

head("Findings", first_line(everything, mine) if everything.of() else "")
params = filters(viewer, owning, known)
wanted = read(params)
with place.store.reading() as session:
    counts = summary(session, wanted, at=at) if params else everything
total = counts.of()
if total:
    st.markdown(count_line(counts, everything.of()))
    with paged(total) as window, place.store.reading() as session:
        rows = register(session, wanted, at=at, counts=counts, limit=window.limit, offset=window.offset).rows
        items_table(rows, known, at)
    take_away(viewer, params, total)
    ageing(counts)
else:
    nothing_found(everything.of())
