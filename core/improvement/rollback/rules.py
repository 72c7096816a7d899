"""When a version goes back by itself: which chunks failed in a row, and what holds the return back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Refusal
from core.policy.rules import Direction, RollbackCondition
from core.policy.safeguards.rules import RollbackGuard
from core.validation.rules import Severity

GUARD_CLAUSE = "rollback guard"


class Outcome(StrEnum):
    """What became of a clause that was asked."""

    CONSIDERED = "considered"  # chunks failed, fewer in a row than the clause asks for
    HELD_BACK = "held back"
    DONE = "done"


@dataclass(frozen=True)
class ChunkFigure:
    """What one monitor said of one chunk, for the whole or one group or column (`subject`).

    `failed` is None where the evidence does not suffice; an `estimated` figure stands for labels that have not come.
    `name` is the metric as people write it.
    """

    monitor: str
    metric: str
    subject: str
    chunk: str
    index: int
    value: float | None
    failed: bool | None
    severity: Severity
    estimated: bool = False
    name: str = ""

    @property
    def said(self) -> str:
        """The metric, and the group or column that it is about."""
        return (self.name or self.metric) + (f" of {self.subject}" if self.subject else "")


@dataclass(frozen=True)
class Run:
    """Chunks of one monitor that failed in a row, the newest last, held against a clause."""

    condition: RollbackCondition
    monitor: str
    chunks: tuple[str, ...]
    severity: Severity
    said: str

    @property
    def met(self) -> bool:
        """Whether as many failed in a row as the clause asks for."""
        return len(self.chunks) >= self.condition.chunks


@dataclass(frozen=True)
class GuardFacts:
    """What the guard against flapping asks: automatic rollbacks before, and where this one would lead.

    `recent` are the moments of those of this model in this environment; `sent_back` the versions that left by one
    within the guard's time; `restricted_by` the changes whose restrictions bind the former version.
    """

    former: str | None
    recent: tuple[datetime, ...] = ()
    sent_back: frozenset[str] = frozenset()
    restricted_by: tuple[str, ...] = ()


def run_of(
    condition: RollbackCondition, figures: Iterable[ChunkFigure], used: Collection[str] = frozenset()
) -> Run | None:
    """The longest row of failed chunks that ends with a monitor's newest one; None where no monitor's newest failed.

    A chunk without enough evidence neither counts nor breaks the row. Each monitor is asked by itself, for two cut
    their chunks differently. Chunks in `used` sent a version back before and count no more, nor do those before them.
    """
    by_monitor = defaultdict[str, list[ChunkFigure]](list)
    for figure in figures:
        if _concerns(condition, figure):
            by_monitor[figure.monitor].append(figure)
    runs = [run for monitor in sorted(by_monitor) if (run := _run(condition, monitor, by_monitor[monitor], used))]
    return max(runs, key=lambda run: (len(run.chunks), run.severity.rank), default=None)


def _concerns(condition: RollbackCondition, figure: ChunkFigure) -> bool:
    """A metric is asked of figures that labels or outputs gave; a severity of every breach."""
    return bool(condition.severity) or (figure.metric == condition.metric and not figure.estimated)


def _run(
    condition: RollbackCondition, monitor: str, figures: Sequence[ChunkFigure], used: Collection[str]
) -> Run | None:
    by_chunk = defaultdict[int, list[ChunkFigure]](list)
    for figure in figures:
        by_chunk[figure.index].append(figure)
    failed: list[ChunkFigure] = []
    for index in sorted(by_chunk, reverse=True):
        if any(one.chunk in used for one in by_chunk[index]):
            break
        known = [(one, beyond) for one in by_chunk[index] if (beyond := _beyond(condition, one)) is not None]
        worst = [one for one, beyond in known if beyond]
        if known and not worst:
            break
        if worst:
            failed.append(max(worst, key=lambda one: one.severity.rank))
    if not failed:
        return None
    severity = max((one.severity for one in failed), key=lambda one: one.rank)
    return Run(condition, monitor, tuple(one.chunk for one in reversed(failed)), severity, _said(condition, failed))


def _beyond(condition: RollbackCondition, figure: ChunkFigure) -> bool | None:
    """Whether this figure fails the clause; None where its chunk has not enough evidence to say."""
    if figure.failed is None:
        return None
    if condition.severity:
        return figure.failed and figure.severity.rank >= Severity(condition.severity).rank
    if figure.value is None:
        return None
    least = condition.direction is Direction.AT_LEAST
    return figure.value < condition.value if least else figure.value > condition.value


def _said(condition: RollbackCondition, failed: Sequence[ChunkFigure]) -> str:
    newest = failed[0]
    if condition.severity:
        return f"{newest.said} breached its threshold (severity {newest.severity}, monitor {newest.monitor})"
    beyond = "below" if condition.direction is Direction.AT_LEAST else "above"
    return f"{newest.said} was {newest.value:.6g}, {beyond} {condition.value:g} (monitor {newest.monitor})"


def guard_refusals(facts: GuardFacts, guard: RollbackGuard, at: datetime) -> tuple[Refusal, ...]:
    """Why a version does not go back by itself although the condition is met; a person may still decide so."""
    since = at - timedelta(hours=guard.hours)
    lately = sum(moment > since for moment in facts.recent)
    reasons = []
    if lately >= guard.most:
        times = f"{lately} automatic rollback{'s' if lately > 1 else ''} within {guard.hours} h"
        reasons.append(Refusal("cool-down", f"There was {times}; at most {guard.most} may happen", GUARD_CLAUSE))
    if facts.former is not None and facts.former in facts.sent_back:
        said = f"{facts.former} was itself rolled back automatically within {guard.hours} h"
        reasons.append(Refusal("sent-back", said, GUARD_CLAUSE))
    reasons += [
        Refusal("restricted", f"A restriction by change {change} binds {facts.former}", "restricted use")
        for change in facts.restricted_by
    ]
    return tuple(reasons)


def breach_of(figures: Iterable[ChunkFigure], least: Severity) -> ChunkFigure | None:
    """The breach that holds a version on its way into production: the most severe, of these the newest."""
    breaches = [one for one in figures if one.failed and one.severity.rank >= least.rank]
    return max(breaches, key=lambda one: (one.severity.rank, one.index, one.monitor), default=None)
