"""Computes a queued comparison in the background and stores the whole answer, or why there is none."""

import hashlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from core.access.rules import SYSTEM
from core.errors import GovernanceError
from core.improvement.comparisons.asking import UNDER_WAY, load_comparison
from core.improvement.comparisons.measuring import STEPS, Bounds, measure
from core.improvement.comparisons.results import ComparisonResult
from core.improvement.comparisons.rows import Pairs, pairs_of
from core.improvement.comparisons.rules import ComparisonStatus
from core.improvement.comparisons.tables import Comparison
from core.inventory.moves import version_by_id
from core.inventory.rules import Line
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.policy.service import policy_by_id
from core.store import EvidenceFiles, Store


class _Gone(Exception):
    """Another worker has the comparison, or it has ended."""


def perform_comparison(
    store: Store,
    ledger: Ledger,
    files: EvidenceFiles,
    *,
    comparison: str,
    clock: Callable[[], datetime],
    alive: Callable[[], bool] = lambda: True,
) -> None:
    """Compute and store it, all of it or nothing; one that has ended is left as it is. `alive` holds the lease."""
    with store.reading() as session:
        row = load_comparison(session, comparison)
        model, challenger = version_by_id(session, row.challenger_id)
        bounds = Bounds(
            policy_by_id(session, row.policy_version_id).policy, model.tier, challenger.line is Line.EXPERIMENTAL
        )
    if row.status not in UNDER_WAY:
        return
    steps = _Steps(store, comparison, alive)
    try:
        steps(STEPS[0])
        with store.reading() as session:
            pairs = pairs_of(session, files, row)
        result = measure(pairs, bounds, steps)
        _store(store, ledger, comparison, pairs, result, at=clock())
    except _Gone:
        return
    except GovernanceError as error:
        fail_comparison(store, ledger, comparison=comparison, error=str(error), at=clock())


def fail_comparison(store: Store, ledger: Ledger, *, comparison: str, error: str, at: datetime) -> None:
    """Say why there is no answer; one that has ended is left as it is."""
    with store.transaction() as tx:
        row = load_comparison(tx.session, comparison, to_change=True)
        if row.status not in UNDER_WAY:
            return
        row.status, row.error, row.finished_at = ComparisonStatus.FAILED, error[:2000], at
        tx.session.add(row)
        model, version = version_by_id(tx.session, row.challenger_id)
        payload: dict[str, JsonValue] = {"comparison": comparison, "error": error[:1000]}
        entity = Entity("version", f"{model.number} {version.version}")
        ledger.record(tx, Event.COMPARISON_FAILED, entity=entity, actor=SYSTEM, at=at, payload=payload)


def _store(
    store: Store, ledger: Ledger, comparison: str, pairs: Pairs, result: ComparisonResult, *, at: datetime
) -> None:
    with store.transaction() as tx:
        row = load_comparison(tx.session, comparison, to_change=True)
        if row.status not in UNDER_WAY:
            raise _Gone
        text = result.to_json()
        row.status, row.finished_at, row.steps_done = ComparisonStatus.FINISHED, at, len(STEPS)
        row.result, row.result_digest = text, hashlib.sha256(text.encode()).hexdigest()
        row.metric, row.pairs, row.recommendation = result.metric, result.pairs, result.recommendation
        row.champion_digest, row.challenger_digest = pairs.digests
        tx.session.add(row)
        model, version = version_by_id(tx.session, row.challenger_id)
        here, challenger = Ref(RecordKind.COMPARISON, row.number), f"{model.number} v{version.version}"
        link(tx, Ref(RecordKind.VERSION, challenger), here, by=SYSTEM.acting_as, at=at)
        payload: dict[str, JsonValue] = {
            "comparison": row.number, "recommendation": result.recommendation.value, "pairs": result.pairs,
            "labelled": result.labelled, "metric": result.metric, "result": row.result_digest,
            "rows": [row.champion_digest, row.challenger_digest],
        }  # fmt: skip
        entity = Entity("version", f"{model.number} {version.version}")
        ledger.record(tx, Event.COMPARISON_FINISHED, entity=entity, actor=SYSTEM, at=at, payload=payload)


class _Steps:
    """Says each step to whoever watches, and stops when another worker has the comparison."""

    def __init__(self, store: Store, number: str, alive: Callable[[], bool]) -> None:
        self._store, self._number, self._alive, self._done = store, number, alive, 0

    def __call__(self, step: str) -> None:
        values = {"status": ComparisonStatus.RUNNING, "step": step, "steps_done": self._done}
        query = update(Comparison).where(col(Comparison.number) == self._number, col(Comparison.status).in_(UNDER_WAY))
        with self._store.transaction() as tx:
            if tx.session.execute(query.values(**values)).rowcount != 1:  # type: ignore[attr-defined]
                raise _Gone
        if not self._alive():
            raise _Gone
        self._done += 1
