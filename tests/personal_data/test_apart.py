"""A large table is scanned in a process of its own: the same findings, twice the same, and no trace when it fails."""

import resource
from pathlib import Path

import polars as pl
import pytest

from core.access.personal_data import Kind, detect, scan
from core.access.personal_data.apart import scan_apart
from core.errors import Unreadable
from tests.personal_data.holdout import columns


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """The hold-out, with a column of each kind."""
    path = tmp_path / "table.parquet"
    pl.DataFrame({one.name: one.cells for one in columns(5, 400)}, strict=False).write_parquet(path)
    return path


def test_a_scan_apart_finds_what_a_scan_here_finds(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = scan(table, sensitive=("race",))
    monkeypatch.setattr(detect, "LARGE_ROWS", 10)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    apart = scan(table, sensitive=("race",))

    assert apart == here
    assert any(Kind.EMAIL in one.kinds for one in apart.columns)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime > before


def test_a_scan_of_many_distinct_values_is_the_same_twice(tmp_path: Path) -> None:
    frame = pl.DataFrame({"contact": [f"person{row * 7919 % 20_000}@example.com" for row in range(20_000)]})

    first, second = scan(frame), scan(frame.reverse())

    assert first.columns[0].kinds == second.columns[0].kinds == {Kind.EMAIL: 20_000}
    assert first.columns[0].masked_example == second.columns[0].masked_example


def test_a_scan_that_does_not_end_well_refuses_the_table(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1")

    with pytest.raises(Unreadable, match="more than a scan"):
        scan_apart(tmp_path / "broken.parquet", sensitive=())
