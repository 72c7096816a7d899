"""People and parts: who owns, develops, validates and uses a model, since when, and the RACI view of the cycle."""

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import now, workplace
from app.views import parties
from app.views.confirmation import confirmation
from core.access.queries import names, people
from core.access.rules import Permission
from core.inventory.moves import load_model
from core.inventory.people.queries import parts_of, raci

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    model = load_model(session, st.query_params.get("model", ""))
    rows, view = parts_of(session, model), raci(session, model, at=at)
    known, everyone = names(session), people(session, at=at, limit=500)

head(
    "People and parts",
    "Parts begin and end with a date and a reason; none is overwritten.",
    back=Back("model", model.name, (("model", model.number),)),
    trail=f"{model.business_line} / {model.number}",
)
confirmation()
parties.raci(view, known)
left, right = st.columns([5, 3], gap="large")
with left:
    parties.parts_table(rows, known)
with right:
    parties.assign_form(place, viewer, model, everyone)
    parties.end_form(place, viewer, model, rows, known)
