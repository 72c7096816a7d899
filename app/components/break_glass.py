"""The bar over every page while break-glass access is open: until when, and a button that ends it."""

import re
from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from app.components.formats import counted
from app.components.me import Me
from app.components.refusals import attempt
from app.composition import now, workplace
from core.access.break_glass.queries import access
from core.access.break_glass.service import end_break_glass, note_page

_RECORD = re.compile(r"[A-Z]{1,4}\d{1,9}|v?\d{1,6}(\.\d{1,6}){1,2}")  # numbers of records and versions, never words


def break_glass_bar(viewer: Me, page: str, query: Mapping[str, str]) -> None:
    """Note the page on record, and draw the bar; nothing while no access is open."""
    if not viewer.actor.break_glass:
        return
    place, at = workplace(), now()
    note_page(place.store, place.ledger, page=page_words(page, query), actor=viewer.actor, at=at)
    with place.store.reading() as session:
        row = access(session, viewer.actor.break_glass)
    left = max(1, -(-(row.ends_at - at) // timedelta(minutes=1)))
    with st.container(horizontal=True, vertical_alignment="center", key="break_glass_bar"):
        st.warning(
            f"**Break-glass access {row.number} is open until {row.ends_at:%H:%M} UTC, {counted(left, 'minute')} "
            "more.** You read everything and change nothing; each page you open is on record.",
            icon=":material/emergency_home:",
        )
        if st.button("End it", key="end_break_glass", type="primary"):
            with attempt("The access was not ended."):
                end_break_glass(place.store, place.ledger, access=row.number, actor=viewer.actor, at=now())
                st.rerun()


def page_words(page: str, query: Mapping[str, str]) -> str:
    """A page with the records that it shows, such as `model model=M0001 version=1.0.0`; typed words are left out."""
    shown = [f"{name}={value}" for name, value in sorted(query.items()) if _RECORD.fullmatch(value)]
    return " ".join([page, *shown])
