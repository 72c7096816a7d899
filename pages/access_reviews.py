"""Access reviews: every grant in force is asked about on a cadence; what nobody answers for expires."""

import streamlit as st

from app.access_watch import cadence_of
from app.components import empty, head, paged
from app.components.formats import counted, day
from app.components.me import require
from app.composition import now, workplace
from app.views.access_links import way_back
from app.views.access_reviews import open_card, reviews_table
from app.views.confirmation import confirmation
from core.access.reviewing.queries import open_review, review_count, reviews
from core.access.rules import Permission
from core.access.watching import review_opens_at

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()

with place.store.reading() as session:
    total, current = review_count(session), open_review(session)
    opens = review_opens_at(session, cadence_of(place))

line = "No review is under way."
if current is not None:
    line = (
        f"**{current.number} is under way:** {counted(current.open_items, 'grant')} of {current.items} not answered, "
        f"due {day(current.due_at, today=at)}."
    )
head("Access reviews", line, back=way_back(viewer))
confirmation()
left, right = st.columns([5, 2], gap="large")
with left:
    if not total:
        with empty(
            "There was no access review yet.", "The first opens by itself, or is opened earlier by an approver."
        ):
            pass
    else:
        with paged(total) as window, place.store.reading() as session:
            reviews_table(reviews(session, offset=window.offset, limit=window.limit), at)
with right:
    open_card(place, viewer, opens, at)
