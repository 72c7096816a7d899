"""Parts: the datasets, prompts, workflows, decision points and vendors around the models, by kind."""

import streamlit as st

from app.components import Back, act_button, head_with_actions, paged, search
from app.components.me import require
from app.composition import workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.parts import BY_PLURAL, count_line, nothing_found, parts_table
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.parts.queries import parts
from core.inventory.parts.registering import edit_refusals

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    known = names(session)

with head_with_actions(
    "Parts", "What the models rest on, what they feed, and who supplies it.", back=Back("inventory", "Inventory")
):
    if act_button("Register a part", edit_refusals(viewer.actor), key="register"):
        st.switch_page(page_file("part_new"), query_params={"kind": st.query_params.get("kind", "Datasets")})
confirmation()
with st.container(horizontal=True, vertical_alignment="bottom"):
    kind = BY_PLURAL[st.selectbox("Kind", list(BY_PLURAL), key="kind", bind="query-params", width=170)]
    text = search(placeholder="Name, number, words")
    retired = st.selectbox("State", ["In use", "Retired"], key="state", bind="query-params", width=130) == "Retired"
with place.store.reading() as session:
    total = parts(session, kind, text=text, retired=retired, limit=1, offset=0).total
if not total:
    nothing_found(kind, text, retired)
    st.stop()
st.markdown(count_line(kind, total, retired))
with paged(total) as window, place.store.reading() as session:
    found = parts(session, kind, text=text, retired=retired, limit=window.limit, offset=window.offset)
    parts_table(kind, found.rows, known)
