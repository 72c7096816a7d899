"""Who may do what: roles, permissions, and duties that may not meet in one person on one version."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.access.rules.permissions import PERMISSIONS as PERMISSIONS
from core.access.rules.permissions import TOKEN_SCOPES as TOKEN_SCOPES
from core.access.rules.permissions import TOXIC_PAIRS as TOXIC_PAIRS
from core.access.rules.permissions import Permission as Permission
from core.access.rules.permissions import Role as Role
from core.errors import Refusal


@dataclass(frozen=True)
class Actor:
    """Who acts: a person by pseudonymous id (`P0007`), or a token of theirs (`T0003`) limited to its scopes."""

    id: str
    roles: frozenset[Role] = frozenset()
    token: str | None = None
    scopes: frozenset[Permission] = frozenset()

    @property
    def permissions(self) -> frozenset[Permission]:
        held = frozenset[Permission]().union(*(PERMISSIONS[role] for role in self.roles))
        if Role.ADMINISTRATOR in self.roles:  # harmless even when an identity provider brings a toxic pair
            held &= PERMISSIONS[Role.ADMINISTRATOR]
        if Role.AUDITOR in self.roles:
            held &= PERMISSIONS[Role.AUDITOR]
        return held & self.scopes & TOKEN_SCOPES if self.token else held

    @property
    def acting_as(self) -> str:
        """The id that the ledger shows: the token where one was used, otherwise the person."""
        return self.token or self.id

    @property
    def role_words(self) -> str:
        """The roles in one line, as the ledger shows them."""
        words = "+".join(sorted(self.roles)) or "none"
        return f"pipeline of {self.id} ({words})" if self.token else words


SYSTEM = Actor("system")
RECENT = timedelta(minutes=5)  # how long a password or a fresh sign-in is enough to sign a decision with
ALLOWED: tuple[Refusal, ...] = ()


def permission_refusals(actor: Actor, permission: Permission) -> tuple[Refusal, ...]:
    """Empty when one of the actor's roles carries the permission."""
    if permission in actor.permissions:
        return ALLOWED
    if actor.token:
        return (
            Refusal(
                "token-scope",
                f"Token {actor.token} has no scope {permission}",
                "access",
                "Use a token with this scope.",
            ),
        )
    holders = sorted(role for role, held in PERMISSIONS.items() if permission in held)
    roles = " and ".join(sorted(actor.roles)) or "a person without a role"
    return (
        Refusal(
            "permission",
            f"You act as {roles}; this takes the role {' or '.join(holders)}",
            "access",
            "Ask an administrator for the role.",
        ),
    )


def grant_refusals(actor: Actor, person: str, held: frozenset[Role], role: Role) -> tuple[Refusal, ...]:
    """Why this role cannot be granted: no permission, to oneself, held already, or beside a role it may not meet."""
    reasons = list(permission_refusals(actor, Permission.PERSON_MANAGE))
    if actor.id == person:
        reasons.append(
            Refusal(
                "own-grant", "Nobody grants a role to themselves", "segregation of duties", "Ask another administrator."
            )
        )
    if role in held:
        reasons.append(Refusal("held", f"This person already holds the role {role}"))
    for first, second in TOXIC_PAIRS:
        other = {first: second, second: first}.get(role)
        if other in held:
            reasons.append(
                Refusal(
                    "toxic-pair",
                    f"The roles {role} and {other} may not meet in one person",
                    "segregation of duties",
                    f"Withdraw {other} first.",
                )
            )
    return tuple(reasons)


def recent_authentication_refusals(authenticated_at: datetime | None, at: datetime) -> tuple[Refusal, ...]:
    """Why a decision cannot be signed: who signs proved who they are, in this session, at most 5 minutes ago."""
    if authenticated_at is not None and authenticated_at <= at < authenticated_at + RECENT:
        return ALLOWED
    minutes = RECENT // timedelta(minutes=1)
    return (
        Refusal(
            "authentication",
            f"You have not shown within {minutes} minutes that it is you",
            "signing",
            "Give your password, or sign in again.",
        ),
    )
