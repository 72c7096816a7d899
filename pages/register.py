"""Register: a model with its first version, or the next version of a model, with the datasets it names."""

import streamlit as st

from app.components import Back, head, section
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.drafts import card
from app.views.register import act_card, materiality_card, submit
from app.views.register_discovery import begin, begun_from, stream_card
from app.views.register_fields import dataset_fields, model_fields, prefill, version_fields
from app.views.register_versions import proposals
from core.access.queries import people
from core.access.rules import Permission
from core.inventory.queries import business_lines, datasets, model_page
from core.inventory.service import register_refusals, register_version_refusals
from core.policy.service import policy_in_force

MOST_PEOPLE = 500
viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("model")

with place.store.reading() as session:
    everyone, lines, known = people(session, at=at, limit=MOST_PEOPLE), business_lines(session), datasets(session)
    page = model_page(session, number) if number else None
    policy = policy_in_force(session, at=at).policy
    begun = begun_from(session, st.query_params.get("discovery", ""))

scope = f" {number}" if number else ""
if page and page.version:
    back = Back("model", page.model.name, (("model", page.model.number),))
    head(f"Register the next version of {page.model.name}", f"After v{page.version.version}.", back=back)
    newest = page.version
    prefill({f"intended_use{scope}": newest.intended_use, f"limitations{scope}": newest.limitations})
    prefill(
        {f"{use} dataset{scope}": one.number for use, one in (("training", page.training), ("test", page.test)) if one}
    )
    offered, act = proposals([row.version for row in page.versions]), "Register version"
else:
    head("Register a model", "With its first version and the data it rests on.", back=Back("inventory", "Inventory"))
    if begun:
        begin(begun)
    prefill({"version": "1.0.0"})
    offered, act = (), "Register model"

confirmation()
top = st.container()
left, right = st.columns([5, 3], gap="large")
with left:
    model = None if page else model_fields(everyone, lines, viewer.number)
    version_place = st.container()
    section("Datasets")
    training, test = (dataset_fields(use, scope, known) for use in ("Training", "Test"))
    with version_place:
        version = version_fields(scope, offered, training, test)
with right:
    if begun:
        stream_card(begun)
    if model:
        materiality_card(model, policy)
    card(place, viewer, form=f"register{scope}", scope=number or "")
    against = register_version_refusals(viewer.actor)
    reasons = against if page else tuple(dict.fromkeys((*register_refusals(viewer.actor), *against)))
    if act_card(act, reasons):
        submit(place, viewer, top, model=model or number or "", version=version, training=training, test=test)
