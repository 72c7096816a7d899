"""Part: a dataset, prompt, workflow, decision point or vendor, with its versions, links, history and dependants."""

import streamlit as st

from app.components import Back, facts_line, head_with_actions, plain, status
from app.components.formats import digest
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views import field_history, part
from app.views.confirmation import confirmation
from app.views.data_classes.listing import columns_section
from app.views.parts import PLURAL
from core.access.queries import names, people
from core.access.rules import Permission
from core.inventory.parts.finding import named
from core.inventory.parts.graph import dependents
from core.inventory.parts.queries import links_of, part_page
from core.inventory.parts.rules import NodeKind

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    page = part_page(session, st.query_params.get("part", ""))
    known, links = names(session), links_of(session, page.about.number)
    breaks = dependents(session, page.about.number)
    nodes = named(session, {step.number for step in breaks})
    everyone = {one.number: f"{one.name} ({one.number})" for one in people(session, at=at, limit=500)
                if one.disabled_at is None}  # fmt: skip

kind, number = page.about.kind, page.about.number
actions = head_with_actions(
    page.about.name,
    facts_line(
        status("Retired") if page.retired_at else status("Active"),
        f":gray[Owner] {plain(known.get(page.about.owner, page.about.owner))}",
        f":gray[Version] {plain(page.version)}" if page.version else "",
        f":gray[SHA-256] {digest(page.texts[0].digest)}" if page.texts else "",
    ),
    back=Back("parts", PLURAL[kind], (("kind", PLURAL[kind]),)),
    trail=f"{kind.value.capitalize()} / {number}",
)
if actions.button("Draw the system", key="draw"):
    st.switch_page(page_file("system"), query_params={"about": number})
confirmation()
left, right = st.columns([5, 4], gap="large")
with left:
    part.record(page, known)
    part.edit(place, viewer, page, everyone)
with right:
    part.links(links, number)
    part.retire(place, viewer, page, breaks, nodes, known)
if part.is_written(page):
    part.texts(place, viewer, page, known)
if kind is NodeKind.DATASET and len(page.siblings) > 1:
    part.siblings(page)
if kind is NodeKind.DATASET and columns_section(place, number, known, at):
    st.page_link(page_file("data_classes"), label="Decide on classes and retention", query_params={"of": number})
field_history.show(place, number, known)
