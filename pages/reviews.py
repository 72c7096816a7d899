"""Reviews: team reviews on their cadence, and of every version some time after it went live."""

import streamlit as st

from app.components import act_button, head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.inventory_reading import choices
from app.views.reviews.listing import first_line, narrowed_by, nothing_found, reviews_table
from app.views.reviews.plan import plan_form
from app.views.reviews.reading import holders
from core.access.queries import names
from core.access.rules import Permission
from core.improvement.reviews.queries import ReviewFilter, reviews
from core.improvement.reviews.rules import ReviewStatus, plan_refusals

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    known = names(session)

    def how_many(narrowed: ReviewFilter) -> int:
        return reviews(session, narrowed, at=at, limit=1, offset=0).total

    everything, overdue = how_many(ReviewFilter()), how_many(ReviewFilter(overdue=True))
    to_hold = how_many(ReviewFilter(status=ReviewStatus.PLANNED))
    to_sign = how_many(ReviewFilter(status=ReviewStatus.HELD))

line = first_line(to_hold, overdue, to_sign) if everything else ""
with head_with_actions("Reviews", line):
    if act_button("Plan a review", plan_refusals(viewer.actor), key="plan"):
        st.session_state["planning"] = True
confirmation()
if st.session_state.get("planning"):
    with st.container(border=True), place.store.reading() as session:
        plan_form(place, viewer, choices(session).lines, holders(session, at), known, at)

wanted = narrowed_by(viewer)
with place.store.reading() as session:
    total = reviews(session, wanted, at=at, limit=1, offset=0).total
if total:
    with paged(total) as window, place.store.reading() as session:
        reviews_table(reviews(session, wanted, at=at, limit=window.limit, offset=window.offset).rows, known, at)
else:
    nothing_found(everything)
