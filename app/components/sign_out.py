"""The way out: ends the session in the store first, then Streamlit's cookie and the provider's session."""

import streamlit as st

from app.components.me import Me
from app.composition import now, workplace
from core.access.sessions import end_session


def sign_out_button(mine: Me) -> None:
    """One button; an outside provider is signed out of as well where it offers that."""
    if st.button("Sign out", key="sign_out"):
        place = workplace()
        end_session(place.store, place.ledger, session_id=mine.session, actor=mine.actor, at=now())
        st.logout()
