"""Register a part: a dataset, prompt, workflow, decision point or vendor."""

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import now, workplace
from app.views.part_new import form
from app.views.parts import BY_PLURAL, WHAT
from core.access.queries import people
from core.access.rules import Permission

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    everyone = {one.number: f"{one.name} ({one.number})" for one in people(session, at=at, limit=500)
                if one.disabled_at is None}  # fmt: skip

head("Register a part", "Whatever stands around the models is on record too.", back=Back("parts", "Parts"))
kind = BY_PLURAL[st.selectbox("Kind", list(BY_PLURAL), key="kind", bind="query-params", width=210)]
st.markdown(f":gray[{WHAT[kind]}]")
form(place, viewer, kind, everyone)
