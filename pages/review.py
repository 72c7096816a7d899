"""One review: its agenda against the last one, minutes, decisions, and the sign-off by another person."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.reviews.acts import review_acts
from app.views.reviews.reading import read_review
from app.views.reviews.record import agenda_overview, agenda_topics, linked_with, minutes, review_head
from core.access.rules import Permission

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    reading = read_review(session, st.query_params.get("review", ""), viewer.actor, at)

review_head(reading, at)
left, right = st.columns([5, 3], gap="large")
with left:
    agenda_overview(reading)
    agenda_topics(reading)
    minutes(reading)
    linked_with(reading)
with right:
    review_acts(place, viewer, reading)
