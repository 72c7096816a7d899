"""What the tests of operation share: an installation of their own, opened."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.composition import Workplace, open_workplace
from app.settings import PREFIX, load


@pytest.fixture
def place(installation: Path, tmp_path: Path) -> Iterator[Workplace]:
    shutil.copytree(installation, tmp_path / "var")
    opened = open_workplace(load({f"{PREFIX}DATA_DIR": str(tmp_path / "var")}))
    yield opened
    opened.store.close()
