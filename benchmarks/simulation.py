"""Measures the simulation of a draft policy against seeded results: `python -m benchmarks.simulation [--models N …]`.

Every model has a version in production and a newer one, each with a finished validation as wide as a real one; one
model in ten has an open change request. Rows are laid down in bulk, as the use cases would store them.
"""

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import orjson
from sqlalchemy import insert
from sqlmodel import select

from core.access.rules import SYSTEM, Actor, Role
from core.approval.simulation.queries import newest_simulation
from core.approval.simulation.service import perform_simulation, request_simulation
from core.approval.simulation.values import Summary
from core.approval.tables import ChangeRequest
from core.inventory.tables import Dataset, Model, ModelVersion, ProductionPointer
from core.ledger.service import Ledger
from core.policy.draft_facts import load_draft
from core.policy.drafts import begin_draft
from core.policy.rules import Policy
from core.policy.service import default_policy_text, publish
from core.store import Store, open_store
from core.validation.figures import from_text, judge_figures
from core.validation.tables import CheckResult, Evidence, Run, RunFigures

START = datetime(2026, 11, 1, tzinfo=UTC)
DRAFT = (
    default_policy_text()
    .replace("2026.1", "2027.1")
    .replace("value = 0.80", "value = 0.85")
    .replace("1 = 2\n", "1 = 3\n", 1)
    .replace("1 = 6\n", "1 = 4\n", 1)
    + '\n[[path]]\nclause = "10.1"\nchange = "new version"\ntiers = [1, 2]\nquorum = 3\nfunctions = ["compliance"]\n'
)
AUTHOR = Actor("P0001", frozenset({Role.OWNER}))
GROUPS = ("sex", "race", "age", "sex × race")
BATCH = 2000


class Measured(NamedTuple):
    """One simulation."""

    models: int
    summary: Summary
    seconds: float
    processor: float
    memory: float  # MB at most


def main() -> None:
    """Seed, simulate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--database", help="an empty PostgreSQL by URL; default: SQLite in a temporary folder")
    args = parser.parse_args()
    print("| models | versions | verdicts on record | versions that change | time | of it processor | memory |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    for models in args.models:
        with tempfile.TemporaryDirectory(prefix="countersign-simulation-") as folder:
            found = measured(models, Path(folder), args.database)
        records = found.summary.judged * len(checks_of(figures(random.Random(0)), 1, policy(), 0))
        print(
            f"| {models:,} | {found.summary.judged:,} | {records:,} | {found.summary.changed:,} "
            f"| {found.seconds:.1f} s | {found.processor:.1f} s | {found.memory:.0f} MB |",
            flush=True,
        )


def measured(models: int, folder: Path, database: str | None) -> Measured:
    """The time of one simulation on this many models, in a fresh store."""
    store = open_store(database or f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    seed(store, ledger, models)
    draft = begin_draft(store, ledger, text=DRAFT, reason="To see what it would change.", actor=AUTHOR, at=START).draft
    simulation = request_simulation(store, ledger, draft=draft, actor=AUTHOR, at=START)
    began, used = time.perf_counter(), time.process_time()
    perform_simulation(store, ledger, simulation=simulation.simulation, clock=lambda: START)
    seconds, processor = time.perf_counter() - began, time.process_time() - used
    with store.reading() as session:
        found = newest_simulation(session, load_draft(session, draft).id or 0)
    store.close()
    assert found is not None
    assert found.summary is not None
    assert found.summary.judged == 2 * models
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Measured(models, found.summary, seconds, processor, peak)


def policy() -> Policy:
    """The policy in force."""
    from core.policy.parse import parse_policy

    return parse_policy(default_policy_text())


def seed(store: Store, ledger: Ledger, models: int) -> None:
    """Models with two versions, their results, pointers and some open changes."""
    with store.transaction() as tx:
        in_force = publish(tx, ledger, default_policy_text(), actor=SYSTEM, at=START - timedelta(days=365)).id
        tx.session.add(
            Dataset(number="D0001", name="d", version="1", source="s", registered_by="P1", registered_at=START)
        )
    with store.reading() as session:
        dataset = session.exec(select(Dataset.id)).one() or 0
    dice, judged_by = random.Random(7), policy()
    for first in range(0, models, BATCH):
        numbers = range(first, min(first + BATCH, models))
        with store.transaction() as tx:
            for table, rows in rows_of(numbers, dataset, in_force, judged_by, dice):
                tx.session.execute(insert(table), rows)


def rows_of(
    numbers: range, dataset: int, in_force: int, judged_by: Policy, dice: random.Random
) -> Iterator[tuple[type, list[dict[str, object]]]]:
    """The rows of these models, table by table in the order of their keys."""
    tiers = {number: dice.randint(1, 4) for number in numbers}
    versions = [(2 * number + place + 1, number, place) for number in numbers for place in (0, 1)]
    bodies = {key: figures(dice) for key, _, _ in versions}
    yield Model, [model(number, tiers[number], dice) for number in numbers]
    yield ModelVersion, [version(key, number, place, dataset) for key, number, place in versions]
    yield (
        ProductionPointer,
        [
            {
                "model_id": number + 1,
                "environment": "production",
                "version_id": 2 * number + 1,
                "since": START,
                "moved_by": "P1",
            }
            for number in numbers
        ],
    )
    yield Evidence, [evidence(key) for key, _, _ in versions]
    yield Run, [run(key, in_force) for key, _, _ in versions]
    yield RunFigures, [{"run_id": key, "body": bodies[key]} for key, _, _ in versions]
    yield (
        CheckResult,
        [row for key, number, _ in versions for row in checks_of(bodies[key], tiers[number], judged_by, key)],
    )
    asked = [number for number in numbers if number % 10 == 0]
    yield ChangeRequest, [change(number, in_force) for number in asked]


def figures(dice: random.Random) -> str:
    """Figures as a result of two classes holds them, near the thresholds of the default policy."""
    held = {
        "quality": {one: [["", dice.random() * 0.03, 5000]] for one in ("missing_share", "duplicate_row_share")},
        "performance": {
            one: [["", 0.55 + dice.random() * 0.4, 5000]]
            for one in ("balanced_accuracy", "precision", "recall", "roc_auc", "brier_score", "accuracy", "f1_score")
        },
        "drift": {"drifted_column_share": [["", dice.random() * 0.5, 5000]]},
        "robustness": {"performance_drop": [["", dice.random() * 0.2, 5000]]},
    }
    comparisons = [
        [group, " × " not in group, 100, {}, {one: [0.7 + dice.random() * 0.3, 900] for one in
            ("impact_ratio", "true_positive_rate_difference", "false_positive_rate_difference")}]
        for group in GROUPS
    ]  # fmt: skip
    given = ["reference or training data", "perturbed predictions or scenarios"]
    return orjson.dumps(
        {"task": "binary", "given": given, "compared": True, "comparisons": comparisons, "figures": held}
    ).decode()


def checks_of(body: str, tier: int, judged_by: Policy, run_id: int) -> list[dict[str, object]]:
    """The verdicts on record."""
    return [
        {
            "run_id": run_id, "position": place, "kind": one.threshold.kind.value, "metric": one.threshold.metric,
            "subject": one.subject, "value": one.value, "threshold": one.threshold.value,
            "direction": one.threshold.direction.value, "required": one.required, "verdict": one.verdict,
            "reason": "as seeded", "clause": one.threshold.clause,
        }
        for place, one in enumerate(judge_figures(from_text(body), judged_by, tier))
    ]  # fmt: skip


def model(number: int, tier: int, dice: random.Random) -> dict[str, object]:
    return {
        "id": number + 1, "number": f"M{number + 1:04d}", "name": f"Model {number}", "purpose": "p",
        "business_line": "b", "owner": "P0001", "developer": "P0002", "exposure": "high",
        "purpose_class": "operational", "tier": tier, "packs": "", "registered_by": "P0001", "registered_at": START,
        "next_review": START + timedelta(days=dice.randint(-30, 300)),
    }  # fmt: skip


def version(key: int, number: int, place: int, dataset: int) -> dict[str, object]:
    return {
        "id": key, "model_id": number + 1, "version": f"1.{place}.0", "major": 1, "minor": place, "patch": 0,
        "stage": "in approval" if place else "in production", "intended_use": "u", "limitations": "l", "rationale": "r",
        "training_dataset_id": dataset, "test_dataset_id": dataset, "evidence_digest": f"{key:064x}",
        "created_by": "P0002", "created_at": START,
    }  # fmt: skip


def evidence(key: int) -> dict[str, object]:
    return {
        "id": key, "number": f"E{key}", "version_id": key, "kind": "predictions", "filename": "f", "file_digest": "d",
        "table_digest": "d", "size": 1, "rows": 5000, "mapping": "{}", "scan": "{}", "uploaded_by": "P0002",
        "uploaded_at": START,
    }  # fmt: skip


def run(key: int, in_force: int) -> dict[str, object]:
    return {
        "id": key, "number": f"R{key:04d}", "version_id": key, "evidence_id": key, "policy_version_id": in_force,
        "status": "finished", "result": "{}", "result_digest": f"{key:064x}", "requested_by": "P0002",
        "requested_at": START, "finished_at": START,
    }  # fmt: skip


def change(number: int, in_force: int) -> dict[str, object]:
    return {
        "number": f"CR{number:04d}", "version_id": 2 * number + 2, "policy_version_id": in_force,
        "kind": "new version", "status": "requested",
        "rationale": "r", "quorum": 1, "requested_by": "P0002", "requested_at": START,
        "due_at": START + timedelta(days=10),
    }  # fmt: skip


if __name__ == "__main__":
    main()
