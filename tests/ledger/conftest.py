"""One key and one filled log for the tests of a module: filling it anew for each takes longer than they do."""

import shutil
from pathlib import Path

import pytest
from ledger_builders import fill

from core.ledger.service import Ledger
from core.store import open_store

COUNT = 37  # two complete tiles and a part of a third


@pytest.fixture(scope="module")
def one_ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return Ledger.open(tmp_path_factory.mktemp("keys"), origin="countersign.test/ledger")


@pytest.fixture(scope="module")
def filled(sqlite_template: Path, one_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with `COUNT` entries of `one_ledger`."""
    path = tmp_path_factory.mktemp("filled") / "store.db"
    shutil.copy(sqlite_template, path)
    store = open_store(f"sqlite:///{path}")
    fill(store, one_ledger, COUNT)
    store.close()  # the last connection writes the log back, so the one file is the whole store
    return path
