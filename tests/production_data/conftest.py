"""A model in use, what it predicts, and what comes to be known of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from core.access.rules import Actor, Permission, Role
from core.ledger.service import Ledger
from core.monitoring.intake.reading import Span, read_span
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.monitoring.intake.taking import Received
from core.store import EvidenceFiles, Store
from core.store.types import microseconds
from tests.builders import NOON, Cast, a_cast, a_version

START = microseconds(NOON - timedelta(days=10))
HOUR = 3_600_000_000
PIPELINE = Actor("P0002", frozenset({Role.DEVELOPER}), token="T0001", scopes=frozenset({Permission.PRODUCTION_REPORT}))


def inferences(count: int, *, first: int = 0, **columns: object) -> pa.Table:
    """So many, one an hour; every third one is positive."""
    places = range(first, first + count)
    values: dict[str, object] = {
        "id": [f"i-{n:05d}" for n in places],
        "at": [START + n * HOUR for n in places],
        "prediction": [int(n % 3 == 0) for n in places],
        "score": [(n % 10) / 10 for n in places],
        "income": [1000.5 + n for n in places],
        "region": ["north" if n % 2 else "south" for n in places],
    }
    return pa.table({name: value for name, value in {**values, **columns}.items() if value is not None})


def labels(count: int, *, first: int = 0, **columns: object) -> pa.Table:
    """What came of as many of them; every fourth one is positive."""
    places = range(first, first + count)
    return pa.table({"id": [f"i-{n:05d}" for n in places], "label": [int(n % 4 == 0) for n in places], **columns})


@dataclass
class Line:
    """A stream of production data and the acts of its pipeline."""

    store: Store
    ledger: Ledger
    files: EvidenceFiles
    cast: Cast
    model: str = "M0001"
    version: str = "1.0.0"
    given: dict[str, Any] = field(default_factory=dict)

    def take(
        self, kind: BatchKind, rows: pa.Table, *, actor: Actor = PIPELINE, at: datetime = NOON, **given: Any
    ) -> Received:
        if kind is BatchKind.INFERENCES and "version" not in given:
            given["version"] = self.version
        return record_production(
            self.store, self.ledger, self.files, model=self.model, kind=kind, rows=rows, actor=actor, at=at, **given
        )

    def inferences(self, count: int, *, first: int = 0, at: datetime = NOON, **columns: object) -> Received:
        return self.take(BatchKind.INFERENCES, inferences(count, first=first, **columns), at=at)

    def labels(self, count: int, *, first: int = 0, at: datetime = NOON, **columns: object) -> Received:
        return self.take(BatchKind.LABELS, labels(count, first=first, **columns), at=at)

    def all(self, **given: Any) -> dict[str, list[Any]]:
        span = Span(self.model, "production", NOON - timedelta(days=3650), NOON + timedelta(days=1), **given)
        with self.store.reading() as session:
            columns: dict[str, list[Any]] = read_span(session, self.files, span).to_pydict()
        return columns


def make_line(store: Store, ledger: Ledger, folder: Path) -> Line:
    cast = a_cast(store)
    model, version = a_version(store, cast)
    return Line(store, ledger, EvidenceFiles(folder / "production"), cast, model, version)


@pytest.fixture
def line(store: Store, ledger: Ledger, tmp_path: Path) -> Line:
    return make_line(store, ledger, tmp_path)


@pytest.fixture
def small_line(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Line:
    """For rules that do not differ between databases."""
    return make_line(sqlite_store, ledger, tmp_path)
