"""Subject request: who asks, where they were found, and the steps until they are answered."""

import streamlit as st

from app.components.me import me
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.subjects.one import copy_for_person, request_head, where_found, who_asks
from app.views.subjects.steps import steps
from core.access.queries import names
from core.privacy.subjects.queries import request_page

viewer, place, at = me(), workplace(), now()
with place.store.reading() as session:
    page = request_page(session, st.query_params.get("request", ""), actor=viewer.actor, at=at)
    known = names(session)

request_head(page, at)
confirmation()
left, right = st.columns([5, 3], gap="large")
with left:
    who_asks(place, viewer, page, known)
    where_found(place, page)
with right:
    copy_for_person(page, viewer, at)
    steps(place, viewer, page)
