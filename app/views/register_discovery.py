"""A record that a stream has begun: what rows in quarantine tell of a model that nobody registered, as a draft."""

import re
from dataclasses import dataclass

import streamlit as st
from sqlmodel import Session

from app.components import facts, link, plain, section
from app.components.formats import count, moment
from app.views.register_fields import PREFIX
from core.inventory.importing.queries import discovery
from core.monitoring.controls.queries import StreamDraft, stream_draft

SEMANTIC = re.compile(r"\d+\.\d+\.\d+")
MOST_FEATURES = 40
BEGUN = "begun_from_discovery"


@dataclass(frozen=True)
class Begun:
    """The fields of the form that are filled, the version it begins with, and what the stream tells."""

    number: str
    name: str
    version: str
    fields: dict[str, str]
    draft: StreamDraft | None


def begun_from(session: Session, number: str) -> Begun | None:
    """The draft of this discovery; none where there is none of this number."""
    row = discovery(session, number) if number else None
    if row is None:
        return None
    draft = stream_draft(session, number)
    version = row.version if SEMANTIC.fullmatch(row.version) else "1.0.0"
    fields = {"name": row.name[:200], "rationale": f"It answers already, and was found as {number}."}
    if draft and draft.features:
        fields["purpose"] = f"Answers from {', '.join(draft.features[:MOST_FEATURES])}."
    return Begun(number, row.name, version, fields, draft)


def begin(begun: Begun) -> None:
    """Fill the form once; what the reader changes afterwards stays."""
    if st.session_state.get(BEGUN) != begun.number:
        st.session_state[BEGUN] = begun.number
        for name, value in {**begun.fields, "version": begun.version}.items():
            st.session_state[PREFIX + name] = value


def stream_card(begun: Begun) -> None:
    """What the stream tells; its rows are taken over once the version is registered."""
    with st.container(border=True):
        section("From the stream")
        st.markdown(f":gray[{begun.number} fills in what is known. Check it; the rest is yours to say.]")
        draft = begun.draft
        if draft is None:
            st.markdown("No rows of it lie in quarantine.")
            return
        features = ", ".join(draft.features[:MOST_FEATURES]) + ("…" if len(draft.features) > MOST_FEATURES else "")
        facts(
            {
                "Named": plain(begun.name),
                "Versions": plain(", ".join(draft.versions)),
                "Inputs": plain(features),
                "Answers in": plain(", ".join(draft.environments)),
                "First seen": moment(draft.first_seen),
                "Last seen": moment(draft.last_seen),
                "Rows held": count(draft.rows),
            },
            alt=f"What the stream tells of {begun.number}",
        )
        st.markdown(link("Rows in quarantine", "/quarantine", lot=draft.quarantine[0]))
