"""The stored result: reads back as it was, and what an earlier release stored is read and judged as well."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from core.frames.quality import assess_quality
from core.metrics.quality import PersonalDataColumn, QualityResult
from core.metrics.verdicts import Verdict
from tests.quality.files import EMPLOYMENT, EMPLOYMENT_2015, EMPLOYMENT_2016, csv_file

STORED = TypeAdapter(QualityResult)
FIRST_RELEASE = """{"rows": 200, "duplicate_rows": 3, "columns": [
    {"name": "y", "type": "number", "constant": false, "missing": 0, "distinct": 2, "lowest": "0.0", "highest": "1.0"},
    {"name": "x", "type": "text", "constant": true, "missing": 0, "distinct": 1, "lowest": "", "highest": ""},
    {"name": "z", "type": "text", "constant": false, "missing": 20, "distinct": 4, "lowest": "", "highest": ""}],
    "positives": 30, "labelled": 200}"""


def test_a_result_with_everything_in_it_is_stored_and_read_back_equal() -> None:
    found = assess_quality(EMPLOYMENT_2016, training=EMPLOYMENT_2015, **EMPLOYMENT)

    assert STORED.validate_json(STORED.dump_json(found)) == found


def test_counts_of_the_first_release_are_read_with_their_properties_and_figures() -> None:
    found = STORED.validate_json(FIRST_RELEASE)

    assert found.worst_column is not None
    assert (found.worst_column.name, found.constant_columns) == ("z", ("x",))
    assert [found.figure(metric).value for metric in ("missing_share", "duplicate_row_share")] == [0.1, 0.015]
    assert (found.figure("constant_columns").value, found.figure("rarest_label_share").value) == (1, 0.15)
    assert found.figure("leaked_row_share").reason == "No training data was given"


def test_without_a_scan_personal_data_is_not_available_and_with_one_it_is_counted(tmp_path: Path) -> None:
    found = assess_quality(csv_file(tmp_path, "a,b\n1,2\n"))

    assert found.figure("personal_data_columns").judge(0, "at most").verdict is Verdict.INSUFFICIENT
    assert found.with_personal_data(()).figure("personal_data_columns").value == 0
    scanned = found.with_personal_data([PersonalDataColumn("a", "block", "e-mail address (3)")])
    figure = scanned.figure("personal_data_columns")
    assert (figure.value, figure.subject, scanned.scanned) == (1, "a", True)
    assert len(scanned.figures) == len(found.figures)


def test_a_metric_that_does_not_exist_is_not_available(tmp_path: Path) -> None:
    figure = assess_quality(csv_file(tmp_path, "a,b\n1,2\n")).figure("beauty")

    assert (figure.value, figure.reason) == (None, "This result holds no such figure")


@pytest.mark.parametrize(("threshold", "verdict"), [(0.5, Verdict.PASS), (0.49, Verdict.FAIL)])
def test_figures_are_judged_unrounded(tmp_path: Path, threshold: float, verdict: Verdict) -> None:
    found = assess_quality(csv_file(tmp_path, "a,b\n1,2\n,3\n"))

    assert found.figure("missing_share").judge(threshold, "at most").verdict is verdict


def test_many_names_are_cut_with_how_many_more(tmp_path: Path) -> None:
    names = [f"c{at}" for at in range(40)]

    found = assess_quality(
        csv_file(tmp_path, ",".join(names) + "\n" + ",".join("1" for _ in names) + "\n"), features=[]
    )

    figure = found.figure("constant_columns")
    assert (figure.value, figure.subject) == (40, "c0, c1, c2, c3, c4 and 35 more")
