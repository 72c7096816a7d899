"""Acts on access: tokens, people, roles, functions, sessions."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from core.access.people import create_person, disable_person, grant_role, withdraw_role
from core.access.rules import Actor, Permission, Role
from core.access.sessions import end_session
from core.access.tokens import issue_token, revoke_token
from core.approval.service import (
    grant_function,
)
from core.assurance.drill.acts.play import Play
from core.assurance.drill.world import (
    REASON,
    At,
    World,
)
from core.policy.rules import Function


def _issue(world: World, _place: At, actor: Actor) -> object:
    scopes = {Permission.RECORD_READ}
    return world.do(issue_token, name="drill", scopes=scopes, expires_at=world.now + timedelta(hours=1), actor=actor)


def _revoke(world: World, _place: At, actor: Actor) -> object:
    return world.do(revoke_token, number=world.tokens["kept"].number, actor=actor)


def _create(world: World, _place: At, actor: Actor) -> object:
    return world.do(create_person, username="drill-another", name="Another", actor=actor)


def _whom(world: World, place: At) -> str:
    """The person whom the cell is about: the one named, for acts on oneself."""
    return place.model or world.people["other"]


def _disable(world: World, place: At, actor: Actor) -> object:
    return world.do(disable_person, person=_whom(world, place), reason=REASON, actor=actor)


def _grant(world: World, place: At, actor: Actor) -> object:
    return world.do(grant_role, person=_whom(world, place), role=Role.OWNER, reason=REASON, actor=actor)


def _withdraw_role(world: World, _place: At, actor: Actor) -> object:
    return world.do(withdraw_role, person=world.people["other"], role=Role.DEVELOPER, reason=REASON, actor=actor)


def _grant_function(world: World, _place: At, actor: Actor) -> object:
    return world.do(
        grant_function, person=world.people["approver"], function=Function.LEGAL, reason=REASON, actor=actor
    )


def _end_session(world: World, _place: At, actor: Actor) -> object:
    session_id = world.signed_in(world.people["other"])
    return world.do(end_session, session_id=session_id, actor=actor)


ACCESS: Mapping[str, Play] = MappingProxyType(
    {
        "issue a token": _issue,
        "revoke somebody's token": _revoke,
        "create a person": _create,
        "disable a person": _disable,
        "grant a role": _grant,
        "withdraw a role": _withdraw_role,
        "grant a function": _grant_function,
        "end somebody's session": _end_session,
    }
)
