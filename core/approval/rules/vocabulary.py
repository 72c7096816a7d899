"""The words of change control, and the facts about a change on which every rule rests."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.approval.code.rules import CommitFacts
from core.inventory.rules import MOVES, Action, Stage, VersionFacts
from core.policy.rules import ChangeKind
from core.validation.rules import MissingClause


class ChangeStatus(StrEnum):
    """Where a change request stands in its four phases."""

    REQUESTED = "requested"
    IN_REVIEW = "in review"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXECUTED = "executed"


class Answer(StrEnum):
    """An answer to a checklist item."""

    MET = "met"
    NOT_MET = "not met"
    NOT_APPLICABLE = "not applicable"


class Choice(StrEnum):
    """A vote."""

    APPROVE = "approve"
    REJECT = "reject"


OPEN = frozenset({ChangeStatus.REQUESTED, ChangeStatus.IN_REVIEW})
ACTION_OF = {Choice.APPROVE: Action.VOTE_APPROVE, Choice.REJECT: Action.VOTE_REJECT}

# kinds that put a version into production rest on its validation; the first two also move it along the life cycle
BRINGS = frozenset({ChangeKind.FIRST_USE, ChangeKind.NEW_VERSION, ChangeKind.ROLLBACK})
# kinds that are decided beside the life cycle of their version, and the stages in which that version may stand
STAGES_OF: Mapping[ChangeKind, frozenset[Stage]] = MappingProxyType(
    {
        ChangeKind.RESTRICTED_USE: frozenset({Stage.IN_PRODUCTION}),
        ChangeKind.ROLLBACK: frozenset(move.source for move in MOVES if move.action is Action.RETURN),
        ChangeKind.RETIREMENT: frozenset(move.source for move in MOVES if move.action is Action.RETIRE),
        ChangeKind.POLICY_EXCEPTION: frozenset(Stage) - {Stage.DRAFT, Stage.SUPERSEDED, Stage.RETIRED},
    }
)
ASIDE = frozenset(STAGES_OF)
# where a version may have come to since its use was restricted; the bound is lifted wherever it is now
LIFTABLE = frozenset({Stage.IN_PRODUCTION, Stage.SUPERSEDED, Stage.RETIRED})


def stages_for(kind: ChangeKind, *, lifts: bool = False) -> frozenset[Stage]:
    """The stages in which a version may stand for a change beside its life cycle; `lifts`: it ends a restriction."""
    return LIFTABLE if lifts else STAGES_OF[kind]


@dataclass(frozen=True)
class ChangeFacts:
    """The state of a change request, as one approver sees it.

    `evidence_digest` is the version's now, `concluded_digest` the one the validation was concluded on,
    `approved_digest` the one that the quorum approved; `voters` holds people who are counted already, by their own
    vote, by a delegate's or by a dissent; `parties` the requester and the model's owner, to whom the request belongs.
    """

    version: VersionFacts
    status: ChangeStatus
    evidence_digest: str
    concluded_digest: str | None
    approved_digest: str | None = None
    blocking_findings: tuple[str, ...] = ()
    unanswered_items: tuple[str, ...] = ()
    unmet_items: tuple[str, ...] = ()
    voters: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    kind: ChangeKind = ChangeKind.NEW_VERSION
    requester: str = ""
    returned: bool = False
    over: bool = False  # the exception that is asked for would have ended by now
    lifts: bool = False  # a restricted use that ends a restriction, in place of putting one in force
    missing_clauses: tuple[MissingClause, ...] = ()  # what the validation's policy requires and is not there
    code_reviews: int = 0  # that policy demands before an approval
    commits: tuple[CommitFacts, ...] = ()  # behind the version, where reviews of them are demanded
    lifted: bool = False  # by now, another change ended that restriction
