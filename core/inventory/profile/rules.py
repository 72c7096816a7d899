"""What a model is and how much is at stake: scope, inherent risk, the tier and its override, the packs that apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import Refusal

SHORTEST_REASON = 10


class Scope(StrEnum):
    """Whether model governance applies, and as what."""

    MODEL = "model"
    NOT_A_MODEL = "not a model"
    GENERATIVE = "generative"


class Factor(StrEnum):
    """What makes a model risky in itself, whatever it is used for (SR 26-2, III)."""

    COMPLEXITY = "complexity"
    ASSUMPTIONS = "assumptions"
    INPUT_QUALITY = "input quality"
    DATA_LIMITS = "data limits"


class RiskLevel(StrEnum):
    """How much a factor weighs."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class OverrideStatus(StrEnum):
    """Where a proposed tier stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class Answer(StrEnum):
    """What a person says of a model's use, from which the packs are proposed."""

    US_BANK = "banking organisation in the United States"
    NEW_YORK_CITY = "people in New York City"
    CALIFORNIA = "people in California"
    COLORADO = "people in Colorado"
    UNITED_STATES = "people elsewhere in the United States"
    EUROPE = "people in the European Union"
    EMPLOYMENT = "hiring, promotion or work"
    CREDIT = "credit"
    ESSENTIAL = "housing, education, health care, insurance or public services"
    PERSONAL_DATA = "personal data"
    SIGNIFICANT = "significant decisions about people"
    GENERATIVE = "generates text, images or code"
    MANAGEMENT_SYSTEM = "we keep an AI management system"
    VOLUNTARY = "we follow the NIST framework"


@dataclass(frozen=True)
class PackRule:
    """A pack is proposed when every one of `all_of` and at least one of `any_of`, if there are any, is answered."""

    pack: str
    all_of: frozenset[Answer]
    any_of: frozenset[Answer]
    why: str


def _rule(pack: str, why: str, *all_of: Answer, any_of: tuple[Answer, ...] = ()) -> PackRule:
    return PackRule(pack, frozenset(all_of), frozenset(any_of), why)


_DECIDES = (Answer.EMPLOYMENT, Answer.CREDIT, Answer.ESSENTIAL, Answer.SIGNIFICANT)
_AMERICA = (Answer.UNITED_STATES, Answer.NEW_YORK_CITY, Answer.CALIFORNIA, Answer.COLORADO)
PACK_RULES: tuple[PackRule, ...] = (
    _rule("sr-26-2", "Banking organisations manage model risk; generative models are outside it.", Answer.US_BANK),
    _rule(
        "nyc-ll144",
        "Automated tools in hiring or promotion in the city need a bias audit (Admin. Code 20-871).",
        Answer.NEW_YORK_CITY,
        Answer.EMPLOYMENT,
    ),
    _rule("gdpr", "Personal data of people in the Union (article 3).", Answer.EUROPE, Answer.PERSONAL_DATA),
    _rule(
        "ccpa-admt",
        "Significant decisions about Californians by automated means (11 CCR 7001, 7200).",
        Answer.CALIFORNIA,
        Answer.PERSONAL_DATA,
        any_of=_DECIDES,
    ),
    _rule("eu-ai-act", "Used in the Union in an area of annex III (article 6).", Answer.EUROPE, any_of=_DECIDES),
    _rule("fair-lending", "Credit or work in the United States (Regulation B; Title VII).",
          any_of=(Answer.CREDIT, Answer.EMPLOYMENT)),
    _rule(
        "colorado-sb26-189",
        "Consequential decisions about people in Colorado (C.R.S. 6-1-1701).",
        Answer.COLORADO,
        any_of=_DECIDES,
    ),
    _rule("nist-ai-rmf-1.0", "The organisation follows it by choice.", Answer.VOLUNTARY),
    _rule("iso-42001", "The organisation keeps a management system by choice.", Answer.MANAGEMENT_SYSTEM),
)  # fmt: skip


@dataclass(frozen=True)
class Proposal:
    """A pack that the answers lead to, with the reason in words."""

    pack: str
    why: str


def proposed_packs(answers: frozenset[Answer]) -> tuple[Proposal, ...]:
    """The packs that follow from the answers, in the order of the rules. No legal advice: a person confirms them."""
    return tuple(Proposal(rule.pack, rule.why) for rule in PACK_RULES if _applies(rule, answers))


def _applies(rule: PackRule, answers: frozenset[Answer]) -> bool:
    if rule.pack == "sr-26-2" and Answer.GENERATIVE in answers:
        return False  # SR 26-2: generative and agentic AI are out of its scope
    if rule.pack == "fair-lending" and not answers & frozenset((*_AMERICA, Answer.US_BANK)):
        return False
    return rule.all_of <= answers and (not rule.any_of or bool(rule.any_of & answers))


def pack_refusals(proposed: frozenset[str], confirmed: frozenset[str], reason: str) -> tuple[Refusal, ...]:
    """Who departs from the proposal says why."""
    if proposed == confirmed or len(reason.strip()) >= SHORTEST_REASON:
        return ()
    words = ", ".join(sorted(proposed ^ confirmed))
    return (
        Refusal(
            "pack-reason",
            f"The packs differ from the proposal: {words}",
            "regulation packs",
            "Say why in at least 10 characters.",
        ),
    )


def inherent_risk(levels: Mapping[Factor, RiskLevel]) -> RiskLevel | None:
    """The highest of the four factors; None until all are assessed (SR 26-2, III names them and gives no formula)."""
    if set(levels) != set(Factor):
        return None
    return max(levels.values(), key=list(RiskLevel).index)


def tier_in_force(rule: int, override: int | None) -> int:
    """The tier that holds after exposure or purpose changed: an override stands only where it is the stricter."""
    return rule if override is None else min(rule, override)


def propose_tier_refusals(tier: int, in_force: int, *, pending: bool, reason: str) -> tuple[Refusal, ...]:
    """Why a tier cannot be proposed: it is none, it holds already, another proposal waits, or no reason is given."""
    clause, reasons = "materiality", []
    if not 1 <= tier <= 4:
        reasons.append(Refusal("tier", f"There is no tier {tier}", clause, "Choose 1, 2, 3 or 4."))
    if tier == in_force:
        reasons.append(Refusal("tier-same", f"The model is in tier {tier} already", clause, "Nothing to do."))
    if pending:
        said = "A proposal for this model waits for its confirmation"
        reasons.append(Refusal("tier-pending", said, clause, "Have it decided or withdraw it."))
    if len(reason.strip()) < SHORTEST_REASON:
        reasons.append(Refusal("reason", f"The reason has fewer than {SHORTEST_REASON} characters", "", "Say why."))
    return tuple(reasons)


def decide_tier_refusals(status: OverrideStatus, proposed_by: str, person: str) -> tuple[Refusal, ...]:
    """Why this person cannot confirm or decline: it was decided, or they proposed it themselves."""
    reasons = []
    if status is not OverrideStatus.PROPOSED:
        reasons.append(Refusal("tier-decided", f"The proposal is {status}", "materiality", "Propose the tier again."))
    if proposed_by == person:
        reasons.append(
            Refusal(
                "own-proposal",
                "Nobody confirms the tier that they proposed",
                "segregation of duties",
                "Ask another approver.",
            )
        )
    return tuple(reasons)
