"""Audit: its plan and sample, fieldwork by item and criterion, findings with responses, and its time line."""

import streamlit as st

from app.components import link, plain
from app.components.formats import moment
from app.components.me import require
from app.composition import now, workplace
from app.views.audits.audit import plan, sample, steps, time_line
from app.views.audits.fieldwork import fieldwork
from app.views.audits.findings import findings
from app.views.audits.reading import draw_head, number_asked, read_audit
from app.views.confirmation import confirmation
from app.views.exports.preset import report_link
from core.access.rules import Permission
from core.ledger.queries import entries

TABS = ("Plan", "Fieldwork", "Findings", "Time line")

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
asked = st.query_params
finding, item, criterion = asked.get("finding"), asked.get("item"), asked.get("criterion")
with place.store.reading() as session:
    reading = read_audit(session, number_asked(session, asked.get("audit"), finding), viewer.actor)
asked["audit"] = reading.whole.audit.number

confirmation()
draw_head(reading, viewer, at)
report_link(viewer, "audit", "Export audit report", audit=reading.whole.audit.number)
on_plan, on_fieldwork, on_findings, on_line = st.tabs(
    TABS, key="tab", bind="query-params", default="Findings" if finding else None
)
if on_plan.open:
    with on_plan:
        left, right = st.columns([5, 3], gap="large")
        with left:
            plan(reading)
            sample(reading)
        with right:
            steps(place, viewer, reading)
if on_fieldwork.open:
    with on_fieldwork:
        fieldwork(place, viewer, reading, item, criterion)
if on_findings.open:
    with on_findings:
        findings(place, viewer, reading, finding, at)
if on_line.open:
    with on_line, place.store.reading() as session:
        rows = entries(session, entity_id=reading.whole.audit.number, limit=50).rows
        time_line(
            reading,
            [
                {
                    "When": moment(row.at),
                    "What": plain(row.action),
                    "About": plain(row.entity_id),
                    "Who": reading.name_of(row.actor),
                    "Entry": link(f"{row.index:,}", "/entry", index=row.index),
                }
                for row in rows
            ],
        )
