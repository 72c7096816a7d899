"""A small world of one change beside the life cycle: people vote, for themselves or for others, until it is decided.

The world keeps its own books on who had their say and for whom; it asks the rules what is refused and what is enough.
Every approver has delegated to every other, so that nothing but the rules keeps a person from counting twice.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.rules.loading import Rules
from tests.rules.world import Violation

ASKS, VALIDATED, OTHERS = "A", "V", ("B", "C", "D")
PEOPLE = (ASKS, VALIDATED, *OTHERS)
SPEAKS = {"A": ("LEGAL",), "B": ("LEGAL", "COMPLIANCE"), "C": ("COMPLIANCE",), "D": (), "V": ("COMPLIANCE",)}
REQUIRED = ("LEGAL", "COMPLIANCE")
QUORUM = 2
SAID = "Read in full and convincing."


class Review(NamedTuple):
    """Votes as (who cast it, in whose place), dissents, where the change stands, and whether it was returned."""

    votes: frozenset[tuple[str, str]] = frozenset()
    dissents: frozenset[str] = frozenset()
    status: str = "REQUESTED"
    returned: bool = False

    @property
    def counted(self) -> list[str]:
        """Everybody who had their say, as often as they had it."""
        return [who for voter, whose in self.votes for who in {voter, whose}] + list(self.dissents)


class ReviewWorld:
    """The rules of one bundle, asked about states of the review."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        approver = frozenset({rules.access.Role.APPROVER, rules.access.Role.OWNER})
        self.actors = {person: rules.access.Actor(person, approver) for person in PEOPLE}
        ballots = rules.parts["core.approval.rules.ballots"]
        self.functions = {who: frozenset(ballots.Function[name] for name in names) for who, names in SPEAKS.items()}
        self.required = frozenset(ballots.Function[name] for name in REQUIRED)
        self.kind = next(one for one in rules.approval.ASIDE if one.name == "RETIREMENT")

    def facts(self, state: Review) -> Any:
        approval, stage = self.rules.approval, self.rules.inventory.Stage.IN_PRODUCTION
        return approval.ChangeFacts(
            version=self.rules.inventory.VersionFacts(stage, validators=frozenset({VALIDATED})),
            status=approval.ChangeStatus[state.status],
            evidence_digest="now",
            concluded_digest=None,
            voters=frozenset(state.counted),
            parties=frozenset({ASKS}),
            kind=self.kind,
            requester=ASKS,
            returned=state.returned,
        )

    def steps(self, state: Review) -> Iterator[tuple[str, Review]]:
        """Every act that the rules allow somebody, with the state that follows."""
        approval, action = self.rules.approval, self.rules.inventory.Action
        about = self.facts(state)
        for person, actor in self.actors.items():
            for whose in PEOPLE:
                yield from self._votes(state, about, person, whose)
            if not approval.dissent_refusals(about, actor, text=SAID, seen_digest="now"):
                yield f"{person} dissents", state._replace(dissents=state.dissents | {person}, status="IN_REVIEW")
            if not approval.return_refusals(about, action.RETURN_CHANGE, actor, reason=SAID):
                yield f"{person} returns it", Review(returned=True)
            if not approval.refusals(about, action.RESUME_CHANGE, actor):
                yield f"{person} resumes it", Review()
            if not approval.refusals(about, action.WITHDRAW_CHANGE, actor):
                yield f"{person} withdraws it", Review(status="WITHDRAWN")

    def _votes(self, state: Review, about: Any, person: str, whose: str) -> Iterator[tuple[str, Review]]:
        approval, action = self.rules.approval, self.rules.inventory.Action
        represented = None if whose == person else approval.Represented(self.actors[whose], True)
        for name in ("VOTE_APPROVE", "VOTE_REJECT"):
            if approval.vote_refusals(
                about, action[name], self.actors[person], rationale=SAID, seen_digest="now", represented=represented
            ):
                continue
            votes = state.votes | {(person, whose)}
            if name == "VOTE_REJECT":
                yield f"{person} rejects for {whose}", state._replace(votes=votes, status="REJECTED")
                continue
            spoken = [self.functions[one] for _, one in votes]
            enough = approval.quorum_reached(spoken, QUORUM, self.required)
            status = "APPROVED" if enough else "IN_REVIEW"
            yield f"{person} approves for {whose}", state._replace(votes=votes, status=status)


def explore_review(rules: Rules) -> tuple[int, set[str]]:
    """Every state that can be reached, each checked; answers with how many, and with the ends that were reached."""
    world = ReviewWorld(rules)
    seen, frontier = {Review()}, [Review()]
    while frontier:
        state = frontier.pop()
        check_review(world, state)
        for act, step in world.steps(state):
            if state.status not in ("REQUESTED", "IN_REVIEW"):
                raise Violation(f"{act} after the change was {state.status}")
            if state.returned and not act.endswith(("resumes it", "withdraws it")):
                raise Violation(f"{act} while the change lies with its requester")
            if step not in seen:
                seen.add(step)
                frontier.append(step)
    return len(seen), {state.status for state in seen}


def check_review(world: ReviewWorld, state: Review) -> None:
    """What holds whatever has happened."""
    counted = state.counted
    spoken: frozenset[Any] = frozenset().union(*(world.functions[whose] for _, whose in state.votes))
    enough = len(state.votes) >= QUORUM and world.required <= spoken
    claims = {
        "somebody counts twice": len(counted) == len(set(counted)),
        "who asked, or who validated, has a say": not {ASKS, VALIDATED} & set(counted),
        "approved without the quorum or a function": state.status != "APPROVED" or enough,
        "enough votes and not approved": not enough or state.status not in ("REQUESTED", "IN_REVIEW"),
    }
    for claim, holds in claims.items():
        if not holds:
            raise Violation(f"{claim}: {state}")
