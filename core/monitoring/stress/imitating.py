"""Answers the cases of a plan without an endpoint: by a surrogate of the answers that were recorded, and marked so."""

import tempfile
from pathlib import Path

import polars as pl

from core.frames.roles import Roles, Task
from core.frames.scenarios import Scenario
from core.frames.source import open_table
from core.frames.surrogate import disturb, imitate
from core.metrics.robustness import ScenarioResult
from core.monitoring.stress.filing import Begun
from core.monitoring.stress.outcome import CaseResult, StressOutcome


def answered_by_surrogate(begun: Begun) -> StressOutcome:
    """The outcome of every case; one that the surrogate cannot answer has its reason."""
    rows = begun.rows
    frame = pl.DataFrame(list(rows.inputs), infer_schema_length=None).hstack(rows.answers)
    outputs = rows.answers.columns
    roles = Roles(
        prediction="prediction" if "prediction" in outputs else None,
        score="score" if "score" in outputs else None,
        positive=rows.positive,
        task=Task(rows.task),
        features=tuple(rows.inputs[0]) if rows.inputs else (),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        frame.write_parquet(path)
        with open_table(path) as table:
            surrogate = imitate(table, roles, decisions=True)
            cases = tuple(_case(one, disturb(surrogate, one, roles)) for one in begun.plan.cases)
    return StressOutcome(begun.digest, "", len(rows.inputs), (), cases, ())


def _case(case: Scenario, found: ScenarioResult) -> CaseResult:
    faithful = "" if found.fidelity is None else f" of fidelity {found.fidelity:.3f}"
    return CaseResult(
        name=case.name,
        kind=case.kind.value,
        columns=case.columns,
        by=f"a surrogate{faithful}",
        n=found.n,
        changed=found.flips,
        shift=found.score_change,
        errors=0,
        reason=found.unavailable.get("flip_rate", ""),
    )
