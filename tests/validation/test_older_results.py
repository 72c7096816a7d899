"""What the first release stored still reads, is shown and judged, and comes out again with the same figures."""

import hashlib
import json
from pathlib import Path

import pytest

from core.policy.rules import CheckKind
from core.store.numbers import next_number
from core.validation.evidence import run_is_current
from core.validation.judging import judge_all
from core.validation.queries import run_page
from core.validation.results import from_json, to_json
from core.validation.rules import EvidenceKind, RunStatus
from core.validation.tables import Evidence, Run
from core.validation.uploads import ColumnMapping
from tests.builders import NOON, a_policy
from tests.validation.conftest import Bench
from tests.validation.reproducible import again, changed_run

# As commit 762df2f, the last of the first release, stored it for the file of `predictions`.
STORED = (Path(__file__).parents[1] / "data" / "first_release_result.json").read_text(encoding="utf-8")
MAPPING = ColumnMapping(
    label="label", prediction="prediction", score="score", positive_label="1", sensitive=("sex",),
    score_is_probability=True,
)  # fmt: skip
OLD_FIELDS = (
    "favourable_label", "favourable_words", "label", "numbers", "positive_label", "prediction", "row_id", "score",
    "score_is_probability", "sensitive",
)  # fmt: skip


def predictions() -> str:
    """The file that the stored result was computed from."""
    rows = ["label,prediction,score,sex,case"]
    for row in range(120):
        label, prediction = row % 2, (row // 2 + row % 2) % 2
        score = (0.55 if prediction else 0.05) + (row * 7 % 40) / 100
        rows.append(f"{label},{prediction},{score:.2f},{'FM'[row % 3 == 0]},{row}")
    return "\n".join(rows) + "\n"


def with_an_old_run(bench: Bench) -> Bench:
    """R0001 as the first release stored it: no list of inputs, and a mapping of fewer fields."""
    bench.hand_in(predictions(), MAPPING)
    kept, policy, version = bench.evidence()[0], a_policy(bench.store), bench.row
    mapping = json.loads(kept.mapping)
    with bench.store.transaction() as tx:
        row = tx.session.get(Evidence, kept.id)
        assert row is not None
        row.mapping = json.dumps({name: mapping[name] for name in OLD_FIELDS}, sort_keys=True)
        tx.session.add(row)
        tx.session.add(
            Run(
                number=next_number(tx.session, "R"),
                version_id=version.id or 0,
                evidence_id=row.id or 0,
                policy_version_id=policy.id,
                status=RunStatus.FINISHED,
                result=STORED,
                result_digest=hashlib.sha256(STORED.encode()).hexdigest(),
                requested_by=bench.cast.developer.id,
                requested_at=NOON,
                finished_at=NOON,
            )
        )
    return bench


@pytest.fixture
def old(small_bench: Bench) -> Bench:
    return with_an_old_run(small_bench)


def test_a_result_of_the_first_release_reads_with_what_it_had() -> None:
    assert set(json.loads(STORED)) == {"quality", "performance", "performance_reason", "fairness", "fairness_reason"}

    result = from_json(STORED)

    assert result.quality.rows == 120
    assert result.figures(CheckKind.PERFORMANCE, "accuracy")[0].value == 0.5
    assert result.fairness is not None
    assert [one.name for one in result.fairness.comparisons] == ["sex"]
    assert (result.drift, result.explanation, result.robustness, result.bias_audit) == (None, None, None, None)
    assert from_json(to_json(result)) == result


def test_a_result_of_the_first_release_is_judged_with_a_reason_for_what_it_lacks(old: Bench) -> None:
    policy = a_policy(old.store).policy

    judged = judge_all(from_json(STORED), policy)

    by_metric = {one.threshold.metric: one for one in judged}
    assert by_metric["balanced_accuracy"].value == 0.5
    assert by_metric["impact_ratio"].reason.startswith("None of 2 groups has the rows that a verdict needs")
    assert not any(one.value is None and not one.reason for one in judged)
    assert {"drift", "explainability", "robustness"} & {one.threshold.kind.value for one in judged} == set()


def test_a_run_of_the_first_release_is_shown_and_is_of_the_evidence_at_hand(old: Bench) -> None:
    with old.store.reading() as session:
        page = run_page(session, "R0001")
        current = run_is_current(session, old.row, page.run if page else None)
    assert page is not None
    assert page.evidence.kind is EvidenceKind.PREDICTIONS
    assert current


def test_every_figure_of_the_first_release_comes_out_again(old: Bench) -> None:
    found = again(old, "R0001")

    assert found.wrong_inputs == ()
    assert found.differences == ()
    assert found.same_figures
    assert not found.same_bytes  # more is computed now
    assert (found.method_then, found.method_now) == (1, 2)


def test_another_end_of_a_column_is_a_difference(old: Bench) -> None:
    """Only the spelling of a number may differ between the methods, never the number."""
    text = STORED.replace('"highest":"119.0"', '"highest":"119.5"')
    digest = hashlib.sha256(text.encode()).hexdigest()

    with changed_run(old, "R0001", result=text, result_digest=digest):
        found = again(old, "R0001")

    assert [(one.stored, one.computed) for one in found.differences] == [('"119.5"', '"119"')]


def test_the_same_evidence_is_judged_anew_by_the_newer_method(old: Bench) -> None:
    second = old.start()
    old.perform(second)

    assert old.run(second).status is RunStatus.FINISHED
    assert old.run(second).result_digest != old.run("R0001").result_digest
