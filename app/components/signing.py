"""A signature on a decision: its meaning in words, and the password or fresh sign-in that it takes."""

from collections.abc import Callable

import streamlit as st

from app.components.formats import moment
from app.components.me import Me, me
from app.components.text import plain
from app.composition import Workplace, now
from app.signin.factors import factors_of
from app.signin.streamlit_auth import PROVIDER
from core.access.accounts import has_password
from core.access.rules import RECENT
from core.access.second_factor.codes import factor_of
from core.access.signing import authenticated_at, confirm_password, signing_refusals
from core.errors import Refusal


def signature(place: Workplace, viewer: Me, *, key: str, meaning: str) -> None:
    """Say what a signature means, and ask for the password, or a fresh sign-in, where the last one is not recent."""
    st.markdown(f":small[By signing you state: “{plain(meaning)}.”]")
    proof(place, viewer, key=key, to="sign")


def proof(place: Workplace, viewer: Me, *, key: str, to: str) -> None:
    """Ask for the password, with a code where there is an authenticator, unless the last sign-in is recent."""
    at = now()
    with place.store.reading() as session:
        against = signing_refusals(session, session_id=viewer.session, actor=viewer.actor, at=at)
        proved = authenticated_at(session, session_id=viewer.session, person=viewer.number, at=at)
        here, coded = has_password(session, viewer.number), factor_of(session, viewer.number) is not None
    if not against and proved:
        until = f"{proved + RECENT:%H:%M}"
        st.markdown(f":small[:gray[You showed at {moment(proved)} that it is you; that serves until {until}.]]")
    elif here:
        st.text_input(f"Your password, to {to}", type="password", key=_key(key), autocomplete="current-password")
        if coded:
            st.text_input(
                "Code of your authenticator, or a recovery code", key=_code_key(key), autocomplete="one-time-code"
            )
    else:
        st.markdown(f":small[Your sign-in is more than five minutes old; sign in again before you {to}.]")
        if st.button("Sign in again", key=f"{key}_again"):
            st.login(PROVIDER)


def against_signing(place: Workplace, viewer: Me) -> tuple[Refusal, ...]:
    """Why nothing can be signed before a fresh sign-in; nothing where a password may still be given."""
    with place.store.reading() as session:
        if has_password(session, viewer.number):
            return ()
        return signing_refusals(session, session_id=viewer.session, actor=viewer.actor, at=now())


def prove(place: Workplace, *, key: str, who: Callable[[], Me] = me) -> Me:
    """Take the password that was typed, if one was, and answer with who signs; raises what stands against it."""
    signer = who()
    password, code = st.session_state.pop(_key(key), ""), st.session_state.pop(_code_key(key), "")
    if password:
        confirm_password(
            place.store,
            place.ledger,
            factors_of(place),
            password=password,
            code=code,
            session_id=signer.session,
            actor=signer.actor,
            at=now(),
        )
    return signer


def _key(key: str) -> str:
    return f"{key}_password"


def _code_key(key: str) -> str:
    return f"{key}_code"
