"""Who may take which step of a subject request, and what stands against it; nothing here reads the store."""

from dataclasses import replace
from datetime import datetime

from core.access.rules import ORGANISATION, Actor, Permission, permission_refusals
from core.errors import Refusal
from core.privacy.subjects.rules.words import (
    ACKNOWLEDGE_DAYS,
    CCPA_TERM,
    CHANNELS,
    GROUNDS,
    Ground,
    GroundText,
    Regime,
    RequestFacts,
    RequestKind,
    RequestStatus,
    Treatment,
    acknowledge_by,
    called,
    due,
    grounds_for,
)

__all__ = [
    "ACKNOWLEDGE_DAYS",
    "CCPA_TERM",
    "CHANNELS",
    "GROUNDS",
    "Ground",
    "GroundText",
    "Regime",
    "RequestFacts",
    "RequestKind",
    "RequestStatus",
    "Treatment",
    "acknowledge_by",
    "called",
    "due",
    "grounds_for",
]

SHORTEST, LONGEST = 10, 2000


def handle_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot handle requests: a person may be found anywhere, so the role has to reach everywhere."""
    return permission_refusals(_everywhere(actor), Permission.SUBJECT_REQUEST_HANDLE)


def read_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot read requests: who handles or confirms them does."""
    may = {Permission.SUBJECT_REQUEST_HANDLE, Permission.SUBJECT_REQUEST_CONFIRM} & _everywhere(actor).permissions
    return () if may else handle_refusals(actor)


def acknowledge_refusals(facts: RequestFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why receipt cannot be acknowledged."""
    done = Refusal("acknowledged", f"Receipt of {facts.number} was acknowledged")
    return (*_open(facts, actor), *([done] if facts.acknowledged else []))


def identify_refusals(facts: RequestFacts, actor: Actor, how: str) -> tuple[Refusal, ...]:
    """Why the identity cannot be put down as checked."""
    done = Refusal("identified", "The identity was checked")
    return (*_open(facts, actor), *([done] if facts.identified else []), *said_refusals(how, "how it was checked", 500))


def extend_refusals(facts: RequestFacts, actor: Actor, reason: str, at: datetime) -> tuple[Refusal, ...]:
    """Why the time cannot be extended: once only, with a reason, and while the first term still runs."""
    reasons = list(_open(facts, actor))
    if facts.extended:
        reasons.append(Refusal("extended", "The time was extended once, and is not extended again", _clock(facts)))
    if facts.due_at is not None and at > facts.due_at:
        reasons.append(
            Refusal("overdue", "The person has to be told of an extension within the first term", _clock(facts))
        )
    return (*reasons, *said_refusals(reason, "the reason"))


def search_refusals(facts: RequestFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why nothing is searched for yet: nobody is told about, or erased on, the word of a stranger."""
    reasons = list(_open(facts, actor))
    if not facts.identified:
        reasons.append(
            Refusal("identity", "The identity of who asks was not checked", "GDPR 12(6)", "Check it, and say how.")
        )
    if facts.searching:
        reasons.append(Refusal("searching", "The search is under way", way_out="Wait for it."))
    return tuple(reasons)


def propose_refusals(facts: RequestFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why an erasure cannot be proposed."""
    reasons = list(_open(facts, actor))
    if facts.kind is not RequestKind.ERASURE:
        reasons.append(Refusal("kind", f"{facts.number} asks for {facts.kind.value}, not for erasure"))
    reasons += _unsearched(facts)
    if facts.proposed_by:
        reasons.append(Refusal("proposed", "The erasure was proposed, and waits for a second person"))
    if facts.person_active:
        reasons.append(
            Refusal(
                "active-account",
                f"{facts.person} can still sign in, and acts on record under their number",
                "SR 26-2, records of who decided",
                "Hand over their models, withdraw their roles and disable the account first.",
            )
        )
    return tuple(reasons)


def confirm_refusals(facts: RequestFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why an erasure cannot be confirmed: somebody other than who proposed it, checked or filed it does."""
    reasons = list(permission_refusals(_everywhere(actor), Permission.SUBJECT_REQUEST_CONFIRM))
    reasons += _standing(facts)
    if not facts.proposed_by:
        reasons.append(Refusal("not-proposed", "Nobody proposed the erasure", way_out="An approver proposes it."))
    if actor.id in (facts.proposed_by, facts.identified_by):
        reasons.append(
            Refusal(
                "second-person",
                "Who handled the request does not confirm the erasure",
                "segregation of duties",
                "Ask another person.",
            )
        )
    if actor.id == facts.person:
        reasons.append(Refusal("own-request", "Nobody confirms the erasure of themselves", "segregation of duties"))
    if facts.person_active:
        reasons.append(Refusal("active-account", f"{facts.person} can still sign in", way_out="Disable it first."))
    return tuple(reasons)


def refuse_refusals(facts: RequestFacts, ground: Ground, said: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why the request cannot be refused on this ground."""
    reasons = list(_open(facts, actor))
    if ground not in grounds_for(facts.kind, facts.regime):
        reasons.append(
            Refusal(
                "ground",
                f"{facts.regime} gives no ground “{ground.value}” against a request for {facts.kind.value}",
                facts.regime.value,
                f"Choose one of: {', '.join(one.value for one in grounds_for(facts.kind, facts.regime))}.",
            )
        )
    if ground is Ground.NOT_IDENTIFIED and facts.identified:
        reasons.append(Refusal("identified", "The identity was checked, so this is no ground"))
    return (*reasons, *said_refusals(said, "why"))


def close_refusals(facts: RequestFacts, said: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why the request cannot be closed as answered."""
    reasons = list(_open(facts, actor))
    if facts.kind is RequestKind.ERASURE and not facts.erased:
        reasons.append(
            Refusal("not-erased", "Nothing was erased", "GDPR 17(1)", "Erase, or refuse with a ground, or withdraw.")
        )
    if facts.kind is RequestKind.ACCESS:
        if not facts.packaged:
            reasons.append(Refusal("no-package", "There is nothing to hand over", "GDPR 15(3)", "Search first."))
        elif not facts.handed_over:
            reasons.append(Refusal("not-handed-over", "Nobody took the copy away", "GDPR 15(3)", "Download it first."))
    if facts.kind in (RequestKind.CORRECTION, RequestKind.RESTRICTION) and not facts.identified:
        reasons.append(Refusal("identity", "The identity of who asks was not checked", "GDPR 12(6)"))
    return (*reasons, *said_refusals(said, "what was done", 4000))


def withdraw_refusals(facts: RequestFacts, said: str, actor: Actor) -> tuple[Refusal, ...]:
    """Why the request cannot be put down as withdrawn by the person."""
    return (*_open(facts, actor), *said_refusals(said, "how they withdrew it"))


def download_refusals(facts: RequestFacts, actor: Actor, expires: datetime | None, at: datetime) -> tuple[Refusal, ...]:
    """Why the copy for the person cannot be taken away."""
    reasons = list(handle_refusals(actor))
    if not facts.packaged:
        reasons.append(Refusal("no-package", "There is no copy to take away"))
    elif expires is not None and at >= expires:
        reasons.append(Refusal("expired", "The copy has expired", way_out="Search again; it is made anew."))
    return tuple(reasons)


def said_refusals(said: str, what: str, longest: int = LONGEST) -> tuple[Refusal, ...]:
    """Why a text is too short to be understood later, or too long to be kept."""
    if SHORTEST <= len(said.strip()) <= longest:
        return ()
    message = f"{what.capitalize()} has {len(said.strip()):,} characters, not {SHORTEST} to {longest:,}"
    return (Refusal("said", message, way_out="Say it, without personal data."),)


def _everywhere(actor: Actor) -> Actor:
    return replace(actor, about=ORGANISATION)


def _open(facts: RequestFacts, actor: Actor) -> list[Refusal]:
    own = Refusal("own-request", "Nobody handles a request about themselves", "segregation of duties")
    return [*handle_refusals(actor), *_standing(facts), *([own] if facts.person and actor.id == facts.person else [])]


def _standing(facts: RequestFacts) -> list[Refusal]:
    return [] if facts.status is RequestStatus.OPEN else [Refusal("closed", f"{facts.number} is {facts.status.value}")]


def _unsearched(facts: RequestFacts) -> list[Refusal]:
    if facts.searched and not facts.searching:
        return []
    return [Refusal("not-searched", "Nothing was searched yet", way_out="Search first, and read what was found.")]


def _clock(facts: RequestFacts) -> str:
    return "GDPR 12(3)" if facts.regime is Regime.GDPR else "CCPA 1798.130(a)(2)(A)"
