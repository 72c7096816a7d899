"""The table of what a record is linked with, and the word on screen for each kind of record."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import plain, section, table
from app.components.formats import moment
from app.components.record_links import record_link
from app.components.status import word
from app.views.model_reading import person_name
from core.links import Linked, RecordKind

K = RecordKind
WORDS: Mapping[str, str] = {K.RUN: "Validation", K.CHANGE: "Change request", "file": "File"}


def kind_word(kind: str) -> str:
    """The word on screen for a kind of record."""
    return WORDS.get(kind, word(kind))


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
