"""What the tests of the client share: a real server on loopback, and predictions."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import countersign_client.server
from countersign_client import Countersign
from tests.api.serving import Served, make_template, serving

Table = Callable[..., Path]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def served(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(countersign_client.server, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(countersign_client.server, "POLL_SECONDS", 0.05)
    folder = tmp_path / "served"
    folder.mkdir()
    with serving(template, folder) as found:
        yield found


@pytest.fixture
def countersign(served: Served) -> Iterator[Countersign]:
    """A client with every scope."""
    with Countersign(served.url, served.world.token().secret) as client:
        yield client


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Writes predictions that are always right, `rows` of them, for two groups of equal rates; of the `refused` group
    nobody is selected."""

    def write(rows: int = 1200, *, refused: str = "", name: str = "predictions.csv") -> Path:
        lines = ["row_id,label,prediction,group,p_yes,p_no"]
        for row in range(rows):
            group, label = "ab"[row % 2], row // 2 % 2
            chosen = 0 if group == refused else label
            lines.append(f"{row},{label},{chosen},{group},{chosen * 0.8 + 0.1:.1f},{0.9 - chosen * 0.8:.1f}")
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write
