"""Incident: what happened and the response, timeline, clocks, cause and actions, review."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.exports.preset import report_link
from app.views.incidents.cause import actions, cause
from app.views.incidents.clocks import clocks
from app.views.incidents.overview import containment, informed, known_facts
from app.views.incidents.reading import draw_head, read_incident
from app.views.incidents.review import document, review
from app.views.incidents.review import steps as review_steps
from app.views.incidents.steps import steps
from app.views.incidents.timeline import time_line
from core.access.rules import Permission
from core.improvement.incidents.clock_rules import known_rules
from core.improvement.incidents.timeline import timeline

TABS = ("Response", "Time line", "Clocks", "Cause and actions", "Review")

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("incident", "")
with place.store.reading() as session:
    reading = read_incident(session, number, viewer.actor, at=at)

confirmation()
draw_head(reading, at)
report_link(viewer, "incident", "Export incident report", incident=number)
on_response, on_line, on_clocks, on_cause, on_review = st.tabs(TABS, key="tab", bind="query-params")
if on_response.open:
    with on_response:
        left, right = st.columns([5, 3], gap="large")
        with left:
            known_facts(reading)
            containment(place, viewer, reading, at)
            informed(place, viewer, reading, at)
        with right:
            steps(place, viewer, reading, at)
if on_line.open:
    with on_line:
        with place.store.reading() as session:
            lines = timeline(session, reading.whole)
        time_line(place, viewer, reading, lines, at)
if on_clocks.open:
    with on_clocks:
        with place.store.reading() as session:
            rules = {rule.key: rule for rule in known_rules(session)}
        clocks(place, viewer, reading, rules, at)
if on_cause.open:
    with on_cause:
        left, right = st.columns(2, gap="large")
        with left:
            cause(place, viewer, reading)
        with right:
            actions(place, viewer, reading, at)
if on_review.open:
    with on_review:
        left, right = st.columns([5, 3], gap="large")
        with left:
            review(reading)
            document(viewer, reading)
        with right:
            review_steps(place, viewer, reading, at)
