"""Declare an incident, from nothing, from a model, or from an alert."""

import streamlit as st

from app.components import Back, head, search
from app.components.me import require
from app.components.text import plain
from app.composition import now, workplace
from app.views.incidents.declare import asked_for, declare_form
from core.access.queries import names
from core.access.rules import Permission

viewer, place, at = require(Permission.INCIDENT_DECLARE), workplace(), now()
alert, version = st.query_params.get("alert", ""), st.query_params.get("version", "")

head(
    "Declare an incident",
    f":gray[From the alert {plain(alert)}]" if alert else "",
    back=Back("incidents", "Incidents"),
)
model = search("Model it is about (none: not registered)", key="model", placeholder="M0001", width=330)
with place.store.reading() as session:
    asked = asked_for(session, alert=alert, model=model, version=version)
    known = names(session)
if asked.model_name:
    st.markdown(f"{plain(asked.model_name)} :gray[{plain(asked.model)}]")
declare_form(place, viewer, asked, known, at)
