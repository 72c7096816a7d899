"""Where the page of a linked record is, and the table of what a record is linked with."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import link, plain, section, table
from app.components.formats import moment
from app.components.status import word
from app.navigation import PAGES
from app.views.model_reading import person_name
from core.links import Linked, RecordKind, Ref

K = RecordKind
PLACES: Mapping[RecordKind, tuple[str, str]] = {  # of each kind: the page's address and its parameter
    K.MODEL: ("model", "model"),
    K.RUN: ("report", "run"),
    K.CHANGE: ("approval", "change"),
    K.EXCEPTION: ("exceptions", "exception"),
    K.FINDING: ("finding", "finding"),
    K.DEVIATION: ("findings", "finding"),
    K.AUDIT_FINDING: ("findings", "finding"),
    K.CHUNK: ("chunk", "chunk"),
    K.ALERT: ("alert", "alert"),
    K.OUTPUT: ("outputs", "output"),
    K.STRESS_TEST: ("stress_test", "test"),
    K.INCIDENT: ("incident", "incident"),
    K.ACTION: ("actions", "action"),
    K.COMPARISON: ("challenger", "comparison"),
    K.REVIEW: ("review", "review"),
    K.DOCUMENT: ("document", "document"),
    K.EXPORT: ("exports", "export"),
}
WORDS: Mapping[str, str] = {K.RUN: "Validation", K.CHANGE: "Change request", "file": "File"}
ADDRESSES = frozenset(page.address for page in PAGES)


def kind_word(kind: str) -> str:
    """The word on screen for a kind of record."""
    return WORDS.get(kind, word(kind))


def record_link(ref: Ref) -> str:
    """The record's number as a link to its page; a version is named `M0001 v1.1.0`."""
    if ref.kind is K.VERSION:
        model, _, version = ref.number.partition(" v")
        return link(ref.number, "/model", model=model, version=version)
    address, parameter = PLACES.get(ref.kind, ("", ""))
    return link(ref.number, f"/{address}", **{parameter: ref.number}) if address in ADDRESSES else plain(ref.number)


def linked_table(rows: Sequence[Linked], known: Mapping[str, str], *, about: str) -> None:
    """What a record is linked with, the oldest link first."""
    section("Linked with")
    if not rows:
        st.markdown(":gray[Nothing is linked yet.]")
        return
    table(
        [
            {
                "Record": record_link(one.ref),
                "Kind": kind_word(one.ref.kind),
                "Linked by": plain(person_name(one.made_by, known)),
                "When": moment(one.made_at),
            }
            for one in rows
        ],
        alt=f"Records that {about} is linked with, the oldest link first",
        right=["When"],
        unbroken=["Record", "Linked by"],
    )
