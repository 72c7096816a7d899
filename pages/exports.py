"""Exports: choose a report, look at it, have it built, follow it, take it away; and those that come by themselves."""

import streamlit as st

from app.components import head
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.exports.card import one_export
from app.views.exports.checking import check_it_yourself
from app.views.exports.form import make_form
from app.views.exports.listed import export_list
from app.views.exports.schedule_form import schedule_form
from app.views.exports.scheduled import schedule_list
from core.access.queries import names
from core.access.rules import Permission
from core.reports.service import exports_page, pending_exports

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    known = names(session)
    total, pending = exports_page(session, at=at, limit=1).total, pending_exports(session)
head(
    "Exports",
    f"**{counted(total, 'export')}**{f', {pending} under way' if pending else ''}. "
    ":gray[A report is told as of a moment, every figure with its source; what leaves verifies without Countersign.]",
)
confirmation()
reports, by_themselves = st.tabs(("Reports", "Schedules"), key="tab", bind="query-params")
if reports.open:
    with reports:
        one_export(place, viewer, known)
        make_form(place, viewer)
        export_list(place, known)
        check_it_yourself(place)
if by_themselves.open:
    with by_themselves:
        schedule_list(place, viewer, known)
        schedule_form(place, viewer, known)
