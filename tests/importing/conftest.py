"""A table of models as people keep it, and what an import makes of it."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from core.access.rules import Actor, Role
from core.inventory.importing.service import DryRun, Imported, TableImport, dry_run, import_table
from core.inventory.importing.sheets import Encoding, SheetLimits
from core.ledger.service import Ledger
from core.store import Store
from tests.builders import NOON, a_person, a_policy

ROW = {
    "Model": "Credit ranking",
    "Purpose": "Ranks applications for review.",
    "Business line": "Lending",
    "Owner": "Olga Owner",
    "Developer": "Dan Developer",
    "Exposure": "Medium",
    "Purpose class": "operational",
    "Version": "1.0.0",
    "Intended use": "Ranking.",
    "Limitations": "None known.",
    "Rationale": "First version.",
    "Training dataset": "applications",
    "Training dataset version": "2026.1",
    "Training dataset source": "Warehouse",
    "Test dataset": "applications test",
    "Test dataset version": "2026.1",
    "Test dataset source": "Warehouse",
}


def rows_of(*changes: Mapping[str, str]) -> list[dict[str, str]]:
    """One row for each of the changes to the row above."""
    return [ROW | dict(change) for change in changes]


def as_csv(rows: Sequence[Mapping[str, str]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass(frozen=True)
class Desk:
    """Somebody who imports, and the store they import into."""

    store: Store
    ledger: Ledger
    folder: Path
    owner: Actor
    developer: Actor
    at: datetime = NOON

    def wish(
        self, content: bytes | Sequence[Mapping[str, str]], name: str = "models.csv", **more: object
    ) -> TableImport:
        path = self.folder / "table"
        path.write_bytes(content if isinstance(content, bytes) else as_csv(content))
        return TableImport(path, name, **more)  # type: ignore[arg-type]

    def look(self, wish: TableImport, *, actor: Actor | None = None, limits: SheetLimits | None = None) -> DryRun:
        return dry_run(self.store, self.ledger, wish=wish, actor=actor or self.owner, at=self.at, limits=limits)

    def make(self, wish: TableImport, expected: str | None = None, *, actor: Actor | None = None) -> Imported:
        who = actor or self.owner
        plan = expected or self.look(wish, actor=who).plan.digest
        return import_table(self.store, self.ledger, wish=wish, expected=plan, actor=who, at=self.at)

    def said(self, wish: TableImport) -> list[str]:
        return [str(problem) for problem in self.look(wish).plan.problems]


def a_desk(store: Store, ledger: Ledger, folder: Path) -> Desk:
    a_policy(store)
    owner = a_person(store, Role.OWNER, name="Olga Owner")
    developer = a_person(store, Role.DEVELOPER, name="Dan Developer")
    return Desk(store, ledger, folder, owner, developer)


@pytest.fixture
def desk(sqlite_store: Store, ledger: Ledger, tmp_path: Path) -> Desk:
    return a_desk(sqlite_store, ledger, tmp_path)


@pytest.fixture
def desk_on_both(store: Store, ledger: Ledger, tmp_path: Path) -> Desk:
    return a_desk(store, ledger, tmp_path)


Reader = Callable[[bytes], DryRun]
__all__ = ["Encoding"]
