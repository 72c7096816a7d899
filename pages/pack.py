"""Regulation pack: where its text comes from, how it stands, every item, and what changed against another."""

import streamlit as st

from app.components import Back, head, section
from app.components.me import require
from app.composition import now, workplace
from app.views.coverage.packs import NO_ADVICE, changes_table, items_table, pack_line, successor_link
from app.views.coverage.publishing import about, changed_line, versions_table
from core.access.queries import names
from core.access.rules import Permission
from core.policy.packs.comparing import compared
from core.policy.packs.service import additions_to, older_of, pack_by_id, versions_of

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number, against = st.query_params.get("pack", ""), st.query_params.get("against")
with place.store.reading() as session:
    pack, versions, known = pack_by_id(session, number), versions_of(session, number), names(session)
    added, older = additions_to(session, number), older_of(session, number, against)

head(pack.title, pack_line(pack, at), back=Back("packs", "Regulation packs"), trail=f"{pack.id} {pack.version}")
if pack.superseded_by:
    st.markdown(successor_link(pack))
about(pack, added)
if versions:
    section("Versions")
    versions_table(versions, known)
if older:
    changes = compared(older, pack)
    section(f"What changed against {older.id} {older.version}")
    st.markdown(changed_line(changes))
    changes_table(changes, older, pack)
section("Items")
st.markdown(f":gray[{NO_ADVICE}]")
items_table(pack)
