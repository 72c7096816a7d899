"""Scope and materiality: what a model is, how much is at stake, and which packs apply, each with who decided it."""

import streamlit as st

from app.components import Back, head, label
from app.components.me import require
from app.composition import workplace
from app.views import profile as views
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.moves import load_model
from core.inventory.profile.queries import profile_of

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    model = load_model(session, st.query_params.get("model", ""))
    profile, known = profile_of(session, model), names(session)

head(
    "Scope and materiality",
    f"{label(f'Tier {model.tier}')} {label(model.scope.capitalize())}",
    back=Back("model", model.name, (("model", model.number),)),
    trail=f"{model.business_line} / {model.number}",
)
confirmation()
left, right = st.columns([5, 4], gap="large")
with left:
    views.scope(place, viewer, model)
    views.grid(model)
    views.risk(place, viewer, model, profile, known)
with right:
    views.tier(place, viewer, model, profile, known)
    views.regulation(place, viewer, model, profile, known)
