"""A small world: one version, four people who may hold every role, and everything that they can do with it.

Whatever happens under any assignment of roles, also one that changes over time, happens here too: everybody holds
every role that decides something, and `test_access_rules.py` shows for all 64 sets of roles that fewer roles never
allow more. The world keeps its own books on who did what; it asks the rules what is refused and where a move leads.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any, NamedTuple

from tests.rules.loading import Rules

OWNER, PEOPLE = "A", ("A", "B", "C", "D")
RENAMINGS = tuple(dict(zip(PEOPLE, (OWNER, *rest), strict=True)) for rest in permutations(PEOPLE[1:]))
DEVELOPING = {
    "UPLOAD_EVIDENCE", "START_VALIDATION", "ANSWER", "REMEDIATE_FINDING", "REQUEST_CHANGE", "RESUME_CHANGE",
}  # fmt: skip
VALIDATING = {"ASK", "RAISE_FINDING", "CLOSE_FINDING", "CONCLUDE_VALIDATED", "CONCLUDE_NOT_VALIDATED"}
APPROVING = {"VOTE_APPROVE", "VOTE_REJECT", "RETURN_CHANGE", "RETURN_TO_VALIDATION"}
BALLOTS = {"VOTE_APPROVE", "VOTE_REJECT"}
ON_CHANGE = {"ANSWER_ITEM", "EXECUTE", "WITHDRAW_CHANGE", "RESUME_CHANGE", *APPROVING}
# follow from a vote, an execution or a way back; `rollout_world.py` shows who may do those
BY_SYSTEM = {"APPROVE", "REJECT", "SUPERSEDE", "RETURN", "RETIRE"}
DECIDING_ROLES = ("OWNER", "DEVELOPER", "VALIDATOR", "APPROVER")


class Violation(AssertionError):
    """An invariant does not hold."""


class State(NamedTuple):
    """All that the rules could depend on; `concluded` and `approved` say whether that was on the evidence as it is."""

    stage: str = "DRAFT"
    contributors: frozenset[str] = frozenset()
    validators: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    evidence: bool = False
    pending: bool = False
    current: bool = False
    concluded: bool = False
    status: str | None = None
    returned: bool = False
    requester: str | None = None
    votes: frozenset[str] = frozenset()
    approved: bool = False


class Fault(NamedTuple):
    """One circumstance that must stop an otherwise allowed act."""

    blocking: bool = False
    unanswered: bool = False
    unmet: bool = False
    question: bool = False
    lacking: bool = False  # evidence that the policy requires
    hasty: bool = False  # no rationale
    outdated: bool = False  # the evidence seen is not the evidence at hand


FAULTS = {
    Fault(blocking=True): {"CONCLUDE_VALIDATED", "VOTE_APPROVE", "EXECUTE"},
    Fault(unanswered=True): {"VOTE_APPROVE"},
    Fault(unmet=True): {"VOTE_APPROVE"},
    Fault(question=True): {"CONCLUDE_VALIDATED"},
    Fault(lacking=True): {"CONCLUDE_VALIDATED"},
    Fault(hasty=True): {"VOTE_APPROVE", "VOTE_REJECT"},
    Fault(outdated=True): {"VOTE_APPROVE", "VOTE_REJECT"},
}


@dataclass
class Exploration:
    """What was found: states up to renaming of people, the longest shortest way, and every move between stages."""

    states: int = 0
    depth: int = 0
    moves: set[tuple[str, str, str]] = field(default_factory=set)


class World:
    """The rules of one bundle, asked about states of the small world."""

    def __init__(self, rules: Rules, quorum: int) -> None:
        self.rules, self.quorum = rules, quorum
        self.actions = [action.name for action in rules.inventory.Action if action.name not in BY_SYSTEM]
        self.everything = {person: self._actor(person, DECIDING_ROLES) for person in PEOPLE}
        self.toxic = [
            {person: self._actor(person, (*DECIDING_ROLES, extra)) for person in PEOPLE}
            for extra in ("ADMINISTRATOR", "AUDITOR")
        ]
        self.nobody = {person: self._actor(person, ()) for person in PEOPLE}

    def _actor(self, person: str, roles: tuple[str, ...]) -> Any:
        return self.rules.access.Actor(person, frozenset(self.rules.access.Role[role] for role in roles))

    def refused(self, state: State, action: str, actor: Any, fault: Fault = Fault()) -> bool:  # noqa: B008  frozen
        """Whether any reason stands against the act."""
        inventory, validation, approval = self.rules.inventory, self.rules.validation, self.rules.approval
        kind = inventory.Action[action]
        version = inventory.VersionFacts(
            inventory.Stage[state.stage], state.contributors, state.validators, state.approvers
        )
        findings = ("F0001",) if fault.blocking else ()
        if action == "REQUEST_CHANGE":
            still_open = "CR0001" if state.status in ("REQUESTED", "IN_REVIEW") else None
            return bool(approval.request_refusals(version, still_open, actor))
        if action in ON_CHANGE:
            if state.status is None:
                return True
            facts = approval.ChangeFacts(
                version=version,
                status=approval.ChangeStatus[state.status],
                evidence_digest="now",
                concluded_digest="now" if state.concluded else "before",
                approved_digest="now" if state.approved else None,
                blocking_findings=findings,
                unanswered_items=("Way back",) if fault.unanswered else (),
                unmet_items=("Way back",) if fault.unmet else (),
                voters=state.votes,
                parties=frozenset({OWNER, state.requester or OWNER}),
                requester=state.requester or "",
                returned=state.returned,
            )
            if action not in BALLOTS:
                return bool(approval.refusals(facts, kind, actor))
            rationale = "" if fault.hasty else "Read in full and convincing."
            seen = "before" if fault.outdated else "now"
            return bool(approval.vote_refusals(facts, kind, actor, rationale=rationale, seen_digest=seen))
        held = validation.ValidationFacts(
            version, state.evidence, state.pending, state.current, int(fault.question), findings,
            (validation.MissingClause("9.1", "Attributions are missing", ""),) if fault.lacking else (),
        )  # fmt: skip
        return bool(validation.refusals(held, kind, actor))

    def after(self, state: State, action: str, person: str) -> State:
        """The state that follows, with the books kept by what the act is."""
        step = state._replace(
            contributors=state.contributors | ({person} if action in DEVELOPING else set()),
            validators=state.validators | ({person} if action in VALIDATING else set()),
            approvers=state.approvers | ({person} if action in APPROVING else set()),
        )
        taken: Callable[[State, str], State] | None = getattr(self, f"_{action.lower()}", None)
        if action == "VOTE_APPROVE":
            return self._vote_approve(step, person)
        if action == "REQUEST_CHANGE":
            step = step._replace(requester=person)
        step = taken(step, person) if taken else step
        return self._moved(step, "REJECT" if action == "VOTE_REJECT" else action)

    def _moved(self, state: State, action: str) -> State:
        inventory = self.rules.inventory
        move = inventory.BY_ACTION.get((inventory.Stage[state.stage], inventory.Action[action]))
        if move is None:
            raise Violation(f"{action} is not refused at {state.stage}, and no move leads on")
        return state._replace(stage=move.target.name)

    def _upload_evidence(self, state: State, _person: str) -> State:
        return state._replace(evidence=True, current=False, concluded=False, approved=False, votes=frozenset())

    def _start_validation(self, state: State, _person: str) -> State:
        return state._replace(pending=True)

    def _conclude_validated(self, state: State, _person: str) -> State:
        return state._replace(concluded=True)

    def _conclude_not_validated(self, state: State, _person: str) -> State:
        return state._replace(concluded=False)

    def _request_change(self, state: State, _person: str) -> State:
        return state._replace(status="REQUESTED", votes=frozenset(), approved=False, returned=False)

    def _resume_change(self, state: State, _person: str) -> State:
        return state._replace(status="REQUESTED", votes=frozenset(), returned=False)

    def _return_change(self, state: State, _person: str) -> State:
        return state._replace(status="REQUESTED", votes=frozenset(), returned=True)

    def _return_to_validation(self, state: State, person: str) -> State:
        return self._return_change(state, person)

    def _withdraw_change(self, state: State, _person: str) -> State:
        return state._replace(status="WITHDRAWN", votes=frozenset(), returned=False)

    def _answer_item(self, state: State, _person: str) -> State:
        return state._replace(status="IN_REVIEW")

    def _vote_reject(self, state: State, _person: str) -> State:
        return state._replace(status="REJECTED")

    def _vote_approve(self, state: State, person: str) -> State:
        if person in state.votes:
            raise Violation(f"{person} votes twice")
        voted = state._replace(votes=state.votes | {person})
        if self.rules.approval.quorum_reached([frozenset()] * len(voted.votes), self.quorum):
            return self._moved(voted._replace(status="APPROVED", approved=True), "APPROVE")
        return self._moved(voted._replace(status="IN_REVIEW"), "VOTE_APPROVE")

    def _execute(self, state: State, _person: str) -> State:
        if state.status != "APPROVED" or not state.approved:
            raise Violation("executed without an approval of this evidence")
        return state._replace(status="EXECUTED")

    def system_steps(self, state: State) -> Iterator[tuple[str, State]]:
        """What happens without a person: a run finishes, and another version takes the place in production."""
        if state.pending:
            yield "FINISH", state._replace(pending=False, current=True, concluded=False, approved=False)
        if state.stage == "IN_PRODUCTION":
            yield "SUPERSEDE", self._moved(state, "SUPERSEDE")
        if state.stage == "SUPERSEDED":
            yield "RETURN", self._moved(state, "RETURN")
        if state.stage in ("APPROVED", "IN_PRODUCTION", "SUPERSEDED"):
            yield "RETIRE", self._moved(state, "RETIRE")


def explore(rules: Rules, quorum: int) -> Exploration:
    """Every state that can be reached, each checked, each act in it tried by everybody; raises `Violation`."""
    world, found = World(rules, quorum), Exploration()
    seen, frontier = {State()}, [State()]
    while frontier:
        following = []
        for state in frontier:
            check_state(state, quorum)
            for action, step in _steps(world, state):
                found.moves.add((state.stage, action, step.stage))
                check_step(state, action, step)
                canonical = _canonical(step)
                if canonical not in seen:
                    seen.add(canonical)
                    following.append(canonical)
        found.depth += bool(following)
        frontier = following
    found.states = len(seen)
    return found


def _steps(world: World, state: State) -> Iterator[tuple[str, State]]:
    yield from world.system_steps(state)
    for person in _representatives(state):
        for action in world.actions:
            if world.refused(state, action, world.everything[person]):
                continue
            _check_powerless(world, state, action, person)
            _check_faults(world, state, action, person)
            step = world.after(state, action, person)
            if action in ("WITHDRAW_CHANGE", "RESUME_CHANGE") and person not in (OWNER, state.requester):
                raise Violation(f"{person} did {action} on a request that is not theirs")
            yield action, step


def _check_powerless(world: World, state: State, action: str, person: str) -> None:
    for actors in (*world.toxic, world.nobody):
        if not world.refused(state, action, actors[person]):
            raise Violation(f"{actors[person].roles} may {action} at {state.stage}")


def _check_faults(world: World, state: State, action: str, person: str) -> None:
    for fault, stopped in FAULTS.items():
        if world.refused(state, action, world.everything[person], fault) != (action in stopped):
            raise Violation(f"{action} with {fault}: should {'be refused' if action in stopped else 'be allowed'}")


def check_state(state: State, quorum: int) -> None:
    """What holds whatever has happened."""
    parts = (state.contributors, state.validators, state.approvers)
    together = sum(len(part) for part in parts)
    claims = {
        "duties meet in one person": len(frozenset().union(*parts)) == together,
        "validated without a conclusion on this evidence": state.concluded
        or state.stage in ("DRAFT", "IN_VALIDATION", "NOT_VALIDATED"),
        "approved without distinct approvers enough": state.stage
        not in ("APPROVED", "IN_PRODUCTION", "SUPERSEDED", "RETIRED")
        or (len(state.votes) >= quorum and state.votes <= state.approvers and state.approved),
        "a closed version has a run under way": not state.pending or state.stage == "IN_VALIDATION",
        "the change says something else than the stage": _agree(state),
        "the requester did not count as a contributor": state.requester is None
        or state.requester in state.contributors,
    }
    for claim, holds in claims.items():
        if not holds:
            raise Violation(f"{claim}: {state}")


def _agree(state: State) -> bool:
    wanted = {
        "IN_APPROVAL": {"REQUESTED", "IN_REVIEW"},
        "APPROVED": {"APPROVED"},
        "IN_PRODUCTION": {"EXECUTED"},
        "SUPERSEDED": {"EXECUTED"},
        "RETIRED": {"APPROVED", "EXECUTED"},
        "DRAFT": {None},
    }.get(state.stage, {None, "REQUESTED", "IN_REVIEW", "REJECTED", "WITHDRAWN"})
    return state.status in wanted


def check_step(state: State, action: str, step: State) -> None:
    """What holds of every single act."""
    closed = ("APPROVED", "IN_PRODUCTION", "SUPERSEDED", "RETIRED")
    if state.stage in closed and (step.evidence, step.current, step.concluded) != (
        state.evidence, state.current, state.concluded,
    ):  # fmt: skip
        raise Violation(f"{action} changed the evidence of a closed version: {state}")
    if action.startswith("CONCLUDE") and (state.pending or not state.current):
        raise Violation(f"{action} on evidence that no finished run judged: {state}")
    if (
        state.stage != step.stage
        and state.stage in closed
        and action not in ("EXECUTE", "SUPERSEDE", "RETURN", "RETIRE")
    ):
        raise Violation(f"{action} reopened a closed version: {state}")


def _representatives(state: State) -> Iterator[str]:
    """One person of each kind: people to whom the state relates in the same way are interchangeable."""
    kinds = set()
    for person in PEOPLE:
        kind = (person == OWNER, person == state.requester, *(person in part for part in _sets(state)))
        if kind not in kinds:
            kinds.add(kind)
            yield person


def _sets(state: State) -> tuple[frozenset[str], ...]:
    return state.contributors, state.validators, state.approvers, state.votes


def _canonical(state: State) -> State:
    def renamed(names: dict[str, str]) -> State:
        return state._replace(
            contributors=frozenset(names[who] for who in state.contributors),
            validators=frozenset(names[who] for who in state.validators),
            approvers=frozenset(names[who] for who in state.approvers),
            votes=frozenset(names[who] for who in state.votes),
            requester=state.requester and names[state.requester],
        )

    return min((renamed(names) for names in RENAMINGS), key=_sorted_form)


def _sorted_form(state: State) -> tuple[object, ...]:
    return (*(tuple(sorted(part)) for part in _sets(state)), state.requester or "")
