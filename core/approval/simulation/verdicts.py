"""Holds a draft against the newest result of every version: verdicts on record beside those that it would give."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import String, func, select, type_coerce
from sqlmodel import Session, col

from core.approval.simulation.values import NOT_JUDGED, UNKNOWN, ChangedVerdict, ClauseEffect, Move
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.metrics.verdicts import Verdict
from core.policy.exceptions import AllStanding, Standing, covers
from core.policy.rules import Policy
from core.validation.figures import Held, from_text, judge_figures
from core.validation.rules import RunStatus
from core.validation.tables import CheckResult, Run, RunFigures

AT_ONCE = 500
ENVIRONMENT = "production"


@dataclass(frozen=True)
class Recorded:
    """A verdict on record."""

    clause: str
    metric: str
    direction: str
    subject: str
    verdict: str
    required: bool
    value: float | None


@dataclass(frozen=True)
class Version:
    """A version with its newest finished run."""

    run_id: int
    version_id: int
    model_id: int
    tier: int
    in_production: bool
    figures: str


@dataclass(frozen=True)
class Compared:
    """A version under the draft."""

    version: Version
    before: str
    after: str
    changes: tuple[ChangedVerdict, ...]
    regrouped: bool
    excepted_before: bool = False  # every required clause that it fails on record is under a granted exception
    excepted: bool = False  # and so is every one that it would fail


@dataclass
class Tally:
    """What was counted over all versions."""

    judged: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    moves: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)
    breaches: int = 0
    breaches_before: int = 0
    excepted: int = 0
    excepted_before: int = 0
    productions_not_known: int = 0
    regrouped: int = 0
    gone: dict[str, Recorded] = field(default_factory=dict)

    def effects(self, draft: Policy) -> tuple[ClauseEffect, ...]:
        """By clause, in the order of the draft, then the clauses that it leaves out."""
        own = [
            ClauseEffect(
                one.clause, one.title, one.metric, one.required, self.clauses[one.clause], self.held[one.clause],
                moves_of(self.moves.get(one.clause, Counter())),
            )
            for one in draft.thresholds
        ]  # fmt: skip
        gone = [
            ClauseEffect(
                clause, one.metric, one.metric, one.required, sum(self.moves[clause].values()),
                sum(self.moves[clause].values()), moves_of(self.moves[clause]),
            )
            for clause, one in sorted(self.gone.items())
            if clause in self.moves and clause not in {threshold.clause for threshold in draft.thresholds}
        ]  # fmt: skip
        return (*own, *gone)


def moves_of(counted: Counter[tuple[str, str]]) -> tuple[Move, ...]:
    """The most frequent first; what stays as it is is left out."""
    return tuple(Move(*pair, count) for pair, count in counted.most_common() if pair[0] != pair[1])


def newest_runs(session: Session) -> tuple[int, ...]:
    """The newest finished run of every version that keeps its figures, in the order of the runs."""
    finished = col(Run.status) == RunStatus.FINISHED
    newest = select(func.max(col(Run.id))).where(finished).group_by(col(Run.version_id))
    kept = select(col(RunFigures.run_id)).where(col(RunFigures.run_id).in_(newest)).order_by(col(RunFigures.run_id))
    return tuple(session.execute(kept).scalars())


def compared(
    session: Session, runs: Sequence[int], draft: Policy, tally: Tally, standing: AllStanding, at: datetime
) -> Iterator[Compared]:
    """These runs under the draft, in two reads; everything is counted into `tally`.

    What an exception that stands at this moment covers is no breach, and is counted apart.
    """
    recorded = _recorded(session, runs)
    for version in _versions(session, runs):
        granted = standing.for_version(version.version_id, version.model_id)
        one = _compared(version, recorded.get(version.run_id, []), draft, tally, granted, at)
        tally.judged += 1
        tally.outcomes[one.before, one.after] += 1
        tally.regrouped += one.regrouped
        if version.in_production:
            tally.breaches += one.after == Verdict.FAIL and not one.excepted
            tally.breaches_before += one.before == Verdict.FAIL and not one.excepted_before
            tally.excepted += one.excepted
            tally.excepted_before += one.excepted_before
            tally.productions_not_known += one.after == UNKNOWN
        yield one


def _versions(session: Session, runs: Sequence[int]) -> Iterator[Version]:
    query = (
        select(
            col(Run.id),
            col(ModelVersion.id),
            col(Model.id),
            col(Model.tier),
            col(ProductionPointer.version_id),
            col(RunFigures.body),
        )
        .join(RunFigures, col(RunFigures.run_id) == col(Run.id))
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .outerjoin(
            ProductionPointer,
            (col(ProductionPointer.model_id) == col(Model.id))  # the pointer is found by its model
            & (col(ProductionPointer.environment) == ENVIRONMENT),
        )
        .where(col(Run.id).in_(runs))
        .order_by(col(Run.id))
    )
    for run_id, version_id, model_id, tier, pointer, body in session.execute(query):
        yield Version(run_id, version_id, model_id, tier, pointer == version_id, body)


def _recorded(session: Session, runs: Sequence[int]) -> Mapping[int, list[Recorded]]:
    found: dict[int, list[Recorded]] = {}
    query = select(
        col(CheckResult.run_id),
        col(CheckResult.clause),
        col(CheckResult.metric),
        col(CheckResult.direction),
        col(CheckResult.subject),
        type_coerce(col(CheckResult.verdict), String),  # a plain word is all that is needed
        col(CheckResult.required),
        col(CheckResult.value),
    ).where(col(CheckResult.run_id).in_(runs))
    for run_id, *one in session.execute(query.order_by(col(CheckResult.run_id), col(CheckResult.position))):
        found.setdefault(run_id, []).append(Recorded(*one))
    return found


def _compared(
    version: Version,
    recorded: Sequence[Recorded],
    draft: Policy,
    tally: Tally,
    granted: Sequence[Standing],
    at: datetime,
) -> Compared:
    held = list(judge_figures(from_text(version.figures), draft, version.tier))
    left = {(one.clause, one.metric, one.direction, one.subject[:400]): one for one in recorded}
    loose = {(one.metric, one.direction, one.subject[:400]): one for one in recorded}
    changes: list[ChangedVerdict] = []
    with_value: dict[str, bool] = {}
    for one in held:
        with_value[one.threshold.clause] = with_value.get(one.threshold.clause, False) or one.value is not None
    tally.clauses.update(with_value)
    tally.held.update(clause for clause, known in with_value.items() if known)
    for one in held:
        key = (one.threshold.metric, one.threshold.direction.value, one.subject[:400])
        former = left.pop((one.threshold.clause, *key), None) or loose.get(key)
        if former is not None:
            left.pop((former.clause, *key), None)
        _count(tally, one.threshold.clause, former, one)
        change = _change(former, one)
        changes += [change] if change else []
    for former in left.values():
        tally.gone.setdefault(former.clause, former)
        tally.moves.setdefault(former.clause, Counter())[former.verdict, NOT_JUDGED] += 1
        changes.append(_gone(former))
    return Compared(
        version,
        outcome(one.verdict for one in recorded if one.required),
        outcome(_word(one) for one in held if one.required),
        tuple(changes),
        any(one.verdict is None for one in held),
        _excepted([(one.clause, one.value) for one in recorded if _fails(one.verdict, one.required)], granted, at),
        _excepted([(one.threshold.clause, one.value) for one in held if _fails(_word(one), one.required)], granted, at),
    )


def _fails(verdict: str, required: bool) -> bool:
    return required and verdict == Verdict.FAIL


def _excepted(failed: Sequence[tuple[str, float | None]], granted: Sequence[Standing], at: datetime) -> bool:
    """Whether something fails, and each failure of a clause at its figure is covered by an exception that stands."""
    return bool(failed) and all(
        any(covers(one, clause=clause, figure=figure, at=at) for one in granted) for clause, figure in failed
    )


def outcome(verdicts: Iterator[str]) -> str:
    """The worst of these: a failure, else what is not known, else a gap; none at all is a gap."""
    found = set(verdicts)
    for word in (Verdict.FAIL.value, UNKNOWN, Verdict.INSUFFICIENT.value):
        if word in found:
            return word
    return Verdict.PASS.value if found else Verdict.INSUFFICIENT.value


def _word(one: Held) -> str:
    return UNKNOWN if one.verdict is None else one.verdict.value


def _count(tally: Tally, clause: str, former: Recorded | None, one: Held) -> None:
    before = former.verdict if former else NOT_JUDGED
    tally.moves.setdefault(clause, Counter())[before, _word(one)] += 1


def _change(former: Recorded | None, one: Held) -> ChangedVerdict | None:
    before, after = former.verdict if former else NOT_JUDGED, _word(one)
    was_required = former.required if former else False
    if before == after and was_required == one.required:
        return None
    title, value = one.threshold.title, one.value
    return ChangedVerdict(one.threshold.clause, title, one.subject, value, before, after, was_required, one.required)


def _gone(former: Recorded) -> ChangedVerdict:
    return ChangedVerdict(
        former.clause, former.metric, former.subject, former.value, former.verdict, NOT_JUDGED, former.required, False
    )
