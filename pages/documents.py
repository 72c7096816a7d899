"""Documents of a version: which are kept, which are missing, and the editor that fills one from its template."""

import streamlit as st

from app.components import Back, head_with_actions
from app.components.formats import counted
from app.components.me import require
from app.composition import workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.documents import documents_table, editor, version_of
from core.access.queries import names
from core.access.rules import Permission
from core.documents.queries import documents_of
from core.inventory.queries import model_page
from core.policy.packs.signals import DocumentKind

viewer, place = require(Permission.RECORD_READ), workplace()
asked = st.query_params
with place.store.reading() as session:
    page = model_page(session, asked.get("model", ""), asked.get("version"))
    version = version_of(page)
    found, known = documents_of(session, version.id or 0), names(session)

confirmation()
complete = sum(not one.open_places for one in found.values())
with head_with_actions(
    f"Documents of {page.model.name}",
    f"**{counted(len(found), 'document')} of {len(DocumentKind)} begun, {complete} complete.**",
    back=Back("model", "Model", (("model", page.model.number), ("version", version.version))),
    trail=f"{page.model.number} {version.version}",
):
    if st.button("Templates", key="templates"):
        st.switch_page(page_file("templates"))
documents_table(found, page.model.number, version.version, known)

wanted = asked.get("kind")
kinds = [kind.value for kind in DocumentKind]
if wanted in kinds:
    editor(place, viewer, page, DocumentKind(wanted), asked.get("incident", ""))
else:
    chosen = st.selectbox("Write", kinds, key="write", format_func=str.capitalize, width=260)
    if st.button("Open the editor", key="open_editor", type="primary"):
        st.query_params["kind"] = chosen
        st.rerun()
