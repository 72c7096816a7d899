"""Sensitive attributes of records: sealed, read by few and for a purpose, each reading on record."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, blocked, link, paged, plain, section, table
from app.components.formats import count, counted, moment
from app.components.me import Me
from app.composition import Workplace
from core.access.queries import names
from core.privacy.sensitive.queries import Reading, readings_of
from core.privacy.sensitive.reading import SHOWN, Read, read_attributes
from core.privacy.sensitive.rules import LONGEST, ReadIn, reading_refusals

WAYS: Mapping[ReadIn, str] = {ReadIn.PAGE: "On a page", ReadIn.FILE: "As a file"}
KEPT = "attributes read"


def attributes_view(place: Workplace, viewer: Me, records: Sequence[str], at: datetime) -> None:
    """Who read the attributes of these records, and a form for whoever may; nothing where no record has any."""
    if not records:
        return
    section("Sensitive attributes")
    with place.store.reading() as session:
        known, total = names(session), readings_of(session, records, limit=1).total
    lies = "lies" if len(records) == 1 else "lie"
    read = f"read {counted(total, 'time')} by people" if total else "read by nobody"
    st.markdown(
        f"**{counted(len(records), 'record')} {lies} sealed, {read}.** "
        ":gray[Computations read them and show groups, never rows.]"
    )
    if total:
        with paged(total, key="readings") as window, place.store.reading() as session:
            _readings(readings_of(session, records, limit=window.limit, offset=window.offset).rows, known)
    _read_form(place, viewer, records, at)


def _readings(rows: Sequence[Reading], known: Mapping[str, str]) -> None:
    table(
        [
            {
                "Read": moment(row.at),
                "By": plain(known.get(row.person, row.person)),
                "Record": row.record,
                "Columns": plain(", ".join(row.columns)),
                "Rows": count(row.rows),
                "How": WAYS[row.way],
                "Purpose": plain(row.purpose),
                "Entry": link(f"{row.entry}", "/entry", index=row.entry),
            }
            for row in rows
        ],
        alt="Who read sensitive attributes: when, of which record, how, for what purpose, with the ledger entry",
        right=["Rows", "Entry"],
        unbroken=["Record"],
    )


def _read_form(place: Workplace, viewer: Me, records: Sequence[str], at: datetime) -> None:
    reasons = reading_refusals(viewer.actor)
    with st.expander("Read sensitive attributes"):
        blocked("Reading", reasons)
        record = st.selectbox("Record", records, key="attributes of", disabled=bool(reasons), width=220)
        purpose = st.text_input(
            "Purpose", key="attributes purpose", max_chars=LONGEST, disabled=bool(reasons),
            help="At least ten characters, kept in the ledger and in the access report; name nobody in it",
        )  # fmt: skip
        if act_button("Read attributes", reasons, key="read_attributes"):
            st.session_state.pop(KEPT, None)
            with attempt("Nothing was read."):
                st.session_state[KEPT] = read_attributes(
                    place.store, place.ledger, place.files, record=record, purpose=purpose, actor=viewer.actor, at=at
                )
                st.rerun()
    shown = st.session_state.pop(KEPT, None)  # shown once: the next look is a reading of its own
    if isinstance(shown, Read) and shown.record in records:
        _rows(shown)


def _rows(read: Read) -> None:
    found = read.rows
    st.markdown(
        f"**{counted(len(found.rows), 'row')} of {count(found.total)} of {read.record}.** "
        f":gray[Reading {read.number} is on record.]"
    )
    table(
        [{plain(name): plain(cell) for name, cell in zip(found.columns, row, strict=True)} for row in found.rows],
        alt=f"The first {SHOWN} rows of {read.record}: row id and sensitive attributes",
    )
    if found.total > len(found.rows):
        st.link_button("Take all rows as a file", f"/exports/{read.number}/attributes")
        st.caption("Within 15 minutes, by you alone; the file is a reading of its own on record.")
