"""Findings: what validation found wanting, worst first, and one finding from remediation to verified closure."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.views.findings import finding_head, finding_record, findings_table, first_line, narrowed_by, nothing_found
from app.views.findings_acts import finding_steps, read_finding
from core.access.queries import names
from core.access.rules import Permission
from core.validation.queries import FindingFilter, findings

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("finding")

if number:
    with place.store.reading() as session:
        (row, against), known = read_finding(session, number, viewer.actor), names(session)
    finding_head(row, known, at)
    left, right = st.columns([5, 3], gap="large")
    with left:
        finding_record(row, known)
    with right:
        finding_steps(place, viewer, row, against)
    st.stop()

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
