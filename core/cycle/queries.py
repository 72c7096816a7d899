"""The cycle for its page: models by urgency, narrowed and paged, with counts of models by step and state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from core.coverage.keeping import Kept
from core.cycle.gathering import facts_of
from core.cycle.rules import CHECKPOINTS, Checkpoint, Facts, Point, State, Step, points_of, step_state, turns_after
from core.inventory.tables import Model
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


@dataclass(frozen=True)
class _Standing:
    """A model's checkpoints, the state of each step, how urgent it is, and when the first checkpoint turns."""

    points: tuple[Point, ...]
    steps: tuple[State, ...]
    urgency: tuple[int, int]
    turns: datetime | None


def cycle(session: Session, narrowed: CycleFilter, *, at: datetime, limit: int, offset: int) -> CycleList:
    """Models in use, those with most that is overdue first, then with most that is missing."""
    everything = _STANDINGS.read(session, at=at)
    ids = session.exec(select(Model.id).where(*_conditions(narrowed)).order_by(col(Model.id))).all()
    everywhere = (narrowed.step, narrowed.checkpoint, narrowed.state) == (None, None, None)
    matching = [
        (key, one)
        for key in ids
        if key is not None and (one := everything.get(key)) and (everywhere or _matches(one.points, narrowed))
    ]
    matching.sort(key=lambda pair: (pair[1].urgency, pair[0]))
    rows = _rows(session, matching[offset : offset + limit])
    return CycleList(Page(rows, len(matching)), _counted([one.steps for _, one in matching]))


def _standing(session: Session, at: datetime, models: Sequence[int] | None = None) -> Mapping[int, _Standing]:
    return {model: _of(facts, at) for model, facts in facts_of(session, at, models).items()}


def _of(facts: Facts, at: datetime) -> _Standing:
    points = points_of(facts, at)
    states = [point.state for point in points]
    urgency = (-states.count(State.OVERDUE), -states.count(State.MISSING))
    return _Standing(points, tuple(step_state(points, step) for step in Step), urgency, turns_after(facts, at))


_STANDINGS = Kept(_standing, lambda one: one.turns)


def _counted(standings: Sequence[tuple[State, ...]]) -> Mapping[Step, Mapping[State, int]]:
    counts: dict[Step, Counter[State]] = {step: Counter() for step in Step}
    for states, times in Counter(standings).items():
        for step, state in zip(Step, states, strict=True):
            counts[step][state] += times
    return counts


def _matches(points: Sequence[Point], narrowed: CycleFilter) -> bool:
    within = [
        point
        for point in points
        if narrowed.checkpoint in (None, point.checkpoint)
        and (narrowed.step is None or point.checkpoint in CHECKPOINTS[narrowed.step])
    ]
    return any(narrowed.state in (None, point.state) for point in within)


def _rows(session: Session, shown: Sequence[tuple[int, _Standing]]) -> tuple[CycleRow, ...]:
    found = session.exec(select(Model).where(col(Model.id).in_([key for key, _ in shown]))).all()
    by_id = {row.id: row for row in found}
    return tuple(
        CycleRow(row.number, row.name, row.tier, row.owner, one.points)
        for key, one in shown
        if (row := by_id.get(key)) is not None
    )


def _conditions(narrowed: CycleFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Model.retired_at).is_(None)]
    if narrowed.text:
        texts = (col(Model.name), col(Model.number))
        conditions.append(or_(*(text.icontains(narrowed.text, autoescape=True) for text in texts)))
    if narrowed.tier:
        conditions.append(col(Model.tier) == narrowed.tier)
    if narrowed.business_line:
        conditions.append(col(Model.business_line) == narrowed.business_line)
    return conditions
