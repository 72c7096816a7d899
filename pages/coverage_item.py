"""Item of a pack: what it asks for, what was looked for in this model, every answer, and the form to answer."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.coverage.item import answer_form, answers, draw_head, looked_for, what_it_asks
from core.access.queries import names
from core.access.rules import Permission
from core.coverage.reading import answers_to, model_coverage
from core.errors import NotFound

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
asked = st.query_params
model, pack_id, item_id = asked.get("model", ""), asked.get("pack", ""), asked.get("item", "")
if not pack_id:
    raise NotFound("regulation pack", pack_id)
with place.store.reading() as session:
    found = model_coverage(session, model, at=at, version=asked.get("version"), pack=pack_id)
    given, known = answers_to(session, model, pack_id, item_id), names(session)

pack = found.packs[0]
one = next((item for item in pack.items if item.item.id == item_id), None)
if one is None:
    raise NotFound(f"item of {pack_id}", item_id)
confirmation()
draw_head(found, pack, one)
left, right = st.columns([5, 3], gap="large")
with left:
    what_it_asks(pack, one)
    looked_for(found, one)
    answers(place, viewer, found, given, known)
with right:
    answer_form(place, viewer, found, pack, one)
