"""Evidently's page of a comparison: whole, offline, harmless, and made from the methods that were pinned."""

import re
from pathlib import Path

import numpy as np
import pytest

from core.errors import Unreadable
from core.frames.drift import Options, drift
from core.frames.source import open_table
from core.metrics.drift import Method
from core.validation import evidently_report
from core.validation.evidently_page import sampled_frame
from core.validation.evidently_report import evidently_html
from tests.drift.builders import MA_2015, MA_2016, parquet

NO_NETWORK = "import socket\ndef refuse(*_):\n    raise SystemExit('the report reached for the network')\n"


@pytest.fixture(autouse=True)
def _no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that makes the page ends as soon as it opens a connection."""
    (tmp_path / "sitecustomize.py").write_text(f"{NO_NETWORK}socket.socket.connect = refuse\n")
    environment = evidently_report.ENVIRONMENT | {"PYTHONPATH": str(tmp_path)}
    monkeypatch.setattr(evidently_report, "ENVIRONMENT", environment)


def scores(page: str) -> list[float]:
    return [float(score) for score in re.findall(r"Drift score is (\d+\.\d+)\.", page)]


def test_a_page_rests_on_pinned_methods_and_on_a_sample_that_it_states() -> None:
    options = Options(methods={"age": Method.PSI, "schooling": Method.KOLMOGOROV_SMIRNOV})
    result = drift(MA_2015, MA_2016, columns=["age", "schooling", "race"], options=options)

    page = evidently_html(MA_2015, MA_2016, result.columns).decode()

    assert "PSI" in page
    assert "two-sample chi-square p_value" in page
    assert "50,000 of 68,785 reference rows and 50,000 of 69,126 current rows, drawn at random" in page
    assert re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=", page) == []
    assert len(scores(page)) == 3


def test_a_page_says_what_it_leaves_out_and_no_name_starts_a_script(tmp_path: Path) -> None:
    attack, generator = "</script><script>alert(1)</script>", np.random.default_rng(3)
    paths = [
        parquet(
            tmp_path / f"{at}.parquet",
            {
                attack: generator.normal(at, size=900),
                attack.replace("<", "‹").replace(">", "›"): generator.normal(size=900),
                "c": generator.choice([attack, "b", "c"], 900),
                "day": ["2024-01-01", "2024-01-02"] * 450,
                "many": [f"c{at % 600}" for at in range(900)],
            },
        )
        for at in range(2)
    ]
    result = drift(*paths)

    page = evidently_html(*paths, result.columns).decode()

    ours = [column.score for column in result.columns if column.column not in ("day", "many")]
    assert scores(page) == pytest.approx(ours, abs=0.005)
    assert "drawn at random" not in page
    assert "Left out: day (Dates and times move on; they are not compared)." in page
    assert "Left out: many (more than 500 categories)." in page
    assert "alert(1)" in page
    assert "<script>alert" not in page


def test_a_sample_is_the_same_each_time_in_the_order_of_the_rows() -> None:
    columns = drift(MA_2015, MA_2016, columns=["case_id"]).columns

    with open_table(MA_2015) as table:
        frames = [sampled_frame(table, columns) for _ in range(2)]

    assert frames[0].equals(frames[1])
    assert (len(frames[0]), frames[0]["case_id"].is_monotonic_increasing) == (50_000, True)


def test_nothing_to_show_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path / "rows.parquet", {"x": [1.0, 2.0]})

    with pytest.raises(Unreadable, match="no column has a drift score"):
        evidently_html(path, path, drift(path, path).columns)


def test_a_file_that_vanished_is_reported(tmp_path: Path) -> None:
    path = parquet(tmp_path / "rows.parquet", {"x": [1.0, 2.0] * 40})
    columns = drift(path, path).columns
    path.unlink()

    with pytest.raises(Unreadable, match="there is no such file"):
        evidently_html(path, path, columns)
