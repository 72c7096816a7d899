"""Edit a model: its fields by compare-and-set with their history, its periodic review, and its retirement."""

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import now, workplace
from app.views import edit, field_history
from app.views.confirmation import confirmation
from core.access.queries import names, people
from core.access.rules import Permission
from core.approval.retirement import against_retiring_model
from core.inventory.moves import load_model
from core.inventory.parts.finding import named
from core.inventory.parts.graph import dependents
from core.inventory.queries import business_lines
from core.inventory.reviews.service import cadence_months, reviews_of

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    model = load_model(session, st.query_params.get("model", ""))
    known, lines = names(session), business_lines(session)
    everyone = {one.number: f"{one.name} ({one.number})" for one in people(session, at=at, limit=500)
                if one.disabled_at is None}  # fmt: skip
    breaks = dependents(session, model.number)
    nodes = named(session, {step.number for step in breaks})
    reasons = against_retiring_model(session, model, viewer.actor)
    months, done = cadence_months(session, model, at=at), reviews_of(session, model)

head(
    "Edit, review, retire",
    "Every field keeps its history: what it was, what it became, who, when and why.",
    back=Back("model", model.name, (("model", model.number),)),
    trail=f"{model.business_line} / {model.number}",
)
confirmation()
left, right = st.columns([5, 4], gap="large")
with left:
    edit.form(place, viewer, model, everyone, lines)
with right:
    edit.review(place, viewer, model, months, at)
    edit.reviews_table(done, known)
    edit.retire(place, viewer, model, reasons, breaks, nodes, known)
field_history.show(place, model.number, known)
