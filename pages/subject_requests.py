"""Subject requests: which wait and by when, and the form on which one is put down."""

import streamlit as st

from app.components import Back, head, paged
from app.components.me import me
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.subjects.listing import filing_form, nothing_on_record, requests_table, said_in_short
from core.access.queries import names
from core.errors import Refused
from core.privacy.subjects.queries import RequestFilter, requests_page
from core.privacy.subjects.rules import read_refusals

viewer, place, at = me(), workplace(), now()
if reasons := read_refusals(viewer.actor):
    raise Refused(reasons)
with place.store.reading() as session:
    known = names(session)
    waits = requests_page(session, RequestFilter(open_only=True), actor=viewer.actor, at=at, limit=50, offset=0)
    total = requests_page(session, RequestFilter(), actor=viewer.actor, at=at, limit=1, offset=0).total

head("Subject requests", back=Back("privacy", "Personal data"))
confirmation()
st.markdown(said_in_short(waits.total, sum(row.overdue for row in waits.rows)))
if total:
    with paged(total) as window, place.store.reading() as session:
        limit, offset = window.limit, window.offset
        shown = requests_page(session, RequestFilter(), actor=viewer.actor, at=at, limit=limit, offset=offset)
        requests_table(shown.rows, at)
else:
    nothing_on_record()
filing_form(place, viewer, dict(known))
