"""Stress test: the verdict of the policy, the load over time, phases, cases, and what it rests on."""

import streamlit as st

from app.components.me import require
from app.composition import workplace
from app.views.confirmation import confirmation
from app.views.stress.listed import pending
from app.views.stress.one import (
    cases,
    draw_head,
    load_charts,
    outcome_of_page,
    phases,
    rests_on,
    verdicts,
    watch,
)
from core.access.queries import names
from core.access.rules import Permission
from core.policy.stressing.rules import StressMetric
from core.validation.stress.queries import stress_test

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    page, known = stress_test(session, st.query_params.get("test", "")), names(session)

confirmation()
draw_head(place, viewer, page, known)
outcome = outcome_of_page(place, page) if page.outcome_digest else None
if pending(page.row):
    watch(place, page.row.number)
if outcome is not None:
    verdicts(page)
    limit = next((one.threshold for one in page.figures if one.metric == StressMetric.LATENCY_P95), None)
    load_charts(outcome, limit)
    phases(outcome.phases)
    cases(outcome.cases)
rests_on(page, outcome)
