"""Who may do what: roles, permissions, and duties that may not meet in one person on one version."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

from core.access.rules.permissions import PERMISSIONS as PERMISSIONS
from core.access.rules.permissions import SENSITIVE_ROLES as SENSITIVE_ROLES
from core.access.rules.permissions import TOKEN_SCOPES as TOKEN_SCOPES
from core.access.rules.permissions import TOXIC_PAIRS as TOXIC_PAIRS
from core.access.rules.permissions import Permission as Permission
from core.access.rules.permissions import Role as Role
from core.access.rules.reach import EVERYWHERE as EVERYWHERE
from core.access.rules.reach import ORGANISATION as ORGANISATION
from core.access.rules.reach import About as About
from core.access.rules.reach import Belonging as Belonging
from core.access.rules.reach import Reach as Reach
from core.access.rules.reach import about_of_the_moment as about_of_the_moment
from core.access.rules.reach import deciding_about as deciding_about
from core.access.rules.reach import reach_from as reach_from
from core.errors import Refusal


@dataclass(frozen=True)
class Actor:
    """Who acts: a person by pseudonymous id (`P0007`), or a token of theirs (`T0003`) limited to its scopes.

    A role without a limit reaches everywhere. `about` is the record that the actor stands before, none: no record.
    `answered_by` is the person who answers for a service account.
    """

    id: str
    roles: frozenset[Role] = frozenset()
    token: str | None = None
    scopes: frozenset[Permission] = frozenset()
    limits: tuple[tuple[Role, Reach], ...] = ()
    about: About | None = None
    break_glass: str = ""  # the access of theirs that is open in this session (`BG0001`): it reads, and only reads
    answered_by: str = ""

    @property
    def people(self) -> frozenset[str]:
        """Who takes part when this actor acts: the actor, and whoever answers for the service account that it is."""
        return frozenset({self.id, self.answered_by or self.id})

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the roles carry that reach the record which is decided on, or stood before; without one, all of them."""
        decided = about_of_the_moment()
        return self.permissions_on(self.about if decided is None else decided)

    def permissions_on(self, about: About | None) -> frozenset[Permission]:
        """What the roles carry that reach this record; none: all of them."""
        if self.break_glass:
            return READING
        reaching = [role for role in self.roles if about is None or self.reach_of(role).covers(about)]
        held = frozenset[Permission]().union(*(PERMISSIONS[role] for role in reaching))
        if Role.ADMINISTRATOR in self.roles:  # harmless even when an identity provider brings a toxic pair
            held &= PERMISSIONS[Role.ADMINISTRATOR]
        if Role.AUDITOR in self.roles:
            held &= PERMISSIONS[Role.AUDITOR]
        return held & self.scopes & TOKEN_SCOPES if self.token else held

    def reach_of(self, role: Role) -> Reach:
        """How far one of the roles reaches."""
        return dict(self.limits).get(role, EVERYWHERE)

    @property
    def reach(self) -> Reach:
        """What the actor may read of: as far as any of the roles reaches."""
        if self.break_glass or self.roles > dict(self.limits).keys() or not self.limits:
            return EVERYWHERE
        return reduce(Reach.with_, (reach for _, reach in self.limits))

    @property
    def acting_as(self) -> str:
        """The id that the ledger shows: the token where one was used, otherwise the person."""
        return self.token or self.id

    @property
    def role_words(self) -> str:
        """The roles in one line, as the ledger shows them."""
        words = "+".join(sorted(self.roles)) or "none"
        if self.break_glass:
            return f"{words}, {self.break_glass}"
        return f"pipeline of {self.id} ({words})" if self.token else words


READING = frozenset({Permission.RECORD_READ, Permission.LEDGER_READ})
SYSTEM = Actor("system")
RECENT = timedelta(minutes=5)  # how long a password or a fresh sign-in is enough to sign a decision with
ALLOWED: tuple[Refusal, ...] = ()


def permission_refusals(actor: Actor, permission: Permission) -> tuple[Refusal, ...]:
    """Empty when one of the actor's roles carries the permission."""
    if permission in actor.permissions:
        return ALLOWED
    if actor.break_glass:
        said = f"Your break-glass access {actor.break_glass} is open, and it only reads"
        return (Refusal("break-glass", said, "access", "End it to act in your roles again."),)
    if permission in actor.permissions_on(None):
        return (_reach_refusal(actor, permission),)
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


def line_refusals(actor: Actor, permission: Permission, line: str) -> tuple[Refusal, ...]:
    """Why the actor cannot do this on a model of this business line: to which a model is moved, say."""
    with deciding_about((Belonging(line),)):
        return permission_refusals(actor, permission)


def _reach_refusal(actor: Actor, permission: Permission) -> Refusal:
    short = sorted(role for role, _ in actor.limits if permission in PERMISSIONS[role])
    reaches = "; ".join(f"your role {role} reaches {actor.reach_of(role).words}" for role in short)
    return Refusal(
        "reach",
        f"This record lies outside of what you may do it for: {reaches}",
        "access",
        "Ask somebody whose role reaches it, or an administrator for a grant that does.",
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
    return (*reasons, *toxic_refusals(held, role))


def toxic_refusals(held: frozenset[Role], role: Role) -> tuple[Refusal, ...]:
    """Why this role may not come to those that a person holds."""
    reasons = []
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


def reach_refusals(role: Role, reach: Reach) -> tuple[Refusal, ...]:
    """Why a role cannot be given this reach: it reaches nothing, or it is the role that serves everybody."""
    if not reach.everywhere and role is Role.ADMINISTRATOR:
        text = "An administrator's role reaches everywhere: people and settings belong to no business line"
        return (Refusal("reach-administrator", text, "access", "Grant it everywhere."),)
    if not (reach.everywhere or reach.lines or reach.groups):
        text = "The role would reach nothing"
        return (Refusal("reach-empty", text, "access", "Name a business line or a group of models."),)
    return ALLOWED


def met(roles: frozenset[Role]) -> tuple[str, ...]:
    """The pairs of roles that may not meet and do, in words: “administrator and approver”."""
    return tuple(f"{first} and {second}" for first, second in TOXIC_PAIRS if {first, second} <= roles)


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
