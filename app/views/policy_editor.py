"""The text of a draft, to be written freely; it is saved as it is, and what is wrong with it is said by line."""

from collections.abc import Sequence

import streamlit as st

from app.components import attempt, blocked, section
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.errors import Refusal
from core.policy.drafts import change_draft
from core.policy.queries import DraftPage


def editor(place: Workplace, viewer: Me, page: DraftPage, against: Sequence[Refusal]) -> None:
    """The whole text and the button that saves it."""
    section("As text")
    blocked("A change", against)
    with st.form("text", border=False):
        text = st.text_area(
            "Text, TOML",
            value=page.text,
            height=520,
            key=f"text {page.row.number} {page.row.revision}",
            disabled=bool(against),
        )
        reason = st.text_input(
            "What changed, kept in the ledger", max_chars=1000, key=f"why {page.row.revision}", disabled=bool(against)
        )
        sent = st.form_submit_button("Save text", type="primary", disabled=bool(against))
    if sent:
        save(place, viewer, page, text, reason)


def save(place: Workplace, viewer: Me, page: DraftPage, text: str, reason: str) -> None:
    """Store another text of the draft and draw the page anew."""
    with attempt("The draft was not saved."):
        saved = change_draft(
            place.store,
            place.ledger,
            draft=page.row.number,
            text=text,
            seen_revision=page.row.revision,
            reason=reason,
            actor=viewer.actor,
            at=now(),
        )
        confirm_next(f"Revision {saved.revision} of {saved.draft} is saved.")
        st.rerun()
