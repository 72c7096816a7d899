"""A model changes whole or not at all, every field keeps its history, and decisions never rest on a changed record."""

import json
import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest
from sqlmodel import select

from core.access.rules import Actor, Permission
from core.errors import Conflict, Refused, Unreadable
from core.inventory.changing import Changed, change_model, field_history
from core.inventory.moves import load_model, load_version
from core.inventory.rules import Stage
from core.inventory.tables import Model
from core.ledger.queries import entry
from core.validation.evidence import digest_now
from core.validation.inputs import inputs_of
from core.validation.tables import Run
from tests.builders import NOON, a_version, new_evidence, set_stage
from tests.inventory.conftest import Desk, at_once, columns

WHY = "The annual review found it out of date."


def edit(
    desk: Desk, changes: Mapping[str, object], *, model: str = "M0001", actor: Actor | None = None, seen: int | None = 1
) -> Changed:
    return change_model(
        desk.store, desk.ledger, model=model, changes=changes, reason=WHY, expected_revision=seen,
        actor=actor or desk.cast.owner, at=NOON,
    )  # fmt: skip


def model_of(desk: Desk, number: str = "M0001") -> Model:
    with desk.store.reading() as session:
        return load_model(session, number)


def digests(desk: Desk, model: str, version: str = "1.0.0") -> tuple[str, str]:
    """The digest that the version carries, and the one that follows from what is stored."""
    with desk.store.reading() as session:
        model_row, row = load_version(session, model, version)
        return row.evidence_digest, digest_now(session, model_row, row)


def test_each_field_is_kept_with_old_new_who_when_and_why(desk: Desk) -> None:
    desk.register()

    done = edit(desk, {"name": " Credit score ", "users": "Branches", "vendor": ""})

    assert (done.fields, done.revision) == (("name", "users"), 2)
    with desk.store.reading() as session:
        rows = field_history(session, "M0001").rows
        payload = json.loads(entry(session, done.entry or 0).payload or "")
    assert [(row.field, row.old, row.new) for row in rows] == [
        ("users", "", "Branches"),
        ("name", "Credit default", "Credit score"),
    ]
    assert {(row.reason, row.changed_by, row.changed_at, row.revision) for row in rows} == {
        (WHY, desk.cast.owner.id, NOON, 2)
    }
    assert payload["fields"] == {"name": ["Credit default", "Credit score"], "users": ["", "Branches"]}
    assert model_of(desk).name == "Credit score"


def test_the_tier_follows_exposure_and_purpose(small_desk: Desk) -> None:
    small_desk.register()

    done = edit(small_desk, {"exposure": "low", "purpose_class": "operational", "packs": ["gdpr", "gdpr"]})

    row = model_of(small_desk)
    assert (row.tier, row.packs) == (4, "gdpr")
    assert set(done.fields) == {"exposure", "purpose_class", "tier", "packs"}


def test_what_is_the_same_changes_nothing_and_is_not_on_record(small_desk: Desk) -> None:
    small_desk.register()
    before = len(small_desk.on_record())

    done = edit(small_desk, {"name": "Credit default", "exposure": "high"})

    assert (done.fields, done.entry, done.revision) == ((), None, 1)
    assert len(small_desk.on_record()) == before


def test_who_saw_an_older_record_changes_nothing(desk: Desk) -> None:
    desk.register()
    edit(desk, {"users": "Branches"})

    with pytest.raises(Conflict, match="expected revision 1, found revision 2"):
        edit(desk, {"users": "Call centre"})

    assert model_of(desk).users == "Branches"


def test_of_four_who_saw_the_same_record_one_changes_it(desk: Desk) -> None:
    desk.register()
    start, outcomes = threading.Barrier(4), list[str]()

    def work(number: int) -> None:
        start.wait()
        try:
            edit(desk, {"users": f"Team {number}"})
            outcomes.append("changed")
        except Conflict:
            outcomes.append("conflict")

    at_once(work)

    assert sorted(outcomes) == ["changed", "conflict", "conflict", "conflict"]
    with desk.store.reading() as session:
        assert field_history(session, "M0001").total == 1


def test_every_wrong_field_is_named_and_nothing_is_stored(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(Unreadable) as caught:
        edit(small_desk, {"tier": 4, "exposure": "huge", "name": 7, "packs": {"gdpr": 1}})
    assert columns(caught.value) == {"tier", "exposure", "name", "packs"}

    with pytest.raises(Unreadable) as caught:
        edit(small_desk, {"name": " ", "owner": "P9999", "packs": "xx", "users": "\x00"})
    assert columns(caught.value) == {"name", "owner", "packs", "users"}
    assert model_of(small_desk).revision == 1


def test_a_name_that_is_taken_is_refused(small_desk: Desk) -> None:
    small_desk.register()
    other = a_version(small_desk.store, small_desk.cast)[0]

    with pytest.raises(Unreadable, match="a model of this name is registered"):
        edit(small_desk, {"name": "Credit default"}, model=other)


@pytest.mark.parametrize("role", ["validator", "approver", "auditor", "administrator"])
def test_others_do_not_change_a_model_and_the_refusal_is_on_record(small_desk: Desk, role: str) -> None:
    small_desk.register()

    with pytest.raises(Refused):
        edit(small_desk, {"users": "Branches"}, actor=getattr(small_desk.cast, role))

    assert small_desk.on_record()[-1] == ("act.refused", "model M0001")


def test_a_pipeline_changes_a_model_within_its_scope(small_desk: Desk) -> None:
    small_desk.register()
    person = small_desk.cast.developer

    edit(
        small_desk,
        {"users": "Branches"},
        actor=Actor(person.id, person.roles, "T1", frozenset({Permission.MODEL_EDIT})),
    )
    with pytest.raises(Refused):
        edit(small_desk, {"users": "x"}, actor=Actor(person.id, person.roles, "T2", frozenset()), seen=2)

    with small_desk.store.reading() as session:
        assert field_history(session, "M0001").rows[0].changed_by == "T1"


def test_a_reason_is_needed(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(Refused, match="fewer than 10 characters"):
        change_model(
            small_desk.store, small_desk.ledger, model="M0001", changes={"users": "x"}, reason="why",
            expected_revision=None, actor=small_desk.cast.owner, at=NOON,
        )  # fmt: skip


# ---- evidence binding


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.IN_VALIDATION, Stage.NOT_VALIDATED])
def test_the_digest_of_a_version_that_is_not_decided_follows_the_record(desk: Desk, stage: Stage) -> None:
    model, _ = a_version(desk.store, desk.cast, stage=stage)
    before = digests(desk, model)
    assert before[0] == before[1]

    edit(desk, {"purpose": "Ranks applications for a second reading."}, model=model)

    after = digests(desk, model)
    assert after[0] == after[1] != before[0]


def test_a_result_for_another_tier_leaves_the_digest_with_the_tier(small_desk: Desk) -> None:
    model, version = a_version(small_desk.store, small_desk.cast, stage=Stage.IN_VALIDATION)
    with small_desk.store.transaction() as tx:
        model_row, row = load_version(tx.session, model, version)
        run = tx.session.exec(select(Run).where(Run.version_id == row.id)).one()
        run.inputs = replace(inputs_of(tx.session, run), tier=1).to_json()  # judged as a model of tier 1
        tx.session.flush()
        row.evidence_digest = digest_now(tx.session, model_row, row)

    edit(small_desk, {"exposure": "low"}, model=model)  # tier 2 from now on

    carried, follows = digests(small_desk, model)
    assert carried == follows


@pytest.mark.parametrize("stage", [Stage.VALIDATED, Stage.IN_APPROVAL, Stage.APPROVED])
@pytest.mark.parametrize("changes", [{"purpose": "Another."}, {"exposure": "low"}, {"packs": "gdpr"}])
def test_what_a_decision_rests_on_does_not_change_under_it(
    small_desk: Desk, stage: Stage, changes: dict[str, object]
) -> None:
    model, _ = a_version(small_desk.store, small_desk.cast, stage=stage)

    with pytest.raises(Refused) as caught:
        edit(small_desk, changes, model=model)

    assert [reason.code for reason in caught.value.refusals] == ["decided-on"]
    edit(small_desk, {"users": "Branches"}, model=model)  # what no decision rests on still changes


@pytest.mark.parametrize("stage", [Stage.IN_PRODUCTION, Stage.SUPERSEDED])
def test_what_was_decided_and_done_keeps_its_digest(small_desk: Desk, stage: Stage) -> None:
    model, _ = a_version(small_desk.store, small_desk.cast, stage=stage)
    before = digests(small_desk, model)[0]

    edit(small_desk, {"purpose": "Another."}, model=model)

    assert digests(small_desk, model)[0] == before


def test_evidence_whose_parts_were_not_kept_is_bound_anew_first(small_desk: Desk) -> None:
    model, version = a_version(small_desk.store, small_desk.cast, stage=Stage.IN_VALIDATION)
    with small_desk.store.transaction() as tx:
        _, row = load_version(tx.session, model, version)
        row.evidence_parts = ""  # as the first release stored it
    with pytest.raises(Refused) as caught:
        edit(small_desk, {"purpose": "Another."}, model=model)

    new_evidence(small_desk.store, model, version, by=small_desk.cast.developer)
    edit(small_desk, {"purpose": "Another."}, model=model)

    assert [reason.code for reason in caught.value.refusals] == ["evidence-parts"]


def test_a_version_that_is_decided_meanwhile_stops_the_change(small_desk: Desk) -> None:
    small_desk.register()
    set_stage(small_desk.store, "M0001", "1.0.0", Stage.VALIDATED)

    with pytest.raises(Refused):
        edit(small_desk, {"purpose": "Another."})

    assert model_of(small_desk).purpose == "Ranks applications for review."
