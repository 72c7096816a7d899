"""Who is behind a sign-in, asked from the store every time: a session that ended gives no access."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.composition import Workplace, now
from app.signin.claims import Claims, claims_of, roles_in
from app.signin.cookies import user_in_cookies
from app.signin.factors import must_set_up
from core.access.rules import Actor
from core.access.sessions import OutsideIdentity, actor_for_session, name_of, person_from_provider
from core.errors import Unreadable


@dataclass(frozen=True)
class Who:
    """The actor for use cases, and the name for the screen; `must_set_up`: a second factor, before anything else."""

    actor: Actor
    name: str
    must_set_up: bool = False


def person_behind(place: Workplace, claims: Claims, *, agent: str = "") -> Who | None:
    """The person, or nobody when the session is unknown, ended, expired or idle, or the person disabled.

    `agent` is what the browser says of itself, for a session that begins here.
    """
    actor = _embedded(place, claims) if claims.embedded else _outside(place, claims, agent)
    return Who(actor, name_of(place.store, actor.id), must_set_up(place, actor)) if actor else None


def person_in_cookies(place: Workplace, cookies: Mapping[str, str]) -> Who | None:
    """As `person_behind`, for a plain HTTP request: uploads, exports and the API's browser calls.

    Somebody who must set up a second factor first is nobody here.
    """
    claims = claims_of(user_in_cookies(cookies), place.settings)
    who = person_behind(place, claims) if claims else None
    return None if who is None or who.must_set_up else who


def _embedded(place: Workplace, claims: Claims) -> Actor | None:
    idle = place.settings.session_idle
    return actor_for_session(place.store, session_id=claims.session, person=claims.subject, idle=idle, at=now())


def _outside(place: Workplace, claims: Claims, agent: str) -> Actor | None:
    provider, at = place.settings.provider, now()
    if provider is None or at - claims.issued_at > place.settings.session_length:
        return None
    identity = OutsideIdentity(
        issuer=claims.issuer,
        subject=claims.subject,
        name=claims.name,
        email=claims.email,
        username=claims.username,
        roles=roles_in(claims, place.settings),
        authenticated_at=claims.authenticated_at,
        links_by_name=place.settings.scim_links_by_name,
        may_be_first_administrator=provider.admin_subject == claims.subject,
    )
    try:
        return person_from_provider(
            place.store,
            place.ledger,
            identity=identity,
            session_id=claims.session,
            length=place.settings.session_length,
            idle=place.settings.session_idle,
            agent=agent,
            at=at,
        )
    except Unreadable:  # a name that cannot be kept: the person is told that sign-in did not work
        return None
