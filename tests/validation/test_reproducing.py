"""A stored result comes out again to the byte, or what differs from then is named; nothing is glossed over."""

import hashlib
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from sqlmodel import col

from core.errors import NotFound, Refused
from core.ledger.service import Ledger
from core.policy.tables import PolicyVersion
from core.store import open_store
from core.validation.inputs import METHOD, from_json
from core.validation.rules import EvidenceKind, RunStatus
from tests.validation.conftest import Bench
from tests.validation.reproducible import a_run, again, changed_file, changed_run


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("reproducible")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    yield a_run(store, Ledger.open(folder / "keys", origin="countersign.test/ledger"), folder)
    store.close()


def digest_of(bench: Bench, kind: EvidenceKind, *, approved: bool = False) -> str:
    inputs = from_json(bench.run("R0002").inputs)
    given = inputs.of_approved(kind) if approved else inputs.given(kind)
    assert given is not None
    return given.table


def test_a_run_of_every_kind_comes_out_again_to_the_byte(bench: Bench) -> None:
    assert bench.run("R0002").status is RunStatus.FINISHED

    found = again(bench)

    assert found.same_bytes
    assert found.same_figures
    assert (found.wrong_inputs, found.differences) == ((), ())
    assert found.computed_digest == found.stored_digest == bench.run("R0002").result_digest
    assert (found.method_then, found.method_now) == (METHOD, METHOD)


def test_computing_again_stores_nothing(bench: Bench) -> None:
    before = (bench.on_record(), bench.held(), bench.run("R0002"), bench.row.evidence_digest)

    again(bench)

    assert (bench.on_record(), bench.held(), bench.run("R0002"), bench.row.evidence_digest) == before


@pytest.mark.parametrize("gone", [False, True], ids=["a flipped byte", "a deleted file"])
@pytest.mark.parametrize("kind", EvidenceKind)
def test_a_changed_file_of_any_kind_is_named(bench: Bench, kind: EvidenceKind, gone: bool) -> None:
    digest = digest_of(bench, kind)
    given = from_json(bench.run("R0002").inputs).given(kind)

    with changed_file(bench, digest, gone=gone):
        found = again(bench)

    (wrong,) = found.wrong_inputs
    assert given is not None
    assert wrong.what == f"{kind} {given.evidence}"
    assert wrong.expected == digest
    assert (wrong.found == "") is gone
    assert wrong.found != digest
    assert not found.same_figures
    assert found.computed_digest == ""


@pytest.mark.parametrize("kind", [EvidenceKind.PREDICTIONS, EvidenceKind.ATTRIBUTIONS])
def test_a_changed_file_of_the_approved_version_is_named_with_that_version(bench: Bench, kind: EvidenceKind) -> None:
    with changed_file(bench, digest_of(bench, kind, approved=True)):
        found = again(bench)

    assert [one.what for one in found.wrong_inputs] == [f"{kind} of version 1.0.0 {number(kind)}"]


def number(kind: EvidenceKind) -> str:
    """Under which the approved version's file was handed in."""
    return {EvidenceKind.PREDICTIONS: "E0001", EvidenceKind.ATTRIBUTIONS: "E0002"}[kind]


def test_every_input_that_differs_is_named_at_once(bench: Bench) -> None:
    first, second = digest_of(bench, EvidenceKind.TRAINING), digest_of(bench, EvidenceKind.SCENARIOS)

    with changed_file(bench, first), changed_file(bench, second, gone=True):
        found = again(bench)

    assert [one.what.rpartition(" ")[0] for one in found.wrong_inputs] == ["training data", "scenarios"]


def test_an_edited_policy_is_named(bench: Bench) -> None:
    with bench.store.transaction() as tx:
        policy = tx.session.get(PolicyVersion, bench.run("R0002").policy_version_id)
        assert policy is not None
        text = policy.body
        which = update(PolicyVersion).where(col(PolicyVersion.id) == policy.id)
        tx.session.execute(which.values(body=text.replace("value = 0.80", "value = 0.10")))

    found = again(bench)

    with bench.store.transaction() as tx:
        tx.session.execute(which.values(body=text))
    assert [(one.what, one.expected) for one in found.wrong_inputs] == [("the text of the policy", policy.digest)]


def test_an_edited_result_is_named(bench: Bench) -> None:
    text = bench.run("R0002").result.replace('"rows":60', '"rows":61', 1)

    with changed_run(bench, result=text):
        found = again(bench)

    assert [one.what for one in found.wrong_inputs] == ["the stored result"]
    assert found.wrong_inputs[0].found == hashlib.sha256(text.encode()).hexdigest()


def test_an_edited_list_of_inputs_is_named(bench: Bench) -> None:
    inputs = json.loads(bench.run("R0002").inputs)
    inputs["packs"] = ["nyc-ll144"]

    with changed_run(bench, inputs=json.dumps(inputs)):
        found = again(bench)

    assert [one.what for one in found.wrong_inputs] == ["the list of inputs"]


def test_a_list_of_inputs_that_was_taken_away_does_not_pass(bench: Bench) -> None:
    """Only runs of the first method have none, and those have no digest of inputs either."""
    with changed_run(bench, inputs=""):
        found = again(bench)

    assert "the list of inputs" in [one.what for one in found.wrong_inputs]


def test_a_figure_that_was_edited_with_its_digest_is_named_by_its_place(bench: Bench) -> None:
    result = json.loads(bench.run("R0002").result)
    figure = result["performance"]["figures"][0]
    true, figure["value"] = figure["value"], 0.99
    text = json.dumps(result)

    with changed_run(bench, result=text, result_digest=hashlib.sha256(text.encode()).hexdigest()):
        found = again(bench)

    assert found.wrong_inputs == ()
    assert not found.same_figures
    assert [(one.place, one.stored, one.computed) for one in found.differences] == [
        ("performance.figures[0].value", "0.99", json.dumps(true))
    ]


def test_a_figure_that_was_taken_out_of_the_result_is_a_difference(bench: Bench) -> None:
    """A list that is shorter than it was computed hides something, even if all that is left is right."""
    result = json.loads(bench.run("R0002").result)
    result["drift"]["figures"].pop()
    text = json.dumps(result)

    with changed_run(bench, result=text, result_digest=hashlib.sha256(text.encode()).hexdigest()):
        found = again(bench)

    assert [one.place for one in found.differences] == ["drift.figures"]


def test_a_part_that_was_blanked_is_a_difference(bench: Bench) -> None:
    result = json.loads(bench.run("R0002").result)
    result["robustness"] = None
    text = json.dumps(result)

    with changed_run(bench, result=text, result_digest=hashlib.sha256(text.encode()).hexdigest()):
        found = again(bench)

    assert [one.place for one in found.differences] == ["robustness"]


def test_without_a_result_there_is_nothing_to_compute_again(small_bench: Bench) -> None:
    small_bench.hand_in("label,prediction,sex\n1,1,F\n0,0,M\n")
    waiting = small_bench.start()

    with pytest.raises(Refused, match="queued"):
        again(small_bench, waiting)
    with pytest.raises(NotFound):
        again(small_bench, "R0099")
