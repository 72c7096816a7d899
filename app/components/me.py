"""The person at the screen, read from the store once at every rerun and again in every callback."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

import streamlit as st

from app.composition import look_as, workplace
from app.navigation import RECORDS
from app.signin.claims import claims_of
from app.signin.who import person_behind
from core.access.reach.belonging import about
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import GovernanceError, NotFound, Refused
from core.ledger.service import Entity


class SignedOut(GovernanceError):
    """Nobody is signed in, or the session was ended."""

    def __init__(self) -> None:
        super().__init__("Your session has ended. Sign in again.")


class SecondFactorNeeded(GovernanceError):
    """The installation asks this person for a second factor, and they have none yet."""

    def __init__(self) -> None:
        super().__init__("You need a second factor first. Set it up, then go on.")


@dataclass(frozen=True)
class Me:
    """Who acts: the actor that use cases take, the name on screen and the number in the ledger.

    `must_set_up`: they set up a second factor before anything else.
    """

    actor: Actor
    name: str
    number: str
    session: str
    must_set_up: bool = False


def me() -> Me:
    """The person at the screen; raises SignedOut when their session has ended meanwhile, or SecondFactorNeeded."""
    found = me_setting_up()
    if found.must_set_up:
        raise SecondFactorNeeded
    return found


def me_setting_up() -> Me:
    """As `me`, for the one thing that somebody without a second factor may do: set it up."""
    found = _FOUND.get() or me_or_nobody()
    if found is None:
        raise SignedOut
    return found


_FOUND: ContextVar[Me | None] = ContextVar("who was found at the beginning of this run", default=None)


@contextmanager
def found_already(found: Me) -> Iterator[None]:
    """While the frame runs a page, the page need not ask again; callbacks and fragments of their own do."""
    token = _FOUND.set(found)
    try:
        yield
    finally:
        _FOUND.reset(token)


def me_or_nobody() -> Me | None:
    """As `me`, for the frame: nobody is an answer."""
    place = workplace.whole()
    claims = claims_of(st.user.to_dict(), place.settings)
    found = claims and person_behind(place, claims, agent=st.context.headers.get("User-Agent") or "")
    look_as(found.actor if found else None)
    if not claims or not found:
        return None
    return Me(found.actor, found.name, found.actor.id, claims.session, found.must_set_up)


def require(permission: Permission) -> Me:
    """The person at the screen if a role of theirs carries `permission`; raises Refused otherwise.

    They stand before the record that the page's address names: what only other roles of theirs reach, they see refused.
    """
    found = me()
    reasons = permission_refusals(found.actor, permission)
    if reasons:
        raise Refused(reasons)
    return replace(found, actor=_before_record(found.actor)) if found.actor.limits else found


_PAGE: ContextVar[str] = ContextVar("address of the page that is drawn", default="")


def drawn_at(address: str) -> None:
    """From here on in this run the page at this address is drawn."""
    _PAGE.set(address)


def _before_record(actor: Actor) -> Actor:
    """The actor with the models of the record that the address names; as they are where it names none."""
    parameter, kind = RECORDS.get(_PAGE.get(), ("", ""))
    number = st.query_params.get(parameter, "") if parameter else ""
    if not number:
        return actor
    with workplace.whole().store.reading() as session:
        try:
            return replace(actor, about=about(session, Entity(kind, number)))
        except NotFound:
            return actor  # the page says so itself
