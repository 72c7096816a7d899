"""Edit several models: choose them by filter or one by one, see every change before it is made, take it back as one."""

import streamlit as st

from app.components import Back, act_button, head, section
from app.components.me import require
from app.composition import now, workplace
from app.lists.inventory import asked, in_words, read
from app.views.bulk_edit import chosen_models, last_edit, make_it, planned_table, preview_now, what_to_set
from app.views.confirmation import confirmation
from core.access.queries import people
from core.access.rules import Permission
from core.inventory.bulk import newest_bulk_edit
from core.inventory.changing import change_refusals
from core.inventory.queries import business_lines, inventory

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
params = asked(dict(st.query_params))
wanted = read(params, at)
with place.store.reading() as session:
    found = inventory(session, wanted.narrowed, limit=1_000, offset=0, sort=wanted.sort, descending=wanted.descending)
    lines, persons = business_lines(session), people(session, at=at, limit=1_000)
    last = newest_bulk_edit(session, viewer.actor.acting_as)

head(
    "Edit several models",
    f"Every change is shown first, then all are made or none. :gray[Filter: {in_words(params)}]".replace("*", ""),
    back=Back("inventory", "Inventory", tuple(params.items())),
)
confirmation()
left, right = st.columns([3, 5], gap="large")
with left:
    numbers = chosen_models(found)
    wish = what_to_set(lines, persons)
    reasons = change_refusals(viewer.actor)
    if act_button("Preview the changes", reasons, key="preview"):
        preview_now(place, viewer, numbers, wish, at)
with right:
    section("Preview")
    planned_table()
    make_it(place, viewer)
    if last:
        last_edit(place, viewer, last, at)
