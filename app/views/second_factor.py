"""One's second factor: set it up with a QR code, keep its recovery codes, renew them, remove it."""

from datetime import datetime
from urllib.parse import urlsplit

import segno
import streamlit as st

from app.components import act_button, attempt, blocked, section, status
from app.components.formats import counted, moment
from app.components.me import Me, me, me_setting_up
from app.components.signing import proof, prove
from app.composition import Workplace, now
from app.signin.factors import factors_of
from core.access.queries import person_record
from core.access.second_factor.codes import address_of, factor_of, new_secret, recovery_codes_left
from core.access.second_factor.service import (
    remove,
    renew_recovery_codes,
    set_up,
    set_up_refusals,
    take_away,
    take_away_refusals,
)
from core.errors import Refusal

_SECRET, _CODES = "factor_secret", "factor_recovery_codes"
_AUTHENTICATION = "authentication"  # the code of the refusal that the password lifts


def my_second_factor(place: Workplace, mine: Me, at: datetime) -> None:
    """The section of My account."""
    section("Second factor")
    if place.settings.provider is not None:
        st.markdown("Your organisation's sign-in asks for it. Set it up there.")
        return
    with place.store.reading() as session:
        factor, left = factor_of(session, mine.number), recovery_codes_left(session, mine.number)
    if factor is not None:
        said = f"{status('Active')} Your sign-in asks for a code since {moment(factor.since)}."
        st.markdown(f"{said} {counted(left, 'recovery code')} left.")
        _renew(place)
        _remove(place)
        return
    st.markdown("Only your password stands before your account. An authenticator adds a code that changes.")
    with st.expander("Set up a second factor"):
        set_up_form(place, mine, at)


def set_up_form(place: Workplace, mine: Me, at: datetime) -> None:
    """QR code, secret in letters, and the code that proves that the authenticator has it."""
    with place.store.reading() as session:
        record = person_record(session, mine.number, at=at)
        reasons = set_up_refusals(session, session_id=mine.session, actor=mine.actor, at=at)
    reasons = _lasting(reasons)
    blocked("A second factor", reasons)
    if reasons:
        return
    secret = st.session_state.setdefault(_SECRET, new_secret())
    host = urlsplit(place.settings.public_url).hostname or "countersign"
    left, right = st.columns([2, 3], gap="large")
    with left:
        _qr_code(address_of(secret, username=record.username, host=host))
    with right:
        st.markdown("1. Read this with your authenticator, or type the secret into it.")
        st.code(" ".join(secret[place_ : place_ + 4] for place_ in range(0, len(secret), 4)), language=None)
        st.markdown("2. Type the code that it shows.")
        code = st.text_input("Code", key="factor_code", max_chars=12, autocomplete="one-time-code", width=200)
        proof(place, mine, key="factor", to="go on")
        if act_button("Set up second factor", key="factor_set_up"):
            with attempt("The second factor was not set up."):
                _set_up(place, secret, code or "")


def _set_up(place: Workplace, secret: str, code: str) -> None:
    mine = prove(place, key="factor", who=me_setting_up)
    made = set_up(
        place.store,
        place.ledger,
        factors_of(place),
        secret=secret,
        code=code,
        session_id=mine.session,
        actor=mine.actor,
        at=now(),
    )
    st.session_state.pop(_SECRET, None)
    st.session_state[_CODES] = made
    st.rerun()


def recovery_codes_wait() -> bool:
    """Whether recovery codes were made in this visit and not put away yet."""
    return bool(st.session_state.get(_CODES))


def recovery_codes() -> None:
    """Shown in this visit only, in place of every page, until the reader has kept them."""
    codes = st.session_state.get(_CODES, ())
    with st.container(border=True):
        st.markdown(
            f"{status('Active')} **Keep these recovery codes now: they are not shown again.** Each works once, for the "
            "day on which you do not have your authenticator."
        )
        st.code("\n".join(codes), language=None)
        st.button("I have kept them", key="factor_codes_kept", on_click=st.session_state.pop, args=(_CODES, None))


def _renew(place: Workplace) -> None:
    with st.expander("New recovery codes"), st.form("factor_renew", border=False, width=480, clear_on_submit=True):
        st.markdown("Ten new ones take the place of those that are left.")
        code = st.text_input("Code of your authenticator", max_chars=20, autocomplete="one-time-code")
        sent = st.form_submit_button("Make recovery codes")
    if sent:
        with attempt("No codes were made."):
            st.session_state[_CODES] = renew_recovery_codes(
                place.store, place.ledger, factors_of(place), code=code or "", actor=me().actor, at=now()
            )
            st.rerun()


def _remove(place: Workplace) -> None:
    with (
        st.expander("Remove the second factor"),
        st.form("factor_remove", border=False, width=480, clear_on_submit=True),
    ):
        password = st.text_input("Password", type="password", autocomplete="current-password")
        code = st.text_input("Code, or a recovery code", max_chars=20, autocomplete="one-time-code")
        sent = st.form_submit_button("Remove second factor")
    if sent:
        with attempt("The second factor was not removed."):
            remove(
                place.store,
                place.ledger,
                factors_of(place),
                password=password or "",
                code=code or "",
                actor=me().actor,
                at=now(),
            )
            st.rerun()


def factor_of_person(place: Workplace, viewer: Me, person: str) -> None:
    """On a person's card: take away the factor of somebody who lost it, with a reason."""
    with place.store.reading() as session:
        factor, reasons = factor_of(session, person), take_away_refusals(session, viewer.actor, person)
    if factor is None:
        return
    with st.expander("Second factor"):
        st.markdown(f"Set up since {moment(factor.since)}. Taking it away ends every session; the person is told.")
        reason = st.text_input("Reason", key="factor_reason", max_chars=1000)
        if act_button("Take away second factor", reasons, key="factor_take_away", kind="secondary"):
            with attempt("The second factor was not taken away."):
                take_away(
                    place.store,
                    place.ledger,
                    factors_of(place),
                    person=person,
                    reason=reason,
                    actor=viewer.actor,
                    at=now(),
                )
                st.rerun()


def _qr_code(address: str) -> None:
    """Drawn here and put into the page: the secret goes to no other host."""
    drawn = segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#10161F", light="#FFFFFF")
    st.markdown(f"![QR code with the secret for your authenticator]({drawn})")


def _lasting(reasons: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    return tuple(reason for reason in reasons if reason.code != _AUTHENTICATION)
