"""System: what bears on what around one record, drawn and in words, and what breaks if it is withdrawn."""

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import workplace
from app.views import system as views
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.parts.finding import describe, load_record
from core.inventory.parts.graph import system_of
from core.inventory.parts.queries import in_use, links_of
from core.inventory.parts.rules import NodeKind

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    records, known = in_use(session), names(session)
    number = st.query_params.get("about") or (records[0].number if records else "")
    about = describe(load_record(session, number))
    system, links = system_of(session, number), links_of(session, number)

address = ("model", "model") if about.kind is NodeKind.MODEL else ("part", "part")
head(
    f"The system around {about.name}",
    "What is needed stands left of what needs it.",
    back=Back(address[0], about.name, ((address[1], number),)),
    trail=f"{about.kind.value.capitalize()} / {number}",
)
confirmation()
words = {one.number: f"{one.name} ({one.kind}, {one.number})" for one in (about, *records)}


def _open() -> None:
    st.query_params["about"] = st.session_state["chosen"]


st.session_state["chosen"] = number
st.selectbox("About", list(words), key="chosen", format_func=lambda one: words[one], on_change=_open, width=460)
views.figure_and_table(system)
left, right = st.columns([5, 4], gap="large")
with left:
    views.reach(system, known)
with right:
    views.link_form(place, viewer, system, records)
    views.end_form(place, viewer, links)
