"""Figures that the run at hand computed, and families of checks that it passed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col

from core.coverage.gathering.runs import current_runs
from core.coverage.gathering.scope import Held, Scope
from core.metrics.verdicts import Verdict
from core.policy.packs.signals import Signal, SignalKind, parse_signal
from core.validation.tables import CheckResult


def figures(session: Session, scope: Scope, words: Set[str], _at: datetime) -> Iterable[Held]:
    """`figures K` where at least one figure has a value, `check K` where one passed and no required one failed or
    lacks evidence; both also for a single metric, and figures for one subject."""
    asked = {word: signal for word in words if (signal := parse_signal(word)) is not None}
    wanted = {word: one for word, one in asked.items() if one.kind in (SignalKind.FIGURES, SignalKind.CHECK)}
    if wanted:
        yield from _by_metric(session, scope, wanted)
        for word, signal in wanted.items():
            if signal.subject:
                yield from _of_subject(session, scope, word, signal)


def _by_metric(session: Session, scope: Scope, wanted: dict[str, Signal]) -> Iterator[Held]:
    runs = current_runs(scope)
    computed = func.sum(case((col(CheckResult.value).is_not(None), 1), else_=0))
    passed = func.sum(case((col(CheckResult.verdict) == Verdict.PASS, 1), else_=0))
    lost = func.sum(case((and_(col(CheckResult.required), col(CheckResult.verdict) != Verdict.PASS), 1), else_=0))
    query = (
        select(runs.c.model, runs.c.number, col(CheckResult.kind), col(CheckResult.metric), computed, passed, lost)
        .join(CheckResult, col(CheckResult.run_id) == runs.c.run)
        .where(col(CheckResult.kind).in_({signal.name for signal in wanted.values()}))
        .group_by(runs.c.model, runs.c.number, col(CheckResult.kind), col(CheckResult.metric))
    )
    words = defaultdict[tuple[SignalKind, str, str], list[str]](list)
    for word, one in wanted.items():
        if not one.subject:
            words[one.kind, one.name, one.metric].append(word)
    families = defaultdict[tuple[int, str, str], list[int]](lambda: [0, 0, 0])
    for model, number, kind, metric, some, met, failed in session.execute(query):
        family = families[model, number, kind]
        for place, count in enumerate((some, met, failed)):
            family[place] += count
        yield from _held(words, model, number, kind, metric, (some, met, failed))
    for (model, number, kind), counts in families.items():
        yield from _held(words, model, number, kind, "", (counts[0], counts[1], counts[2]))


def _held(
    words: dict[tuple[SignalKind, str, str], list[str]],
    model: int,
    number: str,
    kind: str,
    metric: str,
    counts: tuple[int, int, int],
) -> Iterator[Held]:
    computed, passed, lost = counts
    if computed:
        yield from (Held(model, word, number) for word in words.get((SignalKind.FIGURES, kind, metric), ()))
    if passed and not lost:
        yield from (Held(model, word, number) for word in words.get((SignalKind.CHECK, kind, metric), ()))


def _of_subject(session: Session, scope: Scope, word: str, signal: Signal) -> Iterator[Held]:
    runs = current_runs(scope)
    query = (
        select(runs.c.model, runs.c.number)
        .join(CheckResult, col(CheckResult.run_id) == runs.c.run)
        .where(
            col(CheckResult.kind) == signal.name,
            col(CheckResult.metric) == signal.metric,
            col(CheckResult.subject).startswith(signal.subject, autoescape=True),
            col(CheckResult.value).is_not(None),
        )
        .distinct()
    )
    for model, number in session.execute(query):
        yield Held(model, word, number)
