"""Versions follow one another, datasets are named once, and each refusal is on record."""

import threading

import pytest

from core.errors import NotFound, Refused, Unreadable
from core.inventory.intake import NewDataset, NewModel
from core.inventory.moves import load_version
from core.inventory.queries import datasets, model_page
from core.inventory.versions.rules import ChangeKind
from tests.inventory.conftest import Desk, at_once, columns, stored


def test_a_version_is_registered_once_even_by_two_at_the_same_moment(desk: Desk) -> None:
    desk.register()
    start, outcomes = threading.Barrier(4), list[str]()

    def work(_number: int) -> None:
        start.wait()
        try:
            outcomes.append(desk.register_next("1.1.0").version)
        except Refused as refused:
            outcomes.append(refused.refusals[0].code)

    at_once(work)

    assert sorted(outcomes) == ["1.1.0", "version-reuse", "version-reuse", "version-reuse"]


@pytest.mark.parametrize("version", ["1.0.1", "1.1.0", "2.0.0"])
def test_the_next_version_follows_the_highest(small_desk: Desk, version: str) -> None:
    small_desk.register()

    assert small_desk.register_next(version).version == version


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("1.0.0", "version-reuse"),
        ("0.9.0", "version-order"),
        ("1.0.2", "version-order"),
        ("1.2.0", "version-order"),
        ("3.0.0", "version-order"),
        ("1.1.1", "version-order"),
        ("1.1", "version-form"),
        ("v1.1.0", "version-form"),
        ("01.1.0", "version-form"),
        ("1.1.0-rc1", "version-form"),
        ("١.١.٠", "version-form"),
    ],
)
def test_a_version_out_of_line_is_refused_and_on_record(small_desk: Desk, version: str, code: str) -> None:
    small_desk.register()
    before, entered = stored(small_desk), small_desk.version(version, change_kind=ChangeKind.CORRECTION)

    with pytest.raises(Refused) as caught:
        small_desk.register_next(entered, (NewDataset("more", "1", "s"),))

    assert [refusal.code for refusal in caught.value.refusals] == [code]
    assert small_desk.on_record()[4:] == [("act.refused", "model M0001")]
    assert stored(small_desk) == before


@pytest.mark.parametrize("role", ["validator", "approver", "auditor", "administrator"])
def test_others_do_not_register_versions(small_desk: Desk, role: str) -> None:
    small_desk.register()

    with pytest.raises(Refused):
        small_desk.register_next("1.1.0", actor=getattr(small_desk.cast, role))

    assert small_desk.on_record()[4:] == [("act.refused", "model M0001")]


def test_a_version_of_no_model_is_not_found(small_desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no model “M0009”"):
        small_desk.register_next("1.0.0", model="M0009")


def test_wrong_fields_of_a_next_version_are_named_and_store_nothing(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(Unreadable) as caught:
        small_desk.register_next(small_desk.version("1.1.0", rationale="", intended_use="x" * 4001))

    assert columns(caught.value) == {"rationale", "intended_use"}
    assert stored(small_desk)[1] == 1


# ---- datasets


def test_a_dataset_is_named_by_number_or_by_name_and_version(small_desk: Desk) -> None:
    small_desk.register()

    small_desk.register_next(small_desk.version("1.1.0", training_dataset=" D0001 ", test_dataset="D0002"))

    with small_desk.store.reading() as session:
        page = model_page(session, "M0001")
    assert (page.training and page.training.name, page.test and page.test.number) == ("applications-train", "D0002")


@pytest.mark.parametrize("key", ["D0099", "applications-train 1999", "applications-train", " applications", "nothing"])
def test_an_unknown_dataset_is_not_found_and_nothing_is_stored(desk: Desk, key: str) -> None:
    with pytest.raises(NotFound, match="There is no dataset"):
        desk.register(version=desk.version(test_dataset=key))

    assert stored(desk) == (0, 0, 0)
    assert desk.on_record() == []


def test_a_version_of_a_dataset_is_registered_once(desk: Desk) -> None:
    desk.register()

    with pytest.raises(Unreadable, match="this version of the dataset is registered"):
        desk.register_next("1.1.0", (NewDataset(" applications-train ", "2024", "elsewhere"),))

    assert stored(desk) == (1, 1, 2)


def test_datasets_are_offered_newest_first(small_desk: Desk) -> None:
    small_desk.register()

    with small_desk.store.reading() as session:
        assert [data.number for data in datasets(session)] == ["D0002", "D0001"]


def test_what_was_entered_is_kept_to_the_letter(small_desk: Desk) -> None:
    hostile = "<b>Ünïcode</b> 'quoted' =cmd() %_\\ 🏦"
    entered: NewModel = small_desk.model(name=hostile, purpose=hostile)

    small_desk.register(entered, small_desk.version(limitations=hostile))

    with small_desk.store.reading() as session:
        model, version = load_version(session, "M0001", "1.0.0")
    assert (model.name, model.purpose, version.limitations) == (hostile, hostile, hostile)
