"""Each kind of evidence replaces only its own kind and is on record, or is refused and leaves nothing behind."""

import json
from pathlib import Path

import pytest

from core.errors import Refused, Unreadable
from core.inventory.rules import Stage
from core.ledger.queries import entries, entry
from core.validation.evidence import latest_run, run_is_current, validation_facts
from core.validation.inputs import current
from core.validation.rules import EvidenceKind
from core.validation.uploads import ColumnMapping
from tests.validation.conftest import MAPPING, Bench, codes, lines

SCENARIOS = '[{"name": "more women", "kind": "reweight", "column": "sex", "weights": {"F": 2, "M": 1}}]'
BARE = ColumnMapping()
REASONS = "case,sex_reason,age_reason\n0,0.5,-0.25\n1,0.125,0.5\n"
DISTURBED = "case,scenario,prediction\n0,older,1\n1,older,0\n"
KINDS = {
    EvidenceKind.TRAINING: (lines(80), BARE),
    EvidenceKind.REFERENCE: (lines(90), BARE),
    EvidenceKind.BASELINE: (lines(60), MAPPING),
    EvidenceKind.ATTRIBUTIONS: (REASONS, ColumnMapping(row_id="case")),
    EvidenceKind.PERTURBED: (
        DISTURBED,
        ColumnMapping(prediction="prediction", positive_label="1", row_id="case", scenario="scenario"),
    ),
    EvidenceKind.SCENARIOS: (SCENARIOS, BARE),
}


def hand_in(bench: Bench, kind: EvidenceKind, text: str | None = None) -> int:
    """The index of the ledger entry."""
    content, mapping = KINDS[kind]
    name = "file.json" if (text or content).startswith(("[", "{")) else "file.csv"
    return bench.hand_in(text or content, mapping, kind=kind, filename=name).entry


def at_hand(bench: Bench) -> dict[EvidenceKind, str]:
    with bench.store.reading() as session:
        return {row.kind: row.number for row in current(session, bench.row)}


def is_current(bench: Bench) -> bool:
    with bench.store.reading() as session:
        return run_is_current(session, bench.row, latest_run(session, bench.row))


@pytest.mark.parametrize("kind", KINDS)
def test_a_further_file_ends_what_a_run_said_and_its_kind_is_on_record(bench: Bench, kind: EvidenceKind) -> None:
    bench.hand_in(lines(60))
    bench.perform(bench.start())
    before = bench.row.evidence_digest
    was_current = is_current(bench)

    recorded = hand_in(bench, kind)

    assert (was_current, is_current(bench)) == (True, False)
    assert bench.row.stage is Stage.IN_VALIDATION
    assert bench.row.evidence_digest != before
    with bench.store.reading() as session:
        row = entry(session, recorded)
        assert validation_facts(session, bench.row).has_evidence
    assert row.row.action == "evidence.uploaded"
    payload = json.loads(row.payload or "")
    assert (payload["kind"], payload["evidence"]) == (kind.value, "E0002")
    assert bench.start() == "R0002"


def test_a_file_replaces_only_the_earlier_one_of_its_kind(bench: Bench) -> None:
    bench.hand_in(lines(60))
    for kind in KINDS:
        hand_in(bench, kind)
    before = at_hand(bench)

    hand_in(bench, EvidenceKind.TRAINING, lines(85))
    bench.hand_in(lines(62))

    after = at_hand(bench)
    assert list(before) == list(EvidenceKind)
    assert {kind for kind in before if before[kind] != after[kind]} == {EvidenceKind.PREDICTIONS, EvidenceKind.TRAINING}
    assert [row.number for row in bench.evidence() if row.replaced_at] == ["E0001", "E0002"]


def test_what_was_validated_returns_to_validation_with_a_further_file(judged_on_both: Bench) -> None:
    judged_on_both.set_stage(Stage.VALIDATED)

    hand_in(judged_on_both, EvidenceKind.TRAINING)

    assert judged_on_both.row.stage is Stage.IN_VALIDATION


@pytest.mark.parametrize("kind", KINDS)
def test_without_predictions_a_further_file_starts_nothing(small_bench: Bench, kind: EvidenceKind) -> None:
    hand_in(small_bench, kind)

    assert codes(small_bench.start) == ["no-evidence"]


@pytest.mark.parametrize(
    ("kind", "text", "place", "reason"),
    [
        (EvidenceKind.SCENARIOS, '[{"name": "a", "kind": "shift"}]', 1, "missing"),
        (EvidenceKind.SCENARIOS, '[\n{"name": "a", "kind": "shift", "column": "x", "amount": NaN}]', 2, "NaN"),
        (EvidenceKind.SCENARIOS, '[{"name": "a", "name": "b"}]', 1, "repeated"),
        (EvidenceKind.SCENARIOS, "[]", 1, "number of scenarios"),
        (EvidenceKind.ATTRIBUTIONS, '{"columns": ["age"], "data": [[1.5], ["much"]]}', None, ""),
        (
            EvidenceKind.ATTRIBUTIONS,
            '[{"feature": "age", "importance": 1}, {"feature": "age", "importance": 2}]',
            3,
            "",
        ),
        (EvidenceKind.ATTRIBUTIONS, '[{"feature": "age", "importance": Infinity}]', 1, ""),
        (EvidenceKind.ATTRIBUTIONS, "case,age_reason\n0,0.5\n1,inf\n", 3, "no finite number"),
        (EvidenceKind.ATTRIBUTIONS, "case,age_reason\n0,0.5\n0,0.25\n", 3, "twice"),
        (EvidenceKind.PERTURBED, "case,prediction\n0,1\n", 1, "not in the file"),
        (EvidenceKind.TRAINING, "a,a\n1,2\n", 1, ""),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_its_place(
    small_bench: Bench, kind: EvidenceKind, text: str, place: int | None, reason: str
) -> None:
    with pytest.raises(Unreadable) as caught:
        hand_in(small_bench, kind, text)

    assert place is None or place in [problem.line for problem in caught.value.problems], caught.value
    assert reason in str(caught.value)
    assert (small_bench.held(), small_bench.evidence()) == ([], [])
    assert small_bench.on_record() == ["evidence.refused"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (EvidenceKind.TRAINING, lines(60, "label,prediction,sex,contact", ["a.person@example.com"])),
        (EvidenceKind.REFERENCE, lines(60, "label,prediction,sex,contact", ["a.person@example.com"])),
        (
            EvidenceKind.SCENARIOS,
            '[{"name": "a.person@example.com", "kind": "shift", "column": "age", "amount": 1}]',
        ),
    ],
)
def test_personal_data_stops_every_kind(bench: Bench, kind: EvidenceKind, text: str) -> None:
    with pytest.raises(Refused) as caught:
        hand_in(bench, kind, text)

    assert "a.person@example.com" not in str(caught.value)
    assert (bench.held(), bench.evidence()) == ([], [])
    with bench.store.reading() as session:
        (refused,) = entries(session, limit=10).rows
        said = entry(session, refused.index).payload or ""
    assert (refused.action, json.loads(said)["reason"]) == ("evidence.refused", "stopped")
    assert "a.person" not in said


def test_a_validator_hands_in_no_kind(small_bench: Bench, tmp_path: Path) -> None:
    for kind in KINDS:
        content, mapping = KINDS[kind]
        said = codes(lambda: small_bench.hand_in(content, mapping, kind=kind, actor=small_bench.cast.validator))  # noqa: B023
        assert said == ["permission"]

    assert small_bench.held() == []
