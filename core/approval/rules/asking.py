"""What stands against a request: its kind told from the record, a change that is open, the clause of an exception."""

from dataclasses import dataclass
from datetime import timedelta

from core.access.rules import Actor, permission_refusals
from core.approval.rules.vocabulary import ASIDE, stages_for
from core.errors import Refusal
from core.inventory.rules import PERMISSION_OF, Action, Duty, VersionFacts, duty_refusals, move_refusals
from core.policy.rules import ChangeKind
from core.validation.rules import reason_refusals

EXCEPTIONS = "policy exceptions"


@dataclass(frozen=True)
class Exemption:
    """An exception as it is asked for: whether the version fails the clause now, what compensates, and for how long."""

    fails: bool
    controls: str
    lasts: timedelta
    longest_days: int


def told_kind(*, used_before: bool) -> ChangeKind:
    """Whether a version that goes into production is the first of its model there."""
    return ChangeKind.NEW_VERSION if used_before else ChangeKind.FIRST_USE


def request_refusals(
    version: VersionFacts,
    open_change: str | None,
    actor: Actor,
    *,
    kind: ChangeKind = ChangeKind.NEW_VERSION,
    used_before: bool = True,
    lifts: bool = False,
) -> tuple[Refusal, ...]:
    """Reasons against a new request for this version; `open_change` is the number of the one that is still open.

    `used_before`: the model was in production already, which tells a new version from the first use. `lifts`: a
    restricted use that ends a restriction.
    """
    reasons = list(_aside(version, kind, actor, lifts) if kind in ASIDE else _staged(version, kind, actor, used_before))
    if open_change is not None:
        reasons.append(
            Refusal(
                "change-open", f"Change {open_change} is open", "change control", "Resume it, or withdraw it first."
            )
        )
    return tuple(reasons)


def _staged(version: VersionFacts, kind: ChangeKind, actor: Actor, used_before: bool) -> tuple[Refusal, ...]:
    reasons = move_refusals(version, Action.REQUEST_CHANGE, actor)
    told = told_kind(used_before=used_before)
    if kind is told:
        return reasons
    was = "was in production before" if used_before else "was never in production"
    said = f"The model {was}, so this is no {kind}"
    return (*reasons, Refusal("kind", said, "change control", f"Ask for a {told}."))


def _aside(version: VersionFacts, kind: ChangeKind, actor: Actor, lifts: bool) -> tuple[Refusal, ...]:
    reasons = list(permission_refusals(actor, PERMISSION_OF[Action.REQUEST_CHANGE]))
    stages = stages_for(kind, lifts=lifts)
    if version.stage not in stages:
        wanted = " or ".join(sorted(stages))
        said = f"The version is {version.stage}; for a {kind} it must be {wanted}"
        reasons.append(Refusal("stage", said, "life cycle"))
    if kind is ChangeKind.POLICY_EXCEPTION:  # who argues for it contributes to the version
        reasons += duty_refusals(version, Duty.DEVELOPMENT, actor)
    return tuple(reasons)


def exemption_refusals(asked: Exemption) -> tuple[Refusal, ...]:
    """Reasons against an exception as it is asked for; one that is carried on is asked for, and reviewed, anew."""
    reasons = list(reason_refusals(asked.controls, "The account of compensating controls"))
    if not asked.fails:
        reasons.append(
            Refusal(
                "clause-met",
                "The version fails no required check of this clause and lacks nothing that it requires",
                EXCEPTIONS,
                "None is needed.",
            )
        )
    if asked.lasts <= timedelta(0):
        reasons.append(Refusal("ended", "The exception would end before it begins", EXCEPTIONS, "Choose a later end."))
    if asked.lasts > timedelta(days=asked.longest_days):
        said = f"The exception would last longer than {asked.longest_days} days"
        reasons.append(Refusal("too-long", said, EXCEPTIONS, "Choose an earlier end; an extension is reviewed anew."))
    return tuple(reasons)


def restriction_refusals(text: str) -> tuple[Refusal, ...]:
    """A restricted use says within what the version may be used."""
    return reason_refusals(text, "The restriction")


def lifting_refusals(*, stands: bool) -> tuple[Refusal, ...]:
    """Why a restriction cannot be lifted: none of that change stands on this version."""
    if stands:
        return ()
    said = "No restriction of that change stands on this version"
    return (Refusal("not-restricted", said, "restricted use", "Name the change that put it in force."),)


def ending_refusals(actor: Actor, *, stands: bool, parties: frozenset[str]) -> tuple[Refusal, ...]:
    """Why this actor cannot end an exception before its time: it belongs to its requester and the model's owner."""
    reasons = list(permission_refusals(actor, PERMISSION_OF[Action.REQUEST_CHANGE]))
    if actor.id not in parties:
        owners = " and ".join(sorted(parties))
        reasons.append(Refusal("not-yours", f"The exception belongs to {owners}", EXCEPTIONS, "Ask them."))
    if not stands:
        reasons.append(Refusal("not-standing", "The exception does not stand", EXCEPTIONS))
    return tuple(reasons)
