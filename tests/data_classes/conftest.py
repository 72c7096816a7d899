"""A stream of production data about people, whose columns were looked at."""

from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from core.inventory.classes.rules import ClassFacts, Condition, LegalBasis
from core.ledger.service import Ledger
from core.monitoring.intake.rules import BatchKind
from core.policy.keeping.rules import DataClass
from core.privacy.classes.deciding import classify_columns
from core.privacy.classes.noting import note_columns
from core.store import Store
from tests.builders import NOON
from tests.production_data.conftest import Line, make_line

PERSONAL = ClassFacts(DataClass.PERSONAL, "To decide on their application", LegalBasis.CONTRACT)
BIAS = ClassFacts(DataClass.SPECIAL, "To find bias", condition=Condition.BIAS)


def attributes(count: int, *, first: int = 0) -> pa.Table:
    places = range(first, first + count)
    return pa.table({"id": [f"i-{n:05d}" for n in places], "race": ["a" if n % 2 else "b" for n in places]})


def people(line: Line, count: int = 4) -> Line:
    """Inferences, labels and attributes of so many people, all taken down."""
    line.inferences(count)
    line.labels(count)
    line.take(BatchKind.ATTRIBUTES, attributes(count))
    note_columns(line.store, line.ledger, line.files, at=NOON)
    return line


def classed(line: Line, facts: ClassFacts, *names: str, actor=None, **given) -> None:  # type: ignore[no-untyped-def]
    classify_columns(
        line.store, line.ledger, holder=line.model, decisions=dict.fromkeys(names, facts),
        actor=actor or line.cast.owner, at=NOON, **given,
    )  # fmt: skip


@pytest.fixture
def stream(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Line:
    return people(make_line(sqlite_store, ledger, tmp_path))


@pytest.fixture
def everywhere(store: Store, ledger: Ledger, tmp_path: Path) -> Line:
    """On both databases, where the statements differ."""
    return people(make_line(store, ledger, tmp_path))
