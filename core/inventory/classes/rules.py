"""Classes of columns: what a name and a scan propose, what a decision says, what is missing, and how long data stay."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from core.access.personal_data.rules import Kind
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal
from core.policy.keeping.rules import LEAST_DAYS, DataClass, DataKeeping

SHORTEST, LONGEST_DAYS, NOTICE_DAYS = 10, 36_500, 30
CLAUSE = "[data_keeping]"
DAYS_KEPT = "Days kept"  # how the history of a record names it


class Where(StrEnum):
    """Where a column was met."""

    SCHEMA = "declared schema"
    UPLOAD = "validation upload"
    INFERENCES = "inferences"
    LABELS = "labels"
    ATTRIBUTES = "sensitive attributes"
    REFERENCE = "reference data"


class LegalBasis(StrEnum):
    """Why personal data may be processed (GDPR 6(1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    OBLIGATION = "legal obligation"
    VITAL = "vital interests"
    PUBLIC_TASK = "public task"
    INTERESTS = "legitimate interests"


class Condition(StrEnum):
    """Why special categories of personal data may be processed (GDPR 9(2); EU AI Act 4a)."""

    CONSENT = "explicit consent"
    EMPLOYMENT = "employment and social security law"
    VITAL = "vital interests"
    MEMBERS = "members of a body without profit"
    MADE_PUBLIC = "made public by the person"
    CLAIMS = "legal claims"
    PUBLIC_INTEREST = "substantial public interest"
    HEALTH_CARE = "health care"
    PUBLIC_HEALTH = "public health"
    RESEARCH = "statistics and research"
    BIAS = "bias detection and correction only"  # EU AI Act 4a: for nothing else


class Gap(StrEnum):
    """What is missing for the data of a record."""

    CLASS = "class not confirmed"
    PURPOSE = "no purpose"
    BASIS = "no legal basis"
    CONDITION = "no condition of GDPR 9(2)"
    RETENTION = "no retention"
    PAST = "kept past its day"
    OTHER_USE = "used for more than its purpose"


@dataclass(frozen=True)
class Seen:
    """A column as it was met: where, the kinds that scans found in it, and whether it is declared as sensitive."""

    name: str
    where: frozenset[Where]
    kinds: frozenset[Kind] = frozenset()
    sensitive: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a column seems to be, and why."""

    data_class: DataClass
    because: str


@dataclass(frozen=True)
class ClassFacts:
    """What a person says of a column: `because` answers a proposal of a stricter class."""

    data_class: DataClass
    purpose: str = ""
    basis: LegalBasis | None = None
    condition: Condition | None = None
    because: str = ""


def classify_refusals(
    facts: ClassFacts, proposed: Iterable[DataClass], uses: Collection[str], actor: Actor
) -> tuple[Refusal, ...]:
    """Why columns cannot be classed so; `uses` says for what columns that are held to find bias are used besides."""
    reasons = list(permission_refusals(actor, Permission.DATA_CLASSIFY))
    order = tuple(DataClass)
    strictest = max(proposed, key=order.index, default=facts.data_class)
    lower = order.index(strictest) > order.index(facts.data_class)
    if lower and strictest.of_people and len(facts.because.strip()) < SHORTEST:
        message = f"{facts.data_class.value.capitalize()} is less than the proposal, {strictest.value}"
        way_out = f"Say in at least {SHORTEST} characters why the proposal is wrong."
        reasons.append(Refusal("class-lower", message, "GDPR 5(2)", way_out))
    if facts.condition and facts.data_class is not DataClass.SPECIAL:
        reasons.append(
            Refusal(
                "condition", "A condition is for special categories alone", "GDPR 9(2)", "Leave it out, or class it so."
            )
        )
    if facts.basis and not facts.data_class.of_people:
        reasons.append(
            Refusal("basis", "A legal basis is for data of people alone", "GDPR 6(1)", "Leave it out, or class it so.")
        )
    if facts.condition is Condition.BIAS:
        reasons += [bias_only_refusal(one) for one in sorted(uses)]
    return tuple(reasons)


def bias_only_refusal(column: str) -> Refusal:
    """Why a column that is held to find bias cannot be an input of a model."""
    return Refusal(
        "purpose-limitation",
        f"“{column}” is held to find bias, and for nothing else; it cannot be an input of the model",
        "EU AI Act 4a(1), GDPR 5(1)(b)",
        "Declare it as a sensitive attribute and not as a feature, or class it again with another condition.",
    )


def retention_refusals(
    days: int | None, reason: str, most: int | None, kept_apart: bool, actor: Actor
) -> tuple[Refusal, ...]:
    """Why data cannot be kept so long: `most` is what the policy allows, `kept_apart` that they are no logs."""
    reasons = list(permission_refusals(actor, Permission.DATA_CLASSIFY))
    if len(reason.strip()) < SHORTEST:
        reasons.append(Refusal("reason", f"The reason has fewer than {SHORTEST} characters", way_out="Say why."))
    if days is None:
        return tuple(reasons)
    least = 1 if kept_apart else LEAST_DAYS
    if days < least:
        reasons.append(
            Refusal(
                "too-short",
                f"{days} days are fewer than the {least} for which logs of a model are kept",
                "EU AI Act 19, 26(6)",
                f"Name {least} days or more; sensitive attributes kept apart may go earlier by the policy.",
            )
        )
    if most is not None and days > most:
        way_out = f"Name {most:,} days or fewer, or have the policy changed."
        reasons.append(Refusal("too-long", f"The policy keeps these data for {most:,} days", CLAUSE, way_out))
    if days > LONGEST_DAYS:
        reasons.append(Refusal("too-long", f"{days:,} days are more than a century", way_out="Name fewer days."))
    return tuple(reasons)


def policy_days(where: Where, classes: Collection[DataClass], policy: DataKeeping) -> int | None:
    """For how many days the policy keeps a file whose columns are of these classes; None: it says no end."""
    terms = [policy.by_class[one] for one in classes if policy.by_class.get(one)]
    if where is Where.ATTRIBUTES and policy.attributes:
        terms.append(policy.attributes)
    return min(terms, default=None)


def kept_days(where: Where, classes: Collection[DataClass], policy: DataKeeping, own: int | None) -> int | None:
    """For how many days a file is kept: the policy's, or those of its record where they are fewer."""
    said = policy_days(where, classes, policy)
    return own if said is None else said if own is None else min(said, own)


def gaps_of(
    data_class: DataClass | None, purpose: str, basis: LegalBasis | None, condition: Condition | None
) -> tuple[Gap, ...]:
    """What is missing for one column."""
    if data_class is None:
        return (Gap.CLASS,)
    if not data_class.of_people:
        return ()
    found = []
    if not purpose.strip():
        found.append(Gap.PURPOSE)
    if basis is None and condition is not Condition.BIAS:
        found.append(Gap.BASIS)
    if data_class is DataClass.SPECIAL and condition is None:
        found.append(Gap.CONDITION)
    return tuple(found)
