"""Predictions are taken in as they are, or refused with every reason and nothing kept but the refusal's entry."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from core.access.personal_data import Level, ScanResult
from core.access.rules import Actor, Permission
from core.approval.facts import load_change
from core.errors import NotFound, Refused, Unreadable
from core.inventory.rules import Stage
from core.ledger.queries import entry
from core.store import EvidenceFiles
from core.validation.challenge import ask
from core.validation.conclusion import conclude
from core.validation.intake import inspect
from core.validation.rules import Outcome
from core.validation.uploads import ColumnMapping
from tests.approval.conftest import Opener
from tests.builders import NOON
from tests.validation.conftest import COMPAS, HEADER, MAPPING, Bench, codes, lines

WITH_MAIL = lines(60, f"{HEADER},contact", ["a.person@example.com"])
REASON = "Needed to reach the people again"


def test_compas_is_kept_as_received_and_as_a_table_with_its_mapping(bench: Bench) -> None:
    before = bench.row.evidence_digest

    done = bench.hand_in_compas()

    (kept,) = bench.evidence()
    assert (done.evidence, done.rows, kept.rows) == ("E0001", 7214, 7214)  # rows: reference/figures.md
    assert kept.file_digest == hashlib.sha256(COMPAS.read_bytes()).hexdigest()
    with bench.files.opened() as path:
        assert path(kept.file_digest).read_bytes() == COMPAS.read_bytes()
        assert pl.read_parquet(path(kept.table_digest)).height == 7214
    assert ColumnMapping.from_json(kept.mapping) == ColumnMapping(
        label="label_value", prediction="score", positive_label="1", favourable_label="0",
        sensitive=("race", "sex", "age_cat"), row_id="entity_id",
    )  # fmt: skip
    assert (kept.uploaded_by, kept.uploaded_through, kept.replaced_at) == (bench.cast.developer.id, "page", None)
    assert (bench.row.stage, bench.row.evidence_digest != before) == (Stage.DRAFT, True)
    with bench.store.reading() as session:
        recorded = entry(session, done.entry)
    assert recorded.row.action == "evidence.uploaded"
    assert json.loads(recorded.payload or "")["digest"] == bench.row.evidence_digest


def test_the_special_category_of_a_sensitive_attribute_needs_no_review(small_bench: Bench) -> None:
    looked = inspect(COMPAS, COMPAS.name)
    small_bench.hand_in_compas()

    kept = ScanResult.from_json(small_bench.evidence()[0].scan)
    assert {column.column: column.level for column in looked.scan.columns}["race"] is Level.NONE
    assert {column.column: column.level for column in kept.columns}["race"] is Level.NONE


def test_what_is_no_attribute_but_looks_like_one_goes_to_a_person(small_bench: Bench) -> None:
    mapping = ColumnMapping(label="label_value", prediction="score", positive_label="1", sensitive=("sex",))

    small_bench.hand_in(COMPAS, mapping, filename=COMPAS.name)

    kept = ScanResult.from_json(small_bench.evidence()[0].scan)
    assert {column.column: column.level for column in kept.columns}["race"] is Level.REVIEW


def test_personal_data_is_stopped_and_leaves_one_entry_and_no_file(bench: Bench) -> None:
    assert codes(lambda: bench.hand_in(WITH_MAIL)) == ["personal-data"]

    assert bench.on_record() == ["evidence.refused"]
    assert (bench.evidence(), bench.held()) == ([], [])


def test_personal_data_declared_with_a_reason_is_taken_in_and_the_reason_kept(small_bench: Bench) -> None:
    small_bench.hand_in(WITH_MAIL, replace(MAPPING, sensitive=("contact",)), declared={"contact": REASON})

    (kept,) = small_bench.evidence()
    assert json.loads(kept.declared) == {"contact": REASON}
    assert "a.person@example.com" not in kept.scan


def test_a_reason_does_not_let_in_what_is_no_sensitive_attribute(small_bench: Bench) -> None:
    assert codes(lambda: small_bench.hand_in(WITH_MAIL, declared={"contact": REASON})) == ["personal-data"]

    assert small_bench.held() == []


@pytest.mark.parametrize("declared", [{"contact": ""}, {"contact": " short   "}, {"case": REASON}])
def test_a_declaration_without_a_reason_or_of_another_column_lets_nothing_in(
    small_bench: Bench, declared: dict[str, str]
) -> None:
    with pytest.raises(Refused):
        small_bench.hand_in(WITH_MAIL, declared=declared)

    assert small_bench.held() == []


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        ("", MAPPING),
        (HEADER + "\n", MAPPING),
        ("<html></html>", MAPPING),
        (lines(20).replace("0,0", "0,0,0", 1), MAPPING),
        (lines(20), replace(MAPPING, sensitive=("age",))),
        (lines(20), replace(MAPPING, positive_label="yes")),
        (lines(20), replace(MAPPING, positive_label="")),
        (lines(20), replace(MAPPING, score="sex")),
        (lines(20), ColumnMapping()),
        (lines(20).replace("1,1", ",1", 1), MAPPING),
    ],
    ids=["empty", "no rows", "HTML", "ragged", "no column", "no such label", "no label", "not a number", "no mapping",
         "gap"],
)  # fmt: skip
def test_a_file_that_does_not_fit_leaves_one_entry_and_nothing_else(
    small_bench: Bench, content: str, mapping: ColumnMapping
) -> None:
    before = small_bench.row

    with pytest.raises(Unreadable):
        small_bench.hand_in(content, mapping)

    assert small_bench.on_record() == ["evidence.refused"]
    assert (small_bench.evidence(), small_bench.held()) == ([], [])
    assert (small_bench.row.revision, small_bench.row.evidence_digest) == (before.revision, before.evidence_digest)


@pytest.mark.parametrize("role", ["owner", "validator", "approver", "auditor", "administrator"])
def test_others_hand_nothing_in(small_bench: Bench, role: str) -> None:
    assert codes(lambda: small_bench.hand_in(lines(20), actor=getattr(small_bench.cast, role))) == ["permission"]

    assert small_bench.on_record() == ["act.refused"]
    assert small_bench.held() == []


def test_a_person_who_may_not_is_refused_before_the_file_is_read(small_bench: Bench) -> None:
    assert codes(lambda: small_bench.hand_in("", actor=small_bench.cast.auditor)) == ["permission"]


def test_a_validator_of_the_version_does_not_hand_in_even_as_a_developer(small_bench: Bench) -> None:
    small_bench.hand_in(lines(20))
    validator = small_bench.cast.validator
    small_bench.set_stage(Stage.IN_VALIDATION)
    ask(
        small_bench.store,
        small_bench.ledger,
        model="M0001",
        version="1.0.0",
        text="What was tried against it?",
        actor=validator,
        at=NOON,
    )

    both = Actor(validator.id, validator.roles | small_bench.cast.developer.roles)
    assert codes(lambda: small_bench.hand_in(lines(30), actor=both)) == ["duty-validation"]


@pytest.mark.parametrize("stage", [Stage.APPROVED, Stage.IN_PRODUCTION, Stage.SUPERSEDED, Stage.RETIRED])
def test_evidence_of_a_decided_version_stays(small_bench: Bench, stage: Stage) -> None:
    small_bench.set_stage(stage)

    assert codes(lambda: small_bench.hand_in(lines(20))) == ["stage"]


def test_a_version_that_is_not_there_takes_nothing(small_bench: Bench) -> None:
    with pytest.raises(NotFound):
        replace(small_bench, version="9.0.0").hand_in(lines(20))

    assert small_bench.on_record() == []


def test_evidence_does_not_change_under_a_validation(small_bench: Bench) -> None:
    small_bench.hand_in(lines(20))
    small_bench.start()

    assert codes(lambda: small_bench.hand_in(lines(30))) == ["run-pending"]
    assert len(small_bench.evidence()) == 1


def test_who_used_a_token_is_named_with_it(small_bench: Bench) -> None:
    person = small_bench.cast.developer
    token = Actor(person.id, person.roles, "T0001", frozenset({Permission.EVIDENCE_UPLOAD}))

    small_bench.hand_in(lines(20), actor=token)

    assert (small_bench.evidence()[0].uploaded_by, small_bench.evidence()[0].uploaded_through) == (person.id, "T0001")


def test_new_evidence_replaces_the_old_and_returns_a_concluded_version(bench: Bench) -> None:
    bench.hand_in(lines(600))
    bench.perform(bench.start())
    conclude(
        bench.store, bench.ledger, model="M0001", version="1.0.0", outcome=Outcome.NOT_VALIDATED,
        summary="The groups are treated too differently.", seen_digest=bench.row.evidence_digest,
        actor=bench.cast.validator, at=NOON,
    )  # fmt: skip
    before = bench.row
    assert before.stage is Stage.NOT_VALIDATED

    bench.hand_in(lines(601), at=NOON + timedelta(hours=1))

    old, new = bench.evidence()
    assert (old.replaced_at, new.replaced_at) == (NOON + timedelta(hours=1), None)
    assert bench.row.stage is Stage.IN_VALIDATION
    assert bench.row.evidence_digest != before.evidence_digest
    assert bench.files.holds(old.table_digest)


def test_the_same_file_with_another_mapping_is_other_evidence(small_bench: Bench) -> None:
    small_bench.hand_in(lines(60))
    before = small_bench.row.evidence_digest

    small_bench.hand_in(lines(60), replace(MAPPING, favourable_label="0"))

    assert small_bench.row.evidence_digest != before
    first, second = small_bench.evidence()
    assert first.table_digest == second.table_digest


def test_votes_on_other_evidence_no_longer_stand(opened: Opener, tmp_path: Path) -> None:
    case = opened(tier=1)
    case.approve(case.cast.approver)
    bench = Bench(case.store, case.ledger, EvidenceFiles(tmp_path / "evidence"), case.cast, tmp_path)

    bench.hand_in(lines(20))

    with case.store.reading() as session:
        assert load_change(session, case.change).approvals == 0
    assert bench.row.stage is Stage.IN_VALIDATION
