"""What a cell of the matrix expects, and how what was seen differs from it: pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.assurance.rules import Seen

NOBODY = "nobody"
LINE = "Drill"  # the business line of every model of a drill
ANYWHERE = ""
ACCESS_CODES = frozenset(
    {
        "permission", "token-scope", "stage", "duty-development", "duty-validation", "duty-approval", "own-grant",
        "own-account", "own-remediation", "own-request", "not-yours", "session", "toxic-pair", "401", "403",
        "reach", "break-glass", "not-found", "page",
    }
)  # fmt: skip


class About(StrEnum):
    """What an act is about, as the reach of a grant asks."""

    MODEL = "model"  # of the drill's business line
    EVERYTHING = "everything"  # a record of no model: it takes a grant that reaches everywhere
    ONESELF = "oneself"  # reach does not ask, or what is done is itself kept within it

    def reached_from(self, line: str | None) -> bool:
        """Whether a role limited to this line reaches it; None: a role that reaches everywhere."""
        return line is None or self is About.ONESELF or (self is About.MODEL and line == LINE)


@dataclass(frozen=True)
class Act:
    """One act as the written table has it."""

    key: str
    roles: frozenset[str]
    stages: tuple[str, ...] = ()
    shut_to: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset({"stage"})
    scope: str = ""  # with which a token may, for somebody who may; empty: no token may
    denied: str = "permission"  # the code of a refusal for want of a role
    about: About = About.MODEL


@dataclass(frozen=True)
class Expected:
    """The grounds on which the act is to be refused: each a set of codes of which one must be given; none: allowed."""

    grounds: tuple[frozenset[str], ...] = ()

    @property
    def allowed(self) -> bool:
        return not self.grounds

    @property
    def words(self) -> str:
        """For reports: allowed, or refused with the codes that are due."""
        if self.allowed:
            return "allowed"
        return "refused: " + ", ".join(" or ".join(sorted(one)) for one in self.grounds)


@dataclass(frozen=True)
class Played:
    """What came back: done, or refused with codes, or stopped by something else as `other` says."""

    done: bool = False
    codes: frozenset[str] = frozenset()
    other: str = ""

    @property
    def words(self) -> str:
        """For reports."""
        if self.done:
            return "done"
        return self.other or "refused: " + ", ".join(sorted(self.codes))


def expected(act: Act, *, roles: frozenset[str], stage: str, relation: str, denied: str = "") -> Expected:
    """What the table says of this act by somebody with these roles, of which one that may suffices.

    `denied` is the code of a refusal for want of permission where it is not that of the act: a token's.
    """
    grounds = []
    if not roles & act.roles:
        grounds.append(frozenset({denied if denied and act.denied == "permission" else act.denied}))
    if act.stages and stage not in act.stages:
        grounds.append(act.elsewhere)
    if relation in act.shut_to:
        grounds.append(frozenset({act.shut_to[relation]}))
    if act.only and relation not in act.only:
        grounds.append(frozenset({"not-yours"}))
    return Expected(tuple(grounds))


def seen(wanted: Expected, played: Played) -> Seen:
    """How the two differ."""
    if wanted.allowed:
        if played.done:
            return Seen.AS_EXPECTED
        return Seen.SHUT if played.codes & ACCESS_CODES else Seen.NOT_REACHED
    if played.done:
        return Seen.OPEN
    if not played.codes:
        return Seen.NOT_REACHED
    return Seen.AS_EXPECTED if all(one & played.codes for one in wanted.grounds) else Seen.SILENT
