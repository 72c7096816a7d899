"""A champion in production and a challenger in shadow on the same cases, with their labels."""

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]

from core.access.rules import Actor, Permission, Role
from core.approval.rollout.placing import add_environment
from core.improvement.comparisons.asking import Question, ask_comparison
from core.improvement.comparisons.performing import perform_comparison
from core.improvement.comparisons.queries import ComparisonPage, comparison
from core.inventory.moves import load_version
from core.inventory.rules import Line as LineOfVersions
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.service import record_production
from core.policy.service import default_policy_text
from core.store import EvidenceFiles, Store
from core.store.types import microseconds
from tests.builders import NOON, Cast, a_cast, a_model, a_policy, a_version

PIPELINE = Actor("P0002", frozenset({Role.DEVELOPER}), token="T0001", scopes=frozenset({Permission.PRODUCTION_REPORT}))
START = microseconds(NOON - timedelta(days=5))
SECOND = 1_000_000


@dataclass(frozen=True)
class Cases:
    """Rows of both models about the same cases; `skill` is the share of labels that each gets right."""

    count: int = 600
    champion: float = 0.70
    challenger: float = 0.90
    labelled: int | None = None
    slower: float = 1.0
    unlike: bool = False  # the challenger never selects people of group b


@dataclass(frozen=True)
class World:
    """One model with both versions and what its pipelines handed in."""

    store: Store
    ledger: Ledger
    files: EvidenceFiles
    cast: Cast
    model: str

    def hand_in(self, cases: Cases) -> None:
        draw = random.Random(7)
        ids = [f"c{number:05d}" for number in range(cases.count)]
        at = [START + number * SECOND for number in range(cases.count)]
        labels = [draw.randint(0, 1) for _ in ids]
        groups = [draw.choice("aab") for _ in ids]
        for version, environment, skill in (
            ("1.0.0", "production", cases.champion),
            ("1.1.0", "shadow", cases.challenger),
        ):
            right = [draw.random() < skill for _ in ids]
            predicted = [label if hit else 1 - label for label, hit in zip(labels, right, strict=True)]
            if cases.unlike and environment == "shadow":
                predicted = [0 if group == "b" else one for one, group in zip(predicted, groups, strict=True)]
            score = [0.5 + (one - 0.5) * draw.uniform(0.2, 1) for one in predicted]
            factor = cases.slower if environment == "shadow" else 1.0
            rows = pa.table(
                {
                    "id": ids,
                    "at": at,
                    "prediction": predicted,
                    "score": score,
                    "sex": groups,
                    "latency_ms": [factor * draw.uniform(20, 30) for _ in ids],
                    "cost": [0.01] * cases.count,
                }
            )
            self._take(BatchKind.INFERENCES, rows, environment, version)
            known = labels[: cases.labelled] if cases.labelled is not None else labels
            self._take(BatchKind.LABELS, pa.table({"id": ids[: len(known)], "label": known}), environment, None)

    def _take(self, kind: BatchKind, rows: pa.Table, environment: str, version: str | None) -> None:
        record_production(
            self.store, self.ledger, self.files, model=self.model, kind=kind, rows=rows, version=version,
            environment=environment, actor=PIPELINE, at=NOON,
        )  # fmt: skip

    def question(self, **changed: object) -> Question:
        values = {
            "model": self.model, "champion": "1.0.0", "challenger": "1.1.0", "challenger_environment": "shadow"
        } | changed  # fmt: skip
        return Question(**values)  # type: ignore[arg-type]

    def compared(self, **changed: object) -> ComparisonPage:
        number = ask_comparison(
            self.store, self.ledger, question=self.question(**changed), actor=self.cast.developer, at=NOON
        ).number
        perform_comparison(self.store, self.ledger, self.files, comparison=number, clock=lambda: NOON)
        return self.page(number)

    def page(self, number: str) -> ComparisonPage:
        with self.store.reading() as session:
            return comparison(session, number, self.cast.developer)


def make_world(
    store: Store,
    ledger: Ledger,
    files: Path | EvidenceFiles,
    *,
    line: LineOfVersions = LineOfVersions.STABLE,
) -> World:
    """Both versions, what is monitored of them, and a policy that asks for 500 pairs."""
    cast = a_cast(store)
    model = a_model(store, cast, tier=2)
    a_version(store, cast, model=model, version="1.0.0", stage=Stage.IN_PRODUCTION)
    a_version(store, cast, model=model, version="1.1.0", stage=Stage.VALIDATED)
    a_policy(store, default_policy_text().replace("minimum_pairs = 1000", "minimum_pairs = 500"))
    add_environment(store, ledger, name="shadow", actor=cast.administrator, at=NOON)
    data = MonitoredData(positive_label="1", sensitive=("sex",))
    for environment in ("production", "shadow"):
        declare_monitored(
            store, ledger, model=model, data=data, environment=environment, expected_revision=0,
            actor=cast.developer, at=NOON,
        )  # fmt: skip
    held = EvidenceFiles(files / "evidence") if isinstance(files, Path) else files
    made = World(store, ledger, held, cast, model)
    if line is not LineOfVersions.STABLE:
        _move(store, model, line)
    return made


def _move(store: Store, model: str, line: LineOfVersions) -> None:
    with store.transaction() as tx:
        row = load_version(tx.session, model, "1.1.0")[1]
        row.line = line
        tx.session.add(row)
