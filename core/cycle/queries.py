"""The cycle for its page: models by urgency, narrowed and paged, with counts of models by step and state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlmodel import Session

from core.coverage.keeping import Kept
from core.cycle.gathering import facts_of
from core.cycle.rules import (
    CHECKPOINTS,
    URGENCY,
    Checkpoint,
    Facts,
    Point,
    State,
    Step,
    points_of,
    step_state,
    turns_after,
)
from core.inventory.queries.in_use import in_use, page_in_use
from core.store.paging import Page


@dataclass(frozen=True)
class CycleFilter:
    """What the list is narrowed to; a state without a checkpoint or step means one in any of them."""

    text: str = ""
    tier: int | None = None
    business_line: str | None = None
    step: Step | None = None
    checkpoint: Checkpoint | None = None
    state: State | None = None


@dataclass(frozen=True)
class CycleRow:
    """One model with its checkpoints."""

    number: str
    name: str
    tier: int
    owner: str
    points: tuple[Point, ...]

    def of(self, step: Step) -> tuple[Point, ...]:
        """The checkpoints of a step."""
        return tuple(point for point in self.points if point.checkpoint in CHECKPOINTS[step])


@dataclass(frozen=True)
class CycleList:
    """One page, and over all models that match: how many stand in each state, by step."""

    page: Page[CycleRow]
    counts: Mapping[Step, Mapping[State, int]]


@dataclass(frozen=True, slots=True)
class _Standing:
    """A model's facts, its states in the order of the steps, how urgent it is, and when the first checkpoint turns.

    There is one for every model in memory, so the states are bytes, each a place in `URGENCY`: of each checkpoint,
    and of each step the most urgent.
    """

    facts: Facts
    checkpoints: bytes
    steps: bytes
    rank: int
    turns: datetime | None


def cycle(session: Session, narrowed: CycleFilter, *, at: datetime, limit: int, offset: int) -> CycleList:
    """Models in use, those with most that is overdue first, then with most that is missing."""
    everything = _STANDINGS.read(session, at=at)
    ids = in_use(session, text=narrowed.text, tier=narrowed.tier, business_line=narrowed.business_line)
    found = ((key, everything[key]) for key in ids if key in everything)
    matching = [pair for pair in found if _matches(pair[1].checkpoints, narrowed)]
    counts = _counted([one.steps for _, one in matching])
    matching.sort(key=lambda pair: pair[1].rank)  # of the same rank, the one that was registered first
    page = page_in_use(session, matching, limit=limit, offset=offset)
    rows = tuple(
        CycleRow(model.number, model.name, model.tier, model.owner, points_of(one.facts, at))
        for model, one in page.rows
    )
    return CycleList(Page(rows, page.total), counts)


def _standing(session: Session, at: datetime, models: Sequence[int] | None = None) -> Mapping[int, _Standing]:
    return {model: _of(facts, at) for model, facts in facts_of(session, at, models).items()}


def _of(facts: Facts, at: datetime) -> _Standing:
    points = points_of(facts, at)
    checkpoints = bytes(URGENCY.index(point.state) for point in points)
    steps = bytes(URGENCY.index(step_state(points, step)) for step in Step)
    overdue, missing = (checkpoints.count(URGENCY.index(state)) for state in (State.OVERDUE, State.MISSING))
    return _Standing(facts, checkpoints, steps, -overdue * (len(points) + 1) - missing, turns_after(facts, at))


_STANDINGS = Kept(_standing, lambda one: one.turns)
_ORDER = [(step, checkpoint) for step in Step for checkpoint in CHECKPOINTS[step]]


def _matches(checkpoints: bytes, narrowed: CycleFilter) -> bool:
    """Whether a checkpoint that is looked at stands in the state that is looked for, or in any."""
    within = checkpoints[_within(narrowed.step, narrowed.checkpoint)]
    return bool(within) if narrowed.state is None else URGENCY.index(narrowed.state) in within


@cache
def _within(step: Step | None, checkpoint: Checkpoint | None) -> slice:
    """Which checkpoints are looked at; those of a step follow one another."""
    places = [place for place, (of, one) in enumerate(_ORDER) if step in (None, of) and checkpoint in (None, one)]
    return slice(places[0], places[-1] + 1) if places else slice(0)


def _counted(standings: Sequence[bytes]) -> Mapping[Step, Mapping[State, int]]:
    counts: dict[Step, Counter[State]] = {step: Counter() for step in Step}
    for states, times in Counter(standings).items():
        for step, state in zip(Step, states, strict=True):
            counts[step][URGENCY[state]] += times
    return counts
