"""The same inputs are computed once: a run takes over what any version came to, and anything changed is computed."""

from dataclasses import replace

import pytest
from sqlalchemy import update
from sqlmodel import col

from core.inventory.moves import load_version
from core.inventory.tables import Dataset
from core.validation.rules import EvidenceKind, RunStatus
from core.validation.tables import Run
from core.validation.uploads import ColumnMapping
from tests.builders import a_version
from tests.validation.conftest import MAPPING, Bench, lines


def lose_files(bench: Bench) -> None:
    """Whatever is computed from now on would fail."""
    for path in bench.files.folder.rglob("*"):
        if path.is_file():
            path.unlink()


def performed(bench: Bench) -> Run:
    number = bench.start()
    bench.perform(number)
    return bench.run(number)


def other_version(bench: Bench) -> Bench:
    """Another version of the same model."""
    a_version(bench.store, bench.cast, model=bench.model, version="1.1.0")
    return replace(bench, version="1.1.0")


def test_another_version_with_the_same_inputs_takes_the_result_over(bench: Bench) -> None:
    bench.hand_in(lines(60))
    first = performed(bench)
    other = other_version(bench)
    other.hand_in(lines(60))
    lose_files(bench)

    second = performed(other)

    assert (second.status, second.error) == (RunStatus.FINISHED, "")
    assert (second.result, second.result_digest) == (first.result, first.result_digest)
    assert second.inputs_digest == first.inputs_digest
    judged = [(one.run_id, one.metric, one.subject, one.value, one.verdict) for one in bench.checks()]
    assert [one[1:] for one in judged if one[0] == first.id] == [one[1:] for one in judged if one[0] == second.id]


def test_the_same_version_with_its_former_file_takes_the_former_result_over(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    first = performed(small_bench)
    small_bench.hand_in(lines(62))
    between = performed(small_bench)
    small_bench.hand_in(lines(60))
    lose_files(small_bench)

    third = performed(small_bench)

    assert third.result_digest == first.result_digest != between.result_digest


@pytest.mark.parametrize(
    "mapping",
    [
        replace(MAPPING, positive_label="0"),
        replace(MAPPING, favourable_label="0"),
        replace(MAPPING, sensitive=()),
        replace(MAPPING, row_id="case"),
    ],
    ids=["positive", "favourable", "sensitive", "row id"],
)
def test_a_changed_mapping_is_computed_anew(small_bench: Bench, mapping: ColumnMapping) -> None:
    small_bench.hand_in(lines(60))
    first = performed(small_bench)
    small_bench.hand_in(lines(60), mapping)
    second = small_bench.start()
    lose_files(small_bench)

    small_bench.perform(second)

    found = small_bench.run(second)
    assert found.inputs_digest != first.inputs_digest
    assert found.status is RunStatus.FAILED
    assert "evidence file" in found.error


def test_a_further_file_or_another_schema_is_computed_anew(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    found = [performed(small_bench).inputs_digest]
    small_bench.hand_in(lines(80), ColumnMapping(), kind=EvidenceKind.TRAINING)
    found.append(performed(small_bench).inputs_digest)
    with small_bench.store.transaction() as tx:
        _, version = load_version(tx.session, small_bench.model, small_bench.version)
        schema = '{"columns": [{"name": "sex", "type": "text"}], "open": true}'
        tx.session.execute(
            update(Dataset).where(col(Dataset.id) == version.test_dataset_id).values(declared_schema=schema)
        )

    found.append(performed(small_bench).inputs_digest)

    assert len(set(found)) == 3


def test_a_failed_run_is_never_taken_over(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    lost = small_bench.start()
    lose_files(small_bench)
    small_bench.perform(lost)
    small_bench.hand_in(lines(60))

    second = performed(small_bench)

    assert small_bench.run(lost).status is RunStatus.FAILED
    assert second.status is RunStatus.FINISHED
    assert second.inputs_digest == small_bench.run(lost).inputs_digest
