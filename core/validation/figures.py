"""The figures of a result that a policy may set a threshold on, small enough to hold a policy against every version."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import orjson
from sqlmodel import Session, col, select

from core.metrics.fairness import Comparison
from core.metrics.fairness.results import SCREENS
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind, Direction, Policy, Threshold
from core.policy.vocabulary import names_of
from core.store import Transaction
from core.validation.judging import minimum_rows
from core.validation.needs import needs_of
from core.validation.results import ValidationResult, from_json
from core.validation.rules import RunStatus
from core.validation.tables import Run, RunFigures

Figure = tuple[str, float | None, int]  # subject, value, and the rows that it rests on


@dataclass(frozen=True)
class HeldComparison:
    """The fairness figures of one comparison; `small` has by metric the lowest ratio of a group too small to judge.

    A group of which no ratio is known counts as 0: it was not shown that it passes.
    """

    name: str
    single: bool
    minimum: int
    small: Mapping[str, float]
    figures: Mapping[str, tuple[float | None, int]]


@dataclass(frozen=True)
class HeldFigures:
    """What one run holds, by family and metric."""

    task: str
    given: frozenset[str]
    comparisons: tuple[HeldComparison, ...]
    compared: bool
    figures: Mapping[str, Mapping[str, tuple[Figure, ...]]]

    def has(self, threshold: Threshold) -> bool:
        """Whether there is a figure of this metric with a value."""
        if threshold.kind is CheckKind.FAIRNESS and self.compared:
            return any(one.figures.get(threshold.metric, (None, 0))[0] is not None for one in self.comparisons)
        found = self.figures.get(threshold.kind.value, {}).get(threshold.metric, ())
        return any(value is not None for _, value, _ in found)


@dataclass(frozen=True)
class Held:
    """One verdict from stored figures; None where only a new validation can tell."""

    threshold: Threshold
    subject: str
    value: float | None
    verdict: Verdict | None
    required: bool


def keep_figures(tx: Transaction, run_id: int, result: ValidationResult) -> None:
    """Store the figures of a run beside its result."""
    tx.session.add(RunFigures(run_id=run_id, body=to_text(result)))


def runs_without_figures(session: Session, *, limit: int) -> tuple[int, ...]:
    """Finished runs from before figures were kept."""
    without = (
        select(col(Run.id))
        .outerjoin(RunFigures, col(RunFigures.run_id) == col(Run.id))
        .where(Run.status == RunStatus.FINISHED, Run.result != "", col(RunFigures.run_id).is_(None))
    )
    return tuple(one for one in session.exec(without.order_by(col(Run.id)).limit(limit)).all() if one is not None)


def keep_earlier_figures(tx: Transaction, runs: tuple[int, ...]) -> None:
    """Read the figures of these runs out of their stored results; nothing is computed."""
    for run_id, result in tx.session.execute(select(Run.id, Run.result).where(col(Run.id).in_(runs))).all():
        keep_figures(tx, run_id, from_json(result))


def to_text(result: ValidationResult) -> str:
    """The figures as JSON."""
    fairness = result.fairness
    document = {
        "task": result.task.value,
        "given": [need.value for need in result.given],
        "compared": fairness is not None,
        "comparisons": [_said(one) for one in fairness.comparisons] if fairness else [],
        "figures": {
            kind.value: {metric: found for metric in sorted(names_of(kind)) if (found := _held(result, kind, metric))}
            for kind in CheckKind
            if kind is not CheckKind.FAIRNESS
        },
    }
    return orjson.dumps(document).decode()


def from_text(text: str) -> HeldFigures:
    """The inverse of `to_text`."""
    raw = orjson.loads(text)
    return HeldFigures(
        task=raw["task"],
        given=frozenset(raw["given"]),
        compared=raw["compared"],
        comparisons=tuple(HeldComparison(*one) for one in raw["comparisons"]),
        figures=raw["figures"],
    )


def judge_figures(held: HeldFigures, policy: Policy, tier: int) -> Iterator[Held]:
    """The verdicts that `judge_all` comes to on the whole result, from the figures alone and without words.

    Groups are chosen by size when fairness is computed: under another minimum its verdicts are not known.
    """
    for threshold in policy.thresholds:
        if tier not in threshold.tiers or held.task not in threshold.tasks:
            continue
        if not threshold.required and any(need not in held.given for need in needs_of(threshold.metric)):
            continue
        if threshold.kind is CheckKind.FAIRNESS and held.compared:
            yield from (_compared(one, threshold, policy.minimum_group) for one in held.comparisons)
            continue
        least = minimum_rows(policy, threshold.kind)
        for subject, value, n in held.figures.get(threshold.kind.value, {}).get(threshold.metric) or (("", None, 0),):
            yield Held(threshold, subject, value, _verdict(value, n, threshold, least), threshold.required)


def _compared(one: HeldComparison, threshold: Threshold, minimum: int) -> Held:
    value, n = one.figures.get(threshold.metric, (None, 0))
    verdict = _verdict(value, n, threshold, one.minimum) if one.minimum == minimum else None
    small = one.small.get(threshold.metric)
    if verdict is Verdict.PASS and small is not None and small < threshold.value:
        verdict = Verdict.INSUFFICIENT
    return Held(threshold, one.name, value, verdict, threshold.required and one.single)


def _verdict(value: float | None, n: int, threshold: Threshold, least: int) -> Verdict:
    if value is None or n < least:
        return Verdict.INSUFFICIENT
    met = value >= threshold.value if threshold.direction is Direction.AT_LEAST else value <= threshold.value
    return Verdict.PASS if met else Verdict.FAIL


def _held(result: ValidationResult, kind: CheckKind, metric: str) -> list[Figure]:
    found = [(figure.subject, figure.value, figure.n) for figure in result.figures(kind, metric)]
    return [] if found == [("", None, 0)] else found  # as good as none


def _said(one: Comparison) -> list[object]:
    small = [group for group in one.groups if not group.judged]
    lowest = {metric: min(getattr(group, metric) or 0.0 for group in small) for metric in SCREENS if small}
    return [
        one.name,
        len(one.attributes) == 1,
        one.minimum_group,
        lowest,
        {
            figure.metric: (figure.exact, figure.n)
            for figure in one.figures
            if figure.metric in names_of(CheckKind.FAIRNESS)
        },
    ]
