"""Several classes with probabilities and no column of predictions: the most probable class is what was predicted."""

from dataclasses import replace
from pathlib import Path

from core.metrics.verdicts import Verdict
from core.policy.parse import parse_policy
from core.policy.rules import CheckKind
from core.policy.service import default_policy_text
from core.validation.local import Assessment, judge_files
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.validation.everything import MULTICLASS, multiclass_rows, write


def judged(path: Path, mapping: ColumnMapping) -> Assessment:
    return judge_files(parse_policy(default_policy_text()), {EvidenceKind.PREDICTIONS: path}, mapping)


def test_performance_is_that_of_a_column_with_the_most_probable_class(tmp_path: Path) -> None:
    rows = multiclass_rows()[:300]
    named = write(tmp_path / "named.csv", rows)
    unnamed = write(tmp_path / "unnamed.csv", [{k: v for k, v in row.items() if k != "prediction"} for row in rows])

    with_column, without = judged(named, MULTICLASS), judged(unnamed, replace(MULTICLASS, prediction=None))

    assert with_column.result.performance is not None
    assert without.result.performance == with_column.result.performance
    assert without.result.fairness is None
    groups = [one for one in without.judged if one.threshold.kind is CheckKind.FAIRNESS]
    assert {one.verdict for one in groups} == {Verdict.INSUFFICIENT}
    assert all("no column of predictions" in one.reason for one in groups)
