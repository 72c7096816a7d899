"""Lets a person in again who was disabled, or whose account nobody used."""

import streamlit as st

from app.components import act_button, attempt
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.dormant.queries import blocked_accounts
from core.access.dormant.service import against_enabling, enable_person
from core.access.queries import PersonRow


def enable_form(place: Workplace, viewer: Me, person: PersonRow) -> None:
    """Why they were shut out, and the reason with which they are let in again."""
    with place.store.reading() as session:
        dormant = any(one.person == person.number for one in blocked_accounts(session))
        against = against_enabling(session, person.number, viewer.actor)
    if dormant:
        st.markdown("The account was blocked as dormant: nobody had used it for too long.")
    reason = st.text_input("Reason, kept in the ledger", key="enable_reason", max_chars=1000)
    if act_button("Let them in again", against, key="enable", kind="secondary"):
        with attempt("Nobody was let in."):
            enable_person(place.store, place.ledger, person=person.number, reason=reason, actor=viewer.actor, at=now())
            confirm_next(f"{person.number} may sign in again; tokens stay revoked.")
            st.rerun()
