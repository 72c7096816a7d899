"""Templates: what each document begins from, and the form with which the organisation changes one."""

import streamlit as st

from app.components import Back, head, section
from app.components.me import require
from app.composition import workplace
from app.views.confirmation import confirmation
from app.views.templates import in_use_table, publish_form, versions_table
from core.access.queries import names
from core.access.rules import Permission
from core.documents.templates import template_in_use, template_versions
from core.policy.packs.signals import DocumentKind

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    found, known = {kind: template_in_use(session, kind) for kind in DocumentKind}, names(session)

confirmation()
head(
    "Templates",
    "Documents are filled from these. :gray[A change counts for what is written from then on.]",
    back=Back("inventory", "Inventory"),
)
in_use_table(found)
kinds = [kind.value for kind in DocumentKind]
chosen = st.selectbox("Template", kinds, key="kind", bind="query-params", format_func=str.capitalize, width=260)
kind = DocumentKind(chosen)
with place.store.reading() as session:
    versions = template_versions(session, kind)
publish_form(place, viewer, found[kind])
section("Versions")
versions_table(versions, known)
