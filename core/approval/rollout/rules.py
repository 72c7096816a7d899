"""What stands against a step of a rollout, against the way back, and when that way was last rehearsed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from core.access.rules import SYSTEM, Actor, Permission, permission_refusals
from core.approval.code.rules import CommitFacts, code_refusals
from core.approval.rollout.plans.rules import Strategy, drill_due, plan_from, plan_of, plan_text, step_words
from core.approval.rules import ChangeFacts, refusals
from core.errors import Refusal
from core.inventory.rules import Action, Stage, VersionFacts, move_refusals, stage_refusals
from core.validation.rules import reason_refusals

__all__ = ["Strategy", "drill_due", "plan_from", "plan_of", "plan_text", "step_words"]

CLAUSE = "rollout plan"
WAY_BACK = "way back"


class RolloutStatus(StrEnum):
    """How far an execution is."""

    UNDER_WAY = "under way"
    HALTED = "halted"
    COMPLETED = "completed"
    ABORTED = "aborted"


# what may stand in an environment that serves nobody, and in one that serves people beside production
REHEARSABLE = frozenset({Stage.VALIDATED, Stage.IN_APPROVAL, Stage.APPROVED, Stage.IN_PRODUCTION, Stage.SUPERSEDED})
SERVABLE = frozenset({Stage.APPROVED, Stage.IN_PRODUCTION, Stage.SUPERSEDED})


class Act(StrEnum):
    """What can be done with a rollout."""

    BEGIN = "begin the rollout"
    ADVANCE = "advance the rollout"
    HALT = "halt the rollout"
    RESUME = "resume the rollout"
    ABORT = "abort the rollout"
    RELEASE = "release the hold"


# from which status each act starts; None: no rollout of this change is open
STARTS: Mapping[Act, frozenset[RolloutStatus | None]] = MappingProxyType(
    {
        Act.BEGIN: frozenset({None}),
        Act.ADVANCE: frozenset({RolloutStatus.UNDER_WAY}),
        Act.HALT: frozenset({RolloutStatus.UNDER_WAY}),
        Act.RESUME: frozenset({RolloutStatus.HALTED}),
        Act.ABORT: frozenset({RolloutStatus.UNDER_WAY, RolloutStatus.HALTED}),
        Act.RELEASE: frozenset({RolloutStatus.UNDER_WAY, RolloutStatus.HALTED}),
    }
)
# acts that bring a version further ask for everything that an execution asks for; stopping never does
FURTHER = frozenset({Act.BEGIN, Act.ADVANCE, Act.RESUME, Act.RELEASE})
SAID = frozenset({Act.HALT, Act.ABORT, Act.RELEASE})


@dataclass(frozen=True)
class Breach:
    """The breach for which a version on its way into production is held: its check, chunk and policy clause."""

    check: str
    chunk: str
    clause: str


@dataclass(frozen=True)
class RolloutFacts:
    """The state of an execution; `other` is the change whose rollout holds the place, `hold_until` ends the hold.

    `held` is the breach of a monitor for which the version is held until a person releases it.
    """

    change: ChangeFacts
    status: RolloutStatus | None
    at: datetime
    hold_until: datetime | None = None
    step_words: str = ""
    other: str | None = None
    code_reviews: int = 0
    commits: tuple[CommitFacts, ...] = ()
    slots: tuple[str, ...] = field(default=())
    held: Breach | None = None


@dataclass(frozen=True)
class ReturnFacts:
    """The way back: which version stands, which stood before, and whether the approval of that one stands.

    `version` says of the former one what its life cycle asks for, in production; elsewhere the life cycle stays.
    """

    current: str | None
    former: str | None
    version: VersionFacts | None = None
    approval_stands: bool = False
    blocking_findings: tuple[str, ...] = ()


def rollout_refusals(facts: RolloutFacts, act: Act, actor: Actor, *, reason: str | None = None) -> tuple[Refusal, ...]:
    """Every reason against this act by this actor; `reason` is given for an act that asks for one, once given."""
    reasons = list(_start(facts, act))
    if act in FURTHER:
        reasons += refusals(facts.change, Action.EXECUTE, actor)
        reasons += code_refusals(facts.code_reviews, facts.commits)
    else:
        reasons += permission_refusals(actor, Permission.PRODUCTION_RETURN)
    if act is Act.ADVANCE:
        reasons += _hold(facts)
        reasons += _breach(facts)
    if act is Act.RELEASE and facts.held is None:
        reasons.append(Refusal("not-held", "No breach holds the rollout", CLAUSE))
    if act in SAID and reason is not None:
        reasons += reason_refusals(reason, "The reason")
    return tuple(reasons)


def slot_refusals(slots: Sequence[str]) -> tuple[Refusal, ...]:
    """Why a blue-green rollout has no place to stand ready in."""
    if len(slots) >= 2:
        return ()
    return (
        Refusal(
            "slots",
            f"Production has {len(slots)} of 2 places that take turns",
            CLAUSE,
            "Have an administrator add two environments as its places.",
        ),
    )


def return_refusals(facts: ReturnFacts, actor: Actor, *, reason: str | None = None) -> tuple[Refusal, ...]:
    """Every reason against going back to the version that stood before: it needs no vote while its approval stands.

    The system acts where a clause of the policy says so, which stands for the permission of a person.
    """
    reasons = list(_way_back(facts))
    if actor == SYSTEM:
        reasons += stage_refusals(facts.version, Action.RETURN) if facts.version else ()
    elif facts.version is None:
        reasons += permission_refusals(actor, Permission.PRODUCTION_RETURN)
    else:
        reasons += move_refusals(facts.version, Action.RETURN, actor)
    if reason is not None:
        reasons += reason_refusals(reason, "The reason")
    return tuple(reasons)


def seen_refusals(facts: ReturnFacts, seen: str | None) -> tuple[Refusal, ...]:
    """Why a return that was decided on another state does not happen; `seen` is the version that stood then."""
    if seen is None or facts.current == seen:
        return ()
    said = f"{facts.current or 'No version'} stands there now, no longer {seen}"
    return (Refusal("pointer-moved", said, WAY_BACK, "Read again, then decide."),)


def place_refusals(
    stage: Stage, *, serves: bool, takes_turns: bool, stands: bool = False, actor: Actor
) -> tuple[Refusal, ...]:
    """Why a version of this stage cannot be placed in an environment beside production; `stands`: it is there now."""
    reasons = list(permission_refusals(actor, Permission.CHANGE_EXECUTE))
    allowed = SERVABLE if serves else REHEARSABLE
    if stage not in allowed:
        reasons.append(
            Refusal(
                "place-stage",
                f"The version is {stage}; this environment takes one that is {' or '.join(sorted(allowed))}",
                "environments",
                "Have it approved first." if serves else "Have it validated first.",
            )
        )
    if takes_turns:
        reasons.append(
            Refusal("place-slot", "A blue-green rollout alone fills this environment", "environments", "Begin one.")
        )
    if stands:
        reasons.append(Refusal("place-same", "The version stands there already", "environments", "Choose another."))
    return tuple(reasons)


def _start(facts: RolloutFacts, act: Act) -> list[Refusal]:
    reasons = []
    if facts.status not in STARTS[act]:
        now = f"is {facts.status}" if facts.status else "has not begun"
        reasons.append(Refusal("rollout-status", f"The rollout {now}, so you cannot {act}", CLAUSE))
    if act is Act.BEGIN and facts.other is not None:
        reasons.append(
            Refusal(
                "rollout-open",
                f"The rollout of change {facts.other} is not finished",
                CLAUSE,
                "Complete or abort it first.",
            )
        )
    return reasons


def _hold(facts: RolloutFacts) -> list[Refusal]:
    if facts.hold_until is None or facts.at >= facts.hold_until:
        return []
    until = f"{facts.hold_until:%Y-%m-%d %H:%M} UTC"
    return [Refusal("hold", f"The step {facts.step_words} holds until {until}", CLAUSE, "Wait, or abort the rollout.")]


def _breach(facts: RolloutFacts) -> list[Refusal]:
    if facts.held is None:
        return []
    return [
        Refusal(
            "breach-held",
            f"{facts.held.check} failed for this version in chunk {facts.held.chunk}",
            facts.held.clause,
            "Release the hold with a reason, or abort the rollout.",
        )
    ]


def _way_back(facts: ReturnFacts) -> list[Refusal]:
    if facts.current is None:
        return [Refusal("nothing-stands", "No version stands there", WAY_BACK)]
    if facts.former is None:
        return [
            Refusal(
                "no-way-back",
                f"No approved version stood there before {facts.current}",
                WAY_BACK,
                "Request a restricted use or the retirement of the model.",
            )
        ]
    reasons = []
    if not facts.approval_stands:
        reasons.append(
            Refusal(
                "approval-gone",
                f"The approval of {facts.former} does not stand on its evidence as it is",
                WAY_BACK,
                "Request a rollback under votes.",
            )
        )
    reasons += [
        Refusal("blocking-finding", f"Finding {number} on {facts.former} is not verified closed", "findings")
        for number in facts.blocking_findings
    ]
    return reasons
