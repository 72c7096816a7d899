"""Document: one version of it as text, where it comes from, what changed, and every version."""

import streamlit as st

from app.components import Back, head_with_actions, section
from app.components.me import require
from app.composition import workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.documents import body_of, changes_table, document_facts_table, versions_table
from core.access.queries import names
from core.access.rules import Permission
from core.documents.queries import document_page

viewer, place = require(Permission.RECORD_READ), workplace()
asked = st.query_params.get("version", "")
with place.store.reading() as session:
    page = document_page(session, st.query_params.get("document", ""), int(asked) if asked.isdecimal() else None)
    known = names(session)

query = {"model": page.model.number, "version": page.version.version, "kind": page.document.kind.value}
confirmation()
with head_with_actions(
    page.title,
    back=Back("documents", "Documents", (("model", page.model.number), ("version", page.version.version))),
    trail=f"{page.document.number}, {page.model.name} {page.version.version}",
):
    if st.button("Write the next version", key="write_next"):
        st.switch_page(page_file("documents"), query_params=query)
left, right = st.columns([5, 3], gap="large")
with left, st.container(border=True):
    body_of(page.shown.body)
with right:
    section("Where it comes from")
    document_facts_table(page, known)
    address = f"/exports/{page.document.number}/document?version={page.shown.revision}"
    st.markdown(f"[Take away as Markdown]({address}&form=md)")
    st.markdown(f"[Take away as HTML]({address}&form=html)")
    section("Versions")
    versions_table(page, known)
if page.changes:
    section(f"Changed against version {page.shown.revision - 1}")
    changes_table(page.changes)
