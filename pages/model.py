"""Model: one version of a model through the five steps, with its record, evidence, decisions and history."""

import streamlit as st

from app.components.me import require
from app.components.steps import step_cards
from app.composition import now, workplace
from app.views import model_evidence as evidence
from app.views.confirmation import confirmation
from app.views.model_acts import acts
from app.views.model_decisions import decisions
from app.views.model_elsewhere import elsewhere
from app.views.model_head import draw_head, draw_head_without_version
from app.views.model_history import history
from app.views.model_reading import in_production, read_version
from app.views.model_record import record
from app.views.model_steps import five_steps
from app.views.production import production, stands_in_words
from app.views.timeline import time_line
from core.access.rules import Permission
from core.improvement.incidents.queries import incidents_of
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.importing.queries import registry_facts
from core.inventory.queries import model_page
from core.monitoring.checks.queries import model_states

TABS = ("Record", "Evidence", "Decisions", "Production", "Time line", "History")

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    page = model_page(session, st.query_params.get("model", ""), st.query_params.get("version"))
    reading = read_version(session, page, page.version, viewer.actor, at) if page.version else None
    states = model_states(session, page.model.number)
    former, incidents = in_production(session, page), incidents_of(session, page.model.number, at=at)
    registered = registry_facts(session, page.model.number, page.version.version) if page.version else ()

if reading is None:
    draw_head_without_version(page)
    st.stop()

monitored = next((one for one in states if one.environment == PRODUCTION), None)
st.query_params["version"] = reading.version.version
confirmation()
draw_head(place, viewer, reading, stands_in_words(place, reading.model.number, at))
step_cards(five_steps(reading, monitored, incidents, at))
on_record, on_evidence, on_decisions, on_production, on_line, on_history = st.tabs(TABS, key="tab", bind="query-params")
if on_record.open:
    with on_record:
        record(reading, former, at)
        elsewhere(viewer, reading, registered)
if on_evidence.open:
    with on_evidence:
        evidence.progress(place, reading)
        evidence.verdicts(reading)
        left, right = st.columns([5, 3], gap="large")
        with left:
            evidence.findings(reading, at)
            evidence.questions(reading)
            evidence.conclusions(reading)
        with right:
            acts(place, viewer, reading)
        evidence.handed_in(reading)
        evidence.validations(reading)
if on_decisions.open:
    with on_decisions:
        decisions(place, viewer, reading, at)
if on_production.open:
    with on_production:
        production(place, viewer, reading, at)
if on_line.open:
    with on_line:
        time_line(place, reading, at)
if on_history.open:
    with on_history:
        history(place, reading)
