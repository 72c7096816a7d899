"""The cycle for its page: models by urgency, narrowed and paged, with counts of models by step and state."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from core.coverage.summary import record_state
from core.cycle.gathering import facts_of_all
from core.cycle.rules import CHECKPOINTS, URGENCY, Checkpoint, Point, State, Step, points_of, step_state
from core.inventory.tables import Model
from core.store.paging import Page

KEPT = 4


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


Points = Mapping[int, tuple[Point, ...]]
_kept: dict[tuple[str, int, datetime], Points] = {}
_lock = Lock()


def cycle(session: Session, narrowed: CycleFilter, *, at: datetime, limit: int, offset: int) -> CycleList:
    """Models in use, those with most that is overdue first, then with most that is missing."""
    everything = _points(session, at=at)
    ids = session.exec(select(Model.id).where(*_conditions(narrowed)).order_by(col(Model.id))).all()
    matching = [
        (key, points)
        for key in ids
        if key is not None and (points := everything.get(key)) and _matches(points, narrowed)
    ]
    matching.sort(key=lambda pair: (*_urgency(pair[1]), pair[0]))
    counts = {step: Counter(step_state(points, step) for _, points in matching) for step in Step}
    return CycleList(Page(_rows(session, matching[offset : offset + limit]), len(matching)), counts)


def _points(session: Session, *, at: datetime) -> Points:
    """As of this hour, and gathered once for each state of the record."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    key = (str(session.get_bind().engine.url), record_state(session), hour)
    with _lock:
        found = _kept.get(key)
    if found is None:
        found = {model: points_of(facts, at) for model, facts in facts_of_all(session, at=at).items()}
        with _lock:
            while len(_kept) >= KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = found
    return found


def _matches(points: Sequence[Point], narrowed: CycleFilter) -> bool:
    within = [
        point
        for point in points
        if narrowed.checkpoint in (None, point.checkpoint)
        and (narrowed.step is None or point.checkpoint in CHECKPOINTS[narrowed.step])
    ]
    return any(narrowed.state in (None, point.state) for point in within)


def _urgency(points: Sequence[Point]) -> tuple[int, ...]:
    counted = Counter(point.state for point in points)
    return tuple(-counted[state] for state in URGENCY[:2])


def _rows(session: Session, shown: Sequence[tuple[int, tuple[Point, ...]]]) -> tuple[CycleRow, ...]:
    found = session.exec(select(Model).where(col(Model.id).in_([key for key, _ in shown]))).all()
    by_id = {row.id: row for row in found}
    return tuple(
        CycleRow(row.number, row.name, row.tier, row.owner, points)
        for key, points in shown
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
