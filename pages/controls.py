"""Controls of a model: what is looked for in its inputs and outputs, what was found, and what it declares itself."""

import streamlit as st

from app.components import Back, empty, head, label, paged, section
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.monitoring.controls import controls_table, own_controls_form, results_filter, results_table, review_link
from core.access.rules import Permission
from core.inventory.deployments.queries import environments
from core.inventory.queries import model_page
from core.monitoring.controls.queries import control_states, queue_figures, results

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("model", "")

with place.store.reading() as session:
    model, places = model_page(session, number).model, environments(session)
head(
    f"Controls of {model.name}",
    f"{label(f'Tier {model.tier}')} :gray[What is looked for in every batch before it is kept.]",
    back=Back("model", model.name, (("model", number),)),
)
confirmation()
environment = places[0]
if len(places) > 1:
    environment = st.selectbox("Environment", places, key="environment", bind="query-params", width=220) or places[0]
with place.store.reading() as session:
    states = control_states(session, number, environment, at=at)
    waiting = queue_figures(session, at=at, model=number).waiting

review_link(waiting, number)
section(f"{counted(len(states), 'control')} in force")
controls_table(states)
section("Batch by batch")
clause, only = results_filter(states)
with place.store.reading() as session:
    found = results(session, number, environment=environment, clause=clause, found_only=only, limit=1).total
if found:
    with paged(found) as window, place.store.reading() as session:
        results_table(
            results(
                session,
                number,
                environment=environment,
                clause=clause,
                found_only=only,
                limit=window.limit,
                offset=window.offset,
            ).rows,
            at,
        )
else:
    with empty(
        "No batch here.", "Every batch of production data is looked at before it is kept; nothing was found so."
    ):
        pass
own_controls_form(place, viewer, number, states, at)
