"""Exports: make the signed dossier of a version, follow it, and take it away; who took which is on record."""

import streamlit as st

from app.components import empty, head, paged, section
from app.components.formats import counted
from app.components.me import require
from app.composition import workplace
from app.views.exports import any_pending, check_it_yourself, exports_table, make_form
from core.access.queries import names
from core.access.rules import Permission
from core.reports.service import exports_page

viewer = require(Permission.RECORD_READ)
place = workplace()
with place.store.reading() as session:
    total = exports_page(session, limit=1, offset=0).total
head(
    "Exports",
    f"**{counted(total, 'export')}.** A dossier is signed, carries its data, and verifies without Countersign.",
)
left, right = st.columns([5, 2], gap="medium")


@st.fragment(run_every=2 if any_pending(place) else None)
def listed() -> None:
    """The list, fresh by itself while something is being built."""
    with place.store.reading() as reading:
        count, known = exports_page(reading, limit=1, offset=0).total, names(reading)
    if not count:
        with empty("No export was made yet.", "Choose a model and version at the right, then make its dossier."):
            pass
        return
    with paged(count) as window, place.store.reading() as reading:
        exports_table(exports_page(reading, limit=window.limit, offset=window.offset).rows, known)


with left:
    section("Made so far, newest first")
    listed()
with right:
    make_form(place, viewer)
    check_it_yourself(place)
