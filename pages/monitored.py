"""Monitoring of a model: its monitors, the series of one with what happened meanwhile, arrivals, data and controls."""

from datetime import timedelta
from functools import partial

import streamlit as st

from app.components import Back, fact, facts_line, head_with_actions, label, plain, status
from app.components.formats import day, moment
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.monitoring.arrivals import arrivals_view
from app.views.monitoring.checks import checks_view
from app.views.monitoring.controls import controls_view
from app.views.monitoring.monitored_data import monitored_data_view
from app.views.monitoring.running import run_button
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.queries import model_page
from core.monitoring.checks.queries import MonitorState, model_states

TABS = ("Checks", "Arrivals", "Monitored data", "Controls")
EVERY = timedelta(seconds=10)

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("model", "")
with place.store.reading() as session:
    model, states, known = model_page(session, number).model, model_states(session, number), names(session)
standing = {one.environment: one for one in states}
usual = PRODUCTION if PRODUCTION in standing else next(iter(standing), PRODUCTION)
wanted = st.session_state.get("environment") or st.query_params.get("environment", usual)
environment = wanted if wanted in standing else usual
state = standing.get(environment)

line = facts_line(
    status(state.state if state else MonitorState.WAITING),
    label(f"Tier {model.tier}"),
    fact("Environment", plain(environment)),
    fact("Version", f"{plain(state.version)}, since {day(state.since, today=at)}") if state and state.version else "",
    fact("Owner", plain(known.get(model.owner, model.owner))),
    fact("Last data", moment(state.last_data_at)) if state and state.last_data_at else "",
)
back = Back("monitoring", "Monitoring")
with head_with_actions(f"Monitoring of {model.name}", line, back=back, trail=f"{model.business_line} / {number}"):
    st.page_link(page_file("model"), label="Model", query_params={"model": number})
    run_button(place, viewer, number, environment)
confirmation()
if len(standing) > 1:
    st.segmented_control("Environment", list(standing), key="environment", bind="query-params", default=usual)
if state is not None and state.error:
    st.error(f"The last run could not check: {plain(state.error)}", icon=":material/sync_problem:")

on_checks, on_arrivals, on_data, on_controls = st.tabs(TABS, key="tab", bind="query-params")
if on_checks.open:
    with on_checks:
        st.fragment(partial(checks_view, place, number, environment), run_every=EVERY)()
if on_arrivals.open:
    with on_arrivals:
        arrivals_view(place, number, environment)
if on_data.open:
    with on_data:
        monitored_data_view(place, viewer, number, environment, at)
if on_controls.open:
    with on_controls:
        controls_view(place, number, environment, at)
