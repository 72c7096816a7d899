"""Production data of a model: what arrived, and what of it is monitored."""

import streamlit as st

from app.components import Back, head, plain
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.monitoring.arrivals import arrivals_view
from app.views.monitoring.monitored_data import monitored_data_view
from app.views.monitoring.reported import reported_view
from app.views.personal_data.attributes import attributes_view
from core.access.rules import Permission
from core.inventory.deployments.queries import environments
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.moves import load_model
from core.privacy.sensitive.queries import sealed_batches

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("model", "")
with place.store.reading() as session:
    model, known = load_model(session, number), environments(session)

head(
    "Production data",
    f"{plain(model.name)} :gray[{model.number}]",
    back=Back("model", model.name, (("model", model.number),)),
)
confirmation()
st.page_link(page_file("data_classes"), label="Classes of its columns", query_params={"of": number})
environment = st.selectbox("Environment", known, key="environment", bind="query-params", width=220)
arrivals_view(place, model.number, environment or PRODUCTION)
reported_view(place, model.number, environment or PRODUCTION)
with place.store.reading() as session:
    sealed = sealed_batches(session, place.files, model.number, environment or PRODUCTION)
attributes_view(place, viewer, sealed, at)
monitored_data_view(place, viewer, model.number, environment or PRODUCTION, at)
