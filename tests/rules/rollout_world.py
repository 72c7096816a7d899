"""A small world of execution: two approved changes of one model, a finding, a hold that ends, and the way back.

Everything that two people can do is tried in every state that can be reached. One of them holds the permission, the
other every other role; whoever follows the rules never brings a version further than its plan, its hold and its
findings allow, and two versions never share the place.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from tests.rules.loading import Rules

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STEPS = ("SHADOW", "CANARY", "FULL")
ACTS = ("BEGIN", "ADVANCE", "HALT", "RESUME", "ABORT")


class Violation(AssertionError):
    """An invariant does not hold."""


class One(NamedTuple):
    """One change: whether a rollout of it is open, at which step, whether its hold is over, and how it ended."""

    status: str | None = None
    step: int = -1
    held: bool = False
    executed: bool = False


class State(NamedTuple):
    """Both changes, and whether a blocking finding stands; `back` is the version that stood before, by number."""

    changes: tuple[One, One] = (One(), One())
    blocking: bool = False
    serving: int | None = None
    back: int | None = None


class World:
    """The rules of one bundle, asked about states of the small world."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        access = rules.access
        self.holder = access.Actor("A", frozenset({access.Role.OWNER}))
        others = set(access.Role) - {access.Role.OWNER, access.Role.APPROVER}
        self.powerless = [access.Actor("B", frozenset({role})) for role in sorted(others)]
        self.powerless += [access.Actor("B", frozenset({access.Role.OWNER, access.Role.AUDITOR}))]

    def refused(self, state: State, which: int, act: str, actor: Any) -> bool:
        """Whether any reason stands against the act on this change."""
        rollout, approval, inventory = self.rules.rollout, self.rules.approval, self.rules.inventory
        one, other = state.changes[which], state.changes[1 - which]
        change = approval.ChangeFacts(
            version=inventory.VersionFacts(inventory.Stage[stage_of(state, which)]),
            status=approval.ChangeStatus["EXECUTED" if one.executed else "APPROVED"],
            evidence_digest="now",
            concluded_digest="now",
            approved_digest="now",
            blocking_findings=("F0001",) if state.blocking else (),
        )
        facts = rollout.RolloutFacts(
            change=change,
            status=rollout.RolloutStatus[one.status] if one.status else None,
            at=NOON,
            hold_until=NOON if one.held else NOON + timedelta(minutes=1),
            step_words="canary 10 %",
            other="CR0002" if other.status else None,
        )
        return bool(rollout.rollout_refusals(facts, rollout.Act[act], actor))

    def return_refused(self, state: State, actor: Any) -> bool:
        """Whether any reason stands against going back."""
        inventory, rollout = self.rules.inventory, self.rules.rollout
        former = state.back
        facts = rollout.ReturnFacts(
            current=None if state.serving is None else f"1.{state.serving}.0",
            former=None if former is None else f"1.{former}.0",
            version=None if former is None else inventory.VersionFacts(inventory.Stage[stage_of(state, former)]),
            approval_stands=True,
            blocking_findings=("F0001",) if state.blocking else (),
        )
        return bool(rollout.return_refusals(facts, actor))


def stage_of(state: State, which: int) -> str:
    """Where the version of a change stands."""
    if state.serving == which:
        return "IN_PRODUCTION"
    return "SUPERSEDED" if state.changes[which].executed else "APPROVED"


def explore(rules: Rules) -> tuple[int, set[tuple[str | None, str, str | None]]]:
    """How many states can be reached, and every (status, act, status) that happens; raises `Violation`."""
    world, moves = World(rules), set[tuple[str | None, str, str | None]]()
    seen, frontier = {State()}, [State()]
    while frontier:
        following = []
        for state in frontier:
            check(state)
            for move, step in steps(world, state):
                if move:
                    moves.add(move)
                if step not in seen:
                    seen.add(step)
                    following.append(step)
        frontier = following
    return len(seen), moves


def steps(world: World, state: State) -> Iterator[tuple[tuple[str | None, str, str | None] | None, State]]:
    """What can follow: time passes, a finding comes or goes, and the acts of people."""
    yield None, state._replace(blocking=not state.blocking)
    yield from rollout_steps(world, state)
    for actor in world.powerless:
        if not world.return_refused(state, actor):
            raise Violation(f"{actor.roles} may go back: {state}")
    if not world.return_refused(state, world.holder):
        if state.back is None or state.serving is None or state.blocking:
            raise Violation(f"went back to nothing, or to a version with a blocking finding: {state}")
        yield (None, "RETURN", None), state._replace(serving=state.back, back=None)


def rollout_steps(world: World, state: State) -> Iterator[tuple[tuple[str | None, str, str | None] | None, State]]:
    """What can follow of the two rollouts."""
    for which in (0, 1):
        one = state.changes[which]
        if one.status and not one.held:
            yield None, changed(state, which, one._replace(held=True))
        for act in ACTS:
            for actor in world.powerless:
                if not world.refused(state, which, act, actor):
                    raise Violation(f"{actor.roles} may {act}: {state}")
            if not world.refused(state, which, act, world.holder):
                check_act(state, one, act)
                step = after(state, which, act)
                yield (one.status, act, step.changes[which].status), step


def check_act(state: State, one: One, act: str) -> None:
    """What holds of every single act, said without the rules."""
    claims = {
        "went further while a finding blocks": act not in ("BEGIN", "ADVANCE", "RESUME") or not state.blocking,
        "advanced before the hold ended": act != "ADVANCE" or one.held,
        "advanced while halted": act != "ADVANCE" or one.status == "UNDER_WAY",
        "began twice": act != "BEGIN" or (one.status is None and not one.executed),
        "took back what is not open": act != "ABORT" or one.status is not None,
    }
    for claim, holds in claims.items():
        if not holds:
            raise Violation(f"{claim}: {state}")


def check(state: State) -> None:
    """What holds whatever has happened."""
    if sum(one.status is not None for one in state.changes) > 1:
        raise Violation(f"two rollouts share the place: {state}")
    for which, one in enumerate(state.changes):
        if one.executed and one.status:
            raise Violation(f"an executed change is still rolled out: {state}")
        if state.serving == which and not one.executed:
            raise Violation(f"serves without being executed: {state}")


def after(state: State, which: int, act: str) -> State:
    """The state that follows an act."""
    one = state.changes[which]
    if act == "HALT":
        return changed(state, which, one._replace(status="HALTED"))
    if act == "RESUME":
        return changed(state, which, one._replace(status="UNDER_WAY", held=False))
    if act == "ABORT":
        return changed(state, which, One())
    step = one.step + 1
    if STEPS[step] == "FULL":
        return changed(state, which, One(executed=True))._replace(serving=which, back=state.serving)
    return changed(state, which, one._replace(status="UNDER_WAY", step=step, held=False))


def changed(state: State, which: int, one: One) -> State:
    """The state with one change in place of what it was."""
    pair = (one, state.changes[1]) if which == 0 else (state.changes[0], one)
    return state._replace(changes=pair)
