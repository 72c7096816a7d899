"""Stress tests: those on record, a form to ask for one, and plans that are carried out by the clock."""

import streamlit as st

from app.components import filter_row, head, search
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.stress.listed import ask_form, schedule_list, test_list, verdict_filter
from core.access.queries import names
from core.access.rules import Permission
from core.metrics.verdicts import Verdict
from core.validation.stress.queries import StressFilter, stress_tests

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
version = st.query_params.get("version", "")
model = st.query_params.get("model", "").strip()
with place.store.reading() as session:
    known = names(session)
    total = stress_tests(session, StressFilter(model=model), limit=1).total
    failed = stress_tests(session, StressFilter(model=model, verdict=Verdict.FAIL), limit=1).total
head(
    "Stress tests",
    f"**{counted(total, 'stress test')}{f' of {model}' if model else ''}, {failed} failed.** "
    ":gray[Load, disturbed inputs and failing dependencies, judged by the policy and kept request by request.]",
)
confirmation()
with filter_row():
    search("Model", key="model", placeholder="M0001", width=150)
    verdict = verdict_filter()
test_list(place, StressFilter(model=model, verdict=verdict), known)
schedule_list(place, viewer, model, known, at)
ask_form(place, viewer, model, version)
