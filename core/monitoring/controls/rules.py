"""Who decides on outputs and on rows in quarantine, what two people's decisions come to, and own controls."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal
from core.policy.controls.rules import Control, looser_because

SHORTEST_WORDS = 10


class OutputVerdict(StrEnum):
    """What a person says of an output, the mildest first."""

    FINE = "fine"
    WRONG = "wrong"
    HARMFUL = "harmful"
    ESCALATE = "escalate"


class OutputStatus(StrEnum):
    """Where the review of an output stands."""

    WAITING = "waiting"
    SECOND = "second opinion"  # one of two people has decided
    DECIDED = "decided"


class HeldBecause(StrEnum):
    """Why rows lie in quarantine."""

    UNKNOWN_MODEL = "unknown model"
    UNKNOWN_VERSION = "unknown version"
    REFUSED_ROWS = "refused rows"
    HELD_BATCH = "batch held back"


class HeldStatus(StrEnum):
    """What became of them."""

    HELD = "held"
    TAKEN_OVER = "taken over"
    DISCARDED = "discarded"


OPEN = (OutputStatus.WAITING, OutputStatus.SECOND)
UNKNOWN = (HeldBecause.UNKNOWN_MODEL, HeldBecause.UNKNOWN_VERSION)
VERDICTS = tuple(OutputVerdict)


@dataclass(frozen=True)
class OutputFacts:
    """What the rules ask of an output that waits."""

    status: OutputStatus
    people: int
    decided_by: frozenset[str]  # who gave an opinion
    developers: frozenset[str] = frozenset()  # of the version


def review_refusals(facts: OutputFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this person cannot decide on this output."""
    reasons = list(permission_refusals(actor, Permission.OUTPUT_REVIEW))
    if facts.status is OutputStatus.DECIDED:
        reasons.append(Refusal("decided", "This output was decided on", "output review", "Open the next one."))
    elif actor.id in facts.decided_by:
        said = "You gave your opinion, and a second person gives theirs"
        reasons.append(Refusal("same-person", said, "segregation of duties", "Leave it to another reviewer."))
    if actor.id in facts.developers:
        said = "You developed this version, and people who did not review what it answers"
        reasons.append(Refusal("own-work", said, "segregation of duties", "Leave it to another reviewer."))
    return tuple(reasons)


def words_refusals(words: str, verdict: OutputVerdict) -> tuple[Refusal, ...]:
    """An output that is not fine needs words that say why."""
    if verdict is OutputVerdict.FINE or len(words.strip()) >= SHORTEST_WORDS:
        return ()
    said = f"An output that is not fine needs at least {SHORTEST_WORDS} characters that say why"
    return (Refusal("words", said, "output review", "Write what is wrong with it."),)


def settled(opinions: Sequence[OutputVerdict], people: int) -> OutputVerdict | None:
    """What the opinions come to, or None while one is missing.

    The graver of two counts, so that nobody's concern is outvoted; whoever escalates need not wait for the other.
    """
    gravest = max(opinions, key=VERDICTS.index, default=None)
    return gravest if gravest is OutputVerdict.ESCALATE or len(opinions) >= people else None


def declare_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot declare or end a model's own control."""
    return permission_refusals(actor, Permission.MODEL_EDIT)


def tighter_refusals(own: Control, policy: Iterable[Control]) -> tuple[Refusal, ...]:
    """Why a model cannot declare this: it looks at what a clause of the policy looks at, and lets more pass."""
    reasons = []
    for clause in policy:
        if clause.subject == own.subject and (why := looser_because(own, clause)):
            said = f"It is looser than the policy: {'; '.join(why)}"
            reasons.append(Refusal("looser", said, f"clause {clause.clause}", "Declare it at least as tight."))
    return tuple(reasons)


def in_force(policy: Sequence[Control], own: Sequence[Control]) -> tuple[tuple[Control, bool], ...]:
    """The controls that hold for a model, each with whether it is its own.

    An own control stands in for the clause of the same subject that it is at least as tight as. Where the policy has
    become tighter since, the clause holds beside it.
    """
    stood_in = [clause for clause in policy if any(_stands_in(one, clause) for one in own)]
    return (*((one, False) for one in policy if one not in stood_in), *((one, True) for one in own))


def _stands_in(own: Control, clause: Control) -> bool:
    return own.subject == clause.subject and not looser_because(own, clause)


def quarantine_refusals(status: HeldStatus, because: HeldBecause, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot decide on rows in quarantine: who registers models may, for those nobody registered."""
    needed = Permission.MODEL_REGISTER if because in UNKNOWN else Permission.MODEL_EDIT
    reasons = list(permission_refusals(actor, needed))
    if status is not HeldStatus.HELD:
        reasons.append(Refusal("decided", f"These rows were {status}", "quarantine"))
    return tuple(reasons)


def stranger_refusals(model: str, version: str, model_known: bool, version_known: bool) -> tuple[Refusal, ...]:
    """Why rows cannot be taken over yet: somebody has to answer for the model and the version first."""
    if not model_known:
        said, way_out = f"The inventory does not know “{model}”", "Register the model, or name the model that it is."
        return (Refusal("unknown-model", said, "quarantine", way_out),)
    if not version_known:
        said = f"The inventory does not know version “{version}” of this model"
        return (
            Refusal("unknown-version", said, "quarantine", "Register the version, or name the version that it is."),
        )
    return ()


def still_refused(clauses: Collection[str]) -> tuple[Refusal, ...]:
    """Why rows that controls refused cannot be taken over: the controls that hold now refuse them still."""
    if not clauses:
        return ()
    said = "The controls that hold now refuse these rows"
    way_out = "Put the control right, or discard the rows and hand in better ones."
    return (Refusal("refused-rows", said, f"clause {', '.join(sorted(clauses))}", way_out),)


def kinds_of(verdicts: Collection[OutputVerdict]) -> str:
    """“2 fine, 1 harmful”."""
    found = [(verdict, list(verdicts).count(verdict)) for verdict in VERDICTS]
    return ", ".join(f"{count} {verdict}" for verdict, count in found if count)
