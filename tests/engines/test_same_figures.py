"""Every engine counts the same and sums the same as the embedded one; all in one file, so that Spark starts once."""

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from core.errors import Problem, Unreadable
from core.frames import engines
from core.frames.cells import cells as cells_of_file
from core.metrics.fairness import assess
from core.metrics.performance import assess_classification
from tests.engines.conftest import EXAMPLE, Placed, warehoused

if TYPE_CHECKING:
    import ibis
    from pyspark.sql import SparkSession

ROOT = Path(__file__).resolve().parents[2]
WITHIN = 1e-12
COMPAS = {"label": "label_value", "prediction": "score", "positive": "1", "attributes": ["race", "sex"]}
EMPLOYMENT = {"label": "employed", "prediction": "predicted_probability", "positive": "1", "attributes": ["race"]}
ODD = {"label": "truth", "prediction": "predicted", "positive": "1.0", "attributes": ["group", "Group", "money"]}
COUNTED = {
    "text": ("compas", COMPAS),
    "scores": ("employment", {**EMPLOYMENT, "cut": 0.5}),
    "odd values": ("odd", ODD),
    "odd scores": ("odd", {**ODD, "prediction": "score", "cut": 18 / 37, "attributes": ["day", "y"]}),
    "no label": ("odd", {**ODD, "label": None}),
}
SCORED = {
    "numbers": ("employment", {"label": "employed", "score": "predicted_probability", "positive": "1"}),
    "ties": ("odd", {"label": "y", "score": "score", "positive": "true"}),
    "text": ("compas", {"label": "label_value", "score": "score", "positive": "1"}),
}
SUMMED = {
    "odd": ("strange", "cancelling", "powers", "near", "single", "unsigned", "money", "written", "many",
            "nothing"),
    "employment": ("predicted_probability", "age"),
}  # fmt: skip
REFUSED = {
    "no such column": ("odd", {"label": "y", "score": "absent", "positive": "true"}),
    "a label is missing": ("odd", {"label": "Group", "score": "score", "positive": "x"}),
    "a score is missing": ("odd", {"label": "y", "score": "single", "positive": "true"}),
    "a score is infinite": ("odd", {"label": "y", "score": "strange", "positive": "true"}),
    "a score is no number": ("odd", {"label": "y", "score": "many", "positive": "true"}),
    "three labels": ("odd", {"label": "day", "score": "score", "positive": "2026-01-01"}),
}


@pytest.mark.parametrize("case", COUNTED)
def test_cells_are_equal(engine: Placed, files: dict[str, Path], case: str) -> None:
    name, columns = COUNTED[case]

    found = engines.cells(engine(name), **columns)

    assert found == cells_of_file(files[name], **columns)


def test_what_is_judged_is_equal(engine: Placed, files: dict[str, Path]) -> None:
    found, expected = engines.cells(engine("compas"), **COMPAS), cells_of_file(files["compas"], **COMPAS)

    assert assess(found) == assess(expected)
    assert assess_classification(found.confusion()) == assess_classification(expected.confusion())


@pytest.mark.parametrize("case", SCORED)
def test_sums_over_scores_are_equal(engine: Placed, files: dict[str, Path], case: str) -> None:
    name, columns = SCORED[case]

    found = engines.score_sums(engine(name), **columns)

    assert found == engines.score_sums(files[name], **columns)


@pytest.mark.parametrize(("name", "column"), [(name, column) for name, columns in SUMMED.items() for column in columns])
def test_counts_ranges_and_sums_of_a_column_are_equal(
    engine: Placed, files: dict[str, Path], name: str, column: str
) -> None:
    expected = engines.column_sums(files[name], column)

    found = engines.column_sums(engine(name), column)

    assert replace(found, squares=None) == replace(expected, squares=None)
    assert found.squares == (None if expected.squares is None else pytest.approx(expected.squares, rel=WITHIN, abs=0))


@pytest.mark.parametrize("column", ["strange", "cancelling", "unsigned", "single", "written"])
def test_bins_by_size_are_equal(engine: Placed, files: dict[str, Path], column: str) -> None:
    expected = engines.log_bin_sums(files["odd"], column, per_octave=32)

    assert engines.log_bin_sums(engine("odd"), column, per_octave=32) == expected


@pytest.mark.parametrize(
    ("name", "column", "edges"),
    [
        ("odd", "strange", [-1e300, -5e-324, 0.0, 5e-324, 1e300]),
        ("odd", "money", [0.5, 1.5, 96.5]),
        ("employment", "predicted_probability", [at / 20 for at in range(21)]),
    ],
)
def test_bins_between_edges_are_equal(
    engine: Placed, files: dict[str, Path], name: str, column: str, edges: list[float]
) -> None:
    assert engines.bin_sums(engine(name), column, edges) == engines.bin_sums(files[name], column, edges)


@pytest.mark.parametrize("column", ["many", "group", "day", "money", "strange", "single"])
def test_categories_are_equal(engine: Placed, files: dict[str, Path], column: str) -> None:
    assert engines.category_counts(engine("odd"), column) == engines.category_counts(files["odd"], column)


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_same_reasons(
    engine: Placed, files: dict[str, Path], case: str
) -> None:
    name, columns = REFUSED[case]
    with pytest.raises(Unreadable) as expected:
        engines.score_sums(files[name], **columns)

    with pytest.raises(Unreadable) as found:
        engines.score_sums(engine(name), **columns)

    assert found.value.problems == without_lines(expected.value.problems)


def without_lines(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(replace(problem, line=None) for problem in problems)


def test_a_table_without_rows_is_refused(engine: Placed) -> None:
    empty = engine("compas")
    empty = empty.limit(0)

    with pytest.raises(Unreadable, match="no rows"):
        engines.cells(empty, **COMPAS)


def test_rows_written_to_a_file_are_the_rows_of_the_table(
    engine: Placed, files: dict[str, Path], tmp_path: Path
) -> None:
    rows = engines.write_rows(engine("compas"), ["label_value", "score", "race", "sex"], tmp_path / "rows.parquet")

    assert rows == 7214
    assert cells_of_file(tmp_path / "rows.parquet", **COMPAS) == cells_of_file(files["compas"], **COMPAS)


def test_the_documentations_examples_say_the_same_on_every_engine(
    files: dict[str, Path],
    spark: "SparkSession",
    postgresql: "ibis.BaseBackend",
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    warehoused(postgresql, "employment", files["employment"])
    monkeypatch.setenv("WAREHOUSE_URL", postgresql_url)
    (tmp_path / "app").symlink_to(ROOT / "app")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "engines.md").read_text(), re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}

    for block in blocks:
        exec(block, names)

    assert len(blocks) == 5
    assert names["rows"] == 68_785
    assert names["ratio"].value == pytest.approx(selection_ratio(), rel=WITHIN)


def selection_ratio() -> float:
    """The lower over the higher share of positive predictions by sex, as pandas counts them."""
    rates = pd.read_parquet(EXAMPLE / "employment_ma_2015.parquet").groupby("sex")["prediction"].mean()
    return float(rates.min() / rates.max())
