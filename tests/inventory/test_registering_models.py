"""A model is registered whole or not at all, every wrong field is named at once, and each refusal is on record."""

import threading

import pytest

from core.access.people import disable_person
from core.access.rules import Actor, Permission
from core.errors import GovernanceError, Refused, Unreadable
from core.inventory.intake import NewDataset
from core.inventory.queries import model_page
from core.inventory.rules import Duty, Stage
from core.ledger.queries import entry
from tests.builders import NOON
from tests.inventory.conftest import DATA, Desk, at_once, columns, stored


def test_a_model_comes_with_its_version_and_datasets_and_an_entry_each(desk: Desk) -> None:
    done = desk.register()

    assert (done.model, done.version) == ("M0001", "1.0.0")
    assert desk.on_record() == [
        ("dataset.registered", "dataset D0001"),
        ("dataset.registered", "dataset D0002"),
        ("model.registered", "model M0001"),
        ("version.registered", "version M0001 1.0.0"),
    ]
    with desk.store.reading() as session:
        page = model_page(session, "M0001")
        assert entry(session, done.entry).row.entity_id == "M0001 1.0.0"
    assert page.version is not None
    assert (page.version.stage, page.model.tier) == (Stage.DRAFT, 1)
    assert page.parts[Duty.DEVELOPMENT] == (desk.cast.developer.id,)
    assert page.model.next_review is not None
    assert round((page.model.next_review - NOON).days / 30.4375) == 6  # the policy: tier 1 every six months


def test_who_registers_through_a_token_is_named_by_it_but_takes_part_in_person(small_desk: Desk) -> None:
    person = small_desk.cast.developer
    scopes = frozenset({Permission.MODEL_REGISTER, Permission.VERSION_REGISTER})

    small_desk.register(actor=Actor(person.id, person.roles, "T0001", scopes))

    with small_desk.store.reading() as session:
        page = model_page(session, "M0001")
    assert page.model.registered_by == "T0001"
    assert page.parts[Duty.DEVELOPMENT] == (person.id,)


@pytest.mark.parametrize("role", ["validator", "approver", "auditor", "administrator"])
def test_others_do_not_register_and_the_refusal_is_on_record(desk: Desk, role: str) -> None:
    actor = getattr(desk.cast, role)

    with pytest.raises(Refused) as caught:
        desk.register(actor=actor)

    assert [refusal.code for refusal in caught.value.refusals] == ["permission", "permission"]
    assert desk.on_record() == [("act.refused", "model new")]
    assert stored(desk) == (0, 0, 0)


def test_a_token_without_the_scope_registers_nothing(small_desk: Desk) -> None:
    person = small_desk.cast.developer

    with pytest.raises(Refused) as caught:
        small_desk.register(actor=Actor(person.id, person.roles, "T0001", frozenset({Permission.EVIDENCE_UPLOAD})))

    assert {refusal.code for refusal in caught.value.refusals} == {"token-scope"}
    assert small_desk.on_record() == [("act.refused", "model new")]


def test_every_wrong_field_is_named_at_once(desk: Desk) -> None:
    desk.register()
    model = desk.model(
        name="  Credit default ",
        purpose=" ",
        business_line="x" * 201,
        owner="P9999",
        developer="",
        packs=("gdpr", "xx"),
    )  # fmt: skip
    version = desk.version("1.0.0", limitations="", rationale="bad\x07", artefact_digest="ABC")
    data = (NewDataset("", "1", "s" * 1001),)

    with pytest.raises(Unreadable) as caught:
        desk.register(model, version, data)

    assert columns(caught.value) == {
        "purpose", "business_line", "developer", "limitations", "rationale", "artefact_digest", "name", "source",
        "owner", "packs",
    }  # fmt: skip
    said = str(caught.value)
    for words in ("a model of this name is registered", "nobody active has this number, found P9999", "found xx",
                  "U+0007", "not a SHA-256", "found 201 characters, expected at most 200"):  # fmt: skip
        assert words in said
    assert stored(desk) == (1, 1, 2)


@pytest.mark.parametrize(
    "name", ["", " \t", "a\x00b", "a\x1bb", "\ud800", "\ue000", "a\u0085b", "x" * 201], ids=ascii
)  # fmt: skip
def test_a_name_that_cannot_be_shown_is_refused_on_every_database(desk: Desk, name: str) -> None:
    with pytest.raises(Unreadable) as caught:
        desk.register(desk.model(name=name))

    assert columns(caught.value) == {"name"}
    assert stored(desk) == (0, 0, 0)


@pytest.mark.parametrize("digest", ["abc", "g" * 64, "A" * 64, "a" * 63])
def test_an_artefact_digest_is_a_sha_256_in_lower_case(small_desk: Desk, digest: str) -> None:
    with pytest.raises(Unreadable, match="not a SHA-256"):
        small_desk.register(version=small_desk.version(artefact_digest=digest))


def test_a_name_is_used_once(desk: Desk) -> None:
    desk.register()

    with pytest.raises(Unreadable, match="a model of this name is registered"):
        desk.register(datasets=())

    assert stored(desk)[0] == 1


def test_a_name_is_used_once_even_by_two_who_register_at_the_same_moment(desk: Desk) -> None:
    start, outcomes = threading.Barrier(4), list[str]()

    def work(number: int) -> None:
        model, data = desk.model(), tuple(NewDataset(f"{one.name}-{number}", "1", "s") for one in DATA)
        version = desk.version(training_dataset=f"{data[0].name} 1", test_dataset=f"{data[1].name} 1")
        start.wait()
        try:
            outcomes.append(desk.register(model, version, data).model)
        except GovernanceError as error:
            outcomes.append(type(error).__name__)

    at_once(work)

    assert sorted(outcomes) == ["M0001", "Unreadable", "Unreadable", "Unreadable"]
    assert stored(desk) == (1, 1, 2)


def test_nobody_who_left_owns_or_develops_a_model(small_desk: Desk) -> None:
    owner = small_desk.cast.owner.id
    disable_person(
        small_desk.store,
        small_desk.ledger,
        person=owner,
        reason="Left the organisation",
        actor=small_desk.cast.administrator,
        at=NOON,
    )

    with pytest.raises(Unreadable) as caught:
        small_desk.register()

    assert columns(caught.value) == {"owner"}
