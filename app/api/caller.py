"""Who calls: the token is read anew at every call, with its owner's roles of that moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.problems import TokenNeeded
from app.composition import Workplace, now, workplace
from core.access.rules import Actor, Permission, permission_refusals
from core.access.tokens import actor_for_token
from core.errors import Refused

LONGEST_SECRET = 200
bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token from *My account*. It acts for its owner, within its scopes, until it ends or is revoked.",
)


@dataclass(frozen=True)
class Caller:
    """A call: on which workplace, by whom, and when."""

    place: Workplace
    actor: Actor
    at: datetime


def moment() -> datetime:
    """When the call happens."""
    return now()


def caller(
    place: Annotated[Workplace, Depends(workplace)],
    at: Annotated[datetime, Depends(moment)],
    sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    """Who sent the token; raises `TokenNeeded`."""
    if sent is None:
        raise TokenNeeded(given=False)
    actor = actor_for_token(place.store, secret=sent.credentials, at=at) if _could_be(sent.credentials) else None
    if actor is None:
        raise TokenNeeded(given=True)
    return Caller(place.within(actor), actor, at)


Signed = Annotated[Caller, Depends(caller)]


def reader(signed: Signed) -> Caller:
    """As `caller`, with the permission to read records; raises `Refused`."""
    reasons = permission_refusals(signed.actor, Permission.RECORD_READ)
    if reasons:
        raise Refused(reasons)
    return signed


Reader = Annotated[Caller, Depends(reader)]


def _could_be(secret: str) -> bool:
    return secret.isascii() and len(secret) <= LONGEST_SECRET
