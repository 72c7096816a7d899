"""What the tests of pages share: a workplace of their own on the migrated schema, and the desk that opens pages."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import composition
from app.composition import Workplace
from app.settings import NAMES, PREFIX
from tests.builders import Cast, a_cast
from tests.pages.desk import Desk


@pytest.fixture
def place(
    installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, components_found_once: None
) -> Iterator[Workplace]:
    """The workplace that the pages find, as a server would."""
    shutil.copytree(installation, tmp_path / "var")
    for name in NAMES:
        monkeypatch.delenv(PREFIX + name, raising=False)
    monkeypatch.setenv(f"{PREFIX}DATA_DIR", str(tmp_path / "var"))
    composition.workplace.cache_clear()
    yield composition.workplace()
    composition.workplace().store.close()
    composition.workplace.cache_clear()


@pytest.fixture
def cast(place: Workplace) -> Cast:
    return a_cast(place.store)


@pytest.fixture
def desk(place: Workplace) -> Desk:
    return Desk(place)
