"""A signature on a decision: its meaning in words, and the password or fresh sign-in that it takes."""

import streamlit as st

from app.components.formats import moment
from app.components.me import Me, me
from app.components.text import plain
from app.composition import Workplace, now
from app.signin.streamlit_auth import PROVIDER
from core.access.accounts import has_password
from core.access.rules import RECENT
from core.access.signing import authenticated_at, confirm_password, signing_refusals
from core.errors import Refusal


def signature(place: Workplace, viewer: Me, *, key: str, meaning: str) -> None:
    """Say what a signature means, and ask for the password, or a fresh sign-in, where the last one is not recent."""
    st.markdown(f":small[By signing you state: “{plain(meaning)}.”]")
    at = now()
    with place.store.reading() as session:
        against = signing_refusals(session, session_id=viewer.session, actor=viewer.actor, at=at)
        proved = authenticated_at(session, session_id=viewer.session, person=viewer.number, at=at)
        here = has_password(session, viewer.number)
    if not against and proved:
        until = f"{proved + RECENT:%H:%M}"
        st.markdown(f":small[:gray[You showed at {moment(proved)} that it is you; that serves until {until}.]]")
    elif here:
        st.text_input("Your password, to sign", type="password", key=_key(key), autocomplete="current-password")
    else:
        st.markdown(":small[Your sign-in is more than five minutes old; sign in again before you sign.]")
        if st.button("Sign in again", key=f"{key}_again"):
            st.login(PROVIDER)


def against_signing(place: Workplace, viewer: Me) -> tuple[Refusal, ...]:
    """Why nothing can be signed before a fresh sign-in; nothing where a password may still be given."""
    with place.store.reading() as session:
        if has_password(session, viewer.number):
            return ()
        return signing_refusals(session, session_id=viewer.session, actor=viewer.actor, at=now())


def prove(place: Workplace, *, key: str) -> Me:
    """Take the password that was typed, if one was, and answer with who signs; raises what stands against it."""
    signer = me()
    password = st.session_state.pop(_key(key), "")
    if password:
        confirm_password(
            place.store, place.ledger, password=password, session_id=signer.session, actor=signer.actor, at=now()
        )
    return signer


def _key(key: str) -> str:
    return f"{key}_password"
