"""Events to record, and where they are kept."""

from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from core.access.rules import Actor
from core.ledger.batches.rows import SCHEMA
from core.store import EvidenceFiles
from core.store.types import microseconds
from tests.builders import NOON

PIPELINE = Actor("P0001", token="T0001")
START = microseconds(NOON)


def events(count: int, *, first: int = 0, **columns: object) -> pa.Table:
    """So many inferences, one a second from noon on; `columns` replaces whole columns."""
    values: dict[str, list[object]] = {
        "actor": ["P0007"] * count,
        "at": [START + (first + n) * 1_000_000 for n in range(count)],
        "duration": [1000 + first + n for n in range(count)],
        "form": ["none"] * count,
        "id": [f"e-{first + n:06d}" for n in range(count)],
        "input": [""] * count,
        "kind": ["inference"] * count,
        "model": ["M0001"] * count,
        "output": [f"approve {(first + n) % 7}" for n in range(count)],
        "role": ["pipeline"] * count,
        "source": ["web form"] * count,
        "version": ["1.0.0"] * count,
    }
    for name, given in columns.items():
        values[name] = given if isinstance(given, list) else [given] * count
    return pa.table({field.name: pa.array(values[field.name], field.type) for field in SCHEMA}, schema=SCHEMA)


@pytest.fixture
def files(tmp_path: Path) -> EvidenceFiles:
    return EvidenceFiles(tmp_path / "events")
