"""Rules about decisions: approvals behind production, independent approvers, exceptions, conditions, open requests."""

from dataclasses import dataclass
from datetime import datetime

from core.compliance.rules.values import Cause, Deviation, Settings, days_late

OTHER_DUTIES = {"development": "contributed to", "validation": "took part in the validation of"}


@dataclass(frozen=True)
class ProductionApproval:
    """A version in production with the change that brought a version into use; `change` is empty where there is none.

    `approvals` counts the people whose standing votes approve it, by themselves or through a delegate.
    """

    subject: str
    model: str
    owner: str
    version: str
    change: str
    executed: bool
    approvals: int
    quorum: int


def production_is_approved(fact: ProductionApproval, _settings: Settings) -> Deviation | None:
    """A version in production stands on a change request that its quorum approved and that was executed."""
    if not fact.change:
        said, cause, key = "In production without any change request", Cause.VERSION, fact.subject
    elif not fact.executed:
        said, cause, key = f"In production, but change {fact.change} was not executed", Cause.CHANGE, fact.change
    elif fact.approvals < fact.quorum:
        said = f"Change {fact.change} has {fact.approvals} of {fact.quorum} approvals"
        cause, key = Cause.CHANGE, fact.change
    else:
        return None
    return Deviation(fact.subject, said, cause, key, fact.model, fact.owner)


@dataclass(frozen=True)
class Approver:
    """Somebody whose vote to approve counted, and what else they did on the version: `development`, `validation`."""

    subject: str
    model: str
    owner: str
    version: str
    change: str
    person: str
    duties: tuple[str, ...]


def approver_is_independent(fact: Approver, _settings: Settings) -> Deviation | None:
    """Nobody approves a version that they contributed to or validated."""
    met = [OTHER_DUTIES[duty] for duty in sorted(fact.duties) if duty in OTHER_DUTIES]
    if not met:
        return None
    said = f"{fact.person} approved version {fact.version} in {fact.change} and {' and '.join(met)} it"
    return Deviation(fact.subject, said, Cause.CHANGE, fact.change, fact.model, fact.owner)


@dataclass(frozen=True)
class ReliedOn:
    """An exception that is over, and a version in production that it was granted for.

    `failing` says that a required check of its clause fails still, `covered` that another exception lifts that.
    """

    subject: str
    model: str
    owner: str
    version: str
    exception: str
    clause: str
    over: datetime
    failing: bool
    covered: bool


def reliance_is_lifted(fact: ReliedOn, _settings: Settings) -> Deviation | None:
    """A version in production does not fail a clause whose exception has ended, unless another stands."""
    if not fact.failing or fact.covered:
        return None
    said = f"Version {fact.version} fails clause {fact.clause}; exception {fact.exception} ended {fact.over:%Y-%m-%d}"
    return Deviation(fact.subject, said, Cause.EXCEPTION, fact.exception, fact.model, fact.owner)


@dataclass(frozen=True)
class ConditionTerm:
    """A condition of an approved change that is not verified, and whose it is."""

    subject: str
    model: str
    owner: str
    change: str
    due: datetime
    reported: bool


def condition_is_met(fact: ConditionTerm, settings: Settings) -> Deviation | None:
    """A condition of approval is met and verified by its due date."""
    if fact.due >= settings.at:
        return None
    step = "not verified" if fact.reported else "not met"
    said = f"A condition of change {fact.change} is {step}; it was due {days_late(fact.due, settings.at)}"
    return Deviation(fact.subject, said, Cause.CHANGE, fact.change, fact.model, fact.owner)


@dataclass(frozen=True)
class Decision:
    """A change request that waits for its decision."""

    subject: str
    model: str
    owner: str
    change: str
    due: datetime


def decision_is_made(fact: Decision, settings: Settings) -> Deviation | None:
    """A review is decided within the days that the policy gives it."""
    if fact.due >= settings.at:
        return None
    said = f"The review of change {fact.change} was due {days_late(fact.due, settings.at)}"
    return Deviation(fact.subject, said, Cause.CHANGE, fact.change, fact.model, fact.owner)
