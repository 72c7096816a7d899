"""Findings: what validation found wanting, worst first, and one finding from remediation to verified closure."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.findings import findings_table, first_line, narrowed_by, nothing_found
from core.access.queries import names
from core.access.rules import Permission
from core.validation.queries import FindingFilter, findings

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
if st.query_params.get("finding"):  # where the page of one finding was before
    st.switch_page(page_file("finding"), query_params={"finding": st.query_params["finding"]})

with place.store.reading() as session:
    known = names(session)
    everything = findings(session, FindingFilter(), limit=1, offset=0).total
    pending = findings(session, FindingFilter(open_only=True), limit=1, offset=0).total
    mine = findings(session, FindingFilter(open_only=True, owner=viewer.number), limit=1, offset=0).total

head("Findings", first_line(pending, mine) if everything else "")
wanted = narrowed_by(viewer)
with place.store.reading() as session:
    total = findings(session, wanted, limit=1, offset=0).total
if total:
    with paged(total) as window, place.store.reading() as session:
        findings_table(findings(session, wanted, limit=window.limit, offset=window.offset).rows, known, at)
else:
    nothing_found(everything)
