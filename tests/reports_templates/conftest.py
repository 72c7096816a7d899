"""The story that the tests of templates share: told once, with the reports that were made on the way."""

from collections.abc import Iterator

import pytest

from core.ledger.service import Ledger
from core.store import EvidenceFiles, open_store
from tests.builders import NOON
from tests.reports_templates.story import Story
from tests.reports_templates.telling import STEPS, Told, tell


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("story")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    yield tell(Story(store, ledger, EvidenceFiles(folder / "evidence"), folder, NOON, seed=19), STEPS)
    store.close()
