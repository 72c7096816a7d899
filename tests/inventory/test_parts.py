"""Datasets, prompts, workflows, decision points and vendors: registered, changed, written anew, retired."""

import hashlib
import threading

import pytest

from core.errors import Conflict, NotFound, Refused, Unreadable
from core.inventory.changing import field_history
from core.inventory.intake import NewDataset
from core.inventory.parts.changing import change_part
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.queries import PartPage, part_counts, part_page, parts, readable_diff
from core.inventory.parts.registering import Recorded, add_asset_version, register_asset, register_dataset
from core.inventory.parts.retiring import retire_part
from core.inventory.parts.rules import AssetKind, NodeKind
from tests.builders import NOON
from tests.inventory.conftest import Desk, at_once, columns

WHY = "The contract with the source ended."
LETTER = "You write letters.\nBe polite.\nNever promise money.\n"
OTHER = "You write letters.\nBe polite and short.\nNever promise money.\n"
DETAILS = {
    AssetKind.PROMPT: {"settings": "temperature 0"},
    AssetKind.WORKFLOW: {"trigger": "A request", "outcome": "A letter"},
    AssetKind.DECISION_POINT: {"decider": "A case worker", "override": "In writing"},
    AssetKind.VENDOR: {"country": "Norway"},
}


def new(desk: Desk, kind: AssetKind = AssetKind.PROMPT, **changed: object) -> NewAsset:
    entered = {
        "kind": kind,
        "name": f"The {kind}",
        "owner": desk.cast.owner.id,
        "details": DETAILS[kind],
        "text": LETTER if kind is AssetKind.PROMPT else "",
    }
    return NewAsset(**(entered | changed))  # type: ignore[arg-type]


def add(desk: Desk, asset: NewAsset) -> Recorded:
    return register_asset(desk.store, desk.ledger, asset=asset, actor=desk.cast.owner, at=NOON)


def write(desk: Desk, text: str, *, seen: int | None = None, part: str = "PR0001") -> Recorded:
    return add_asset_version(
        desk.store, desk.ledger, asset=part, text=text, rationale="Shorter letters.", expected_version=seen,
        actor=desk.cast.owner, at=NOON,
    )  # fmt: skip


def edit(desk: Desk, part: str, changes: dict[str, str], *, seen: int | None = 1) -> tuple[str, ...]:
    return change_part(
        desk.store, desk.ledger, part=part, changes=changes, reason=WHY, expected_revision=seen, actor=desk.cast.owner,
        at=NOON,
    ).fields  # fmt: skip


def page(desk: Desk, number: str) -> PartPage:
    with desk.store.reading() as session:
        return part_page(session, number)


@pytest.mark.parametrize(("kind", "number"), list(zip(AssetKind, ("PR0001", "W0001", "H0001", "V0001"), strict=True)))
def test_each_kind_has_an_owner_a_number_and_its_entry(desk: Desk, kind: AssetKind, number: str) -> None:
    assert add(desk, new(desk, kind)).number == number

    found = page(desk, number)
    assert (found.about.kind, found.about.owner) == (NodeKind(kind.value), desk.cast.owner.id)
    assert {key: found.values[key] for key in DETAILS[kind]} == DETAILS[kind]
    assert desk.on_record() == [("asset.registered", f"{kind} {number}")]


def test_what_is_missing_or_unknown_is_named_at_once(small_desk: Desk) -> None:
    entered = new(
        small_desk, AssetKind.WORKFLOW, name=" ", owner="P9999", details={"country": "Norway", "trigger": "x"}
    )

    with pytest.raises(Unreadable) as caught:
        add(small_desk, entered)

    assert columns(caught.value) == {"name", "owner", "country", "outcome"}
    with small_desk.store.reading() as session:
        assert set(part_counts(session).values()) == {0}


def test_a_prompt_needs_its_text_and_a_vendor_has_none(small_desk: Desk) -> None:
    for entered in (new(small_desk, text=""), new(small_desk, AssetKind.VENDOR, text="words")):
        with pytest.raises(Unreadable) as caught:
            add(small_desk, entered)
        assert columns(caught.value) == {"text"}


def test_a_name_is_given_once_a_kind(desk: Desk) -> None:
    add(desk, new(desk, name="Letter"))
    add(desk, new(desk, AssetKind.WORKFLOW, name="Letter"))

    with pytest.raises(Unreadable, match="a prompt of this name is registered"):
        add(desk, new(desk, name=" Letter "))


def test_a_text_is_kept_to_the_byte_with_the_digest_that_sha256sum_prints(desk: Desk) -> None:
    add(desk, new(desk))
    write(desk, OTHER, seen=1)

    newest, first = page(desk, "PR0001").texts
    assert (newest.version, newest.body, first.body) == (2, OTHER, LETTER)
    # printf 'You write letters.\nBe polite.\nNever promise money.\n' | sha256sum
    assert first.digest == "e007794691d43827e9f61f8dc552fd0cdfcf95330b05e86e6b30bd550fa9cef2"
    assert newest.digest == hashlib.sha256(OTHER.encode()).hexdigest()


def test_the_same_text_is_no_version_and_a_vendor_has_none(small_desk: Desk) -> None:
    add(small_desk, new(small_desk))
    add(small_desk, new(small_desk, AssetKind.VENDOR))

    for text, part, code in ((LETTER, "PR0001", "same-text"), (OTHER, "V0001", "not-written")):
        with pytest.raises(Refused) as caught:
            write(small_desk, text, part=part)
        assert [reason.code for reason in caught.value.refusals] == [code]


def test_of_four_who_write_after_the_same_version_one_does(desk: Desk) -> None:
    add(desk, new(desk))
    start, outcomes = threading.Barrier(4), list[str]()

    def work(number: int) -> None:
        start.wait()
        try:
            write(desk, f"Text {number}", seen=1)
            outcomes.append("written")
        except Conflict:
            outcomes.append("conflict")

    at_once(work)

    assert sorted(outcomes) == ["conflict", "conflict", "conflict", "written"]
    assert [text.version for text in page(desk, "PR0001").texts] == [2, 1]


def test_a_difference_is_read_line_by_line() -> None:
    assert readable_diff(LETTER, OTHER) == (
        (" ", "You write letters."),
        ("−", "Be polite."),
        ("+", "Be polite and short."),
        (" ", "Never promise money."),
    )


def test_a_dataset_says_how_long_it_is_kept_and_how_it_was_sanitised(desk: Desk) -> None:
    entered = NewDataset(
        "applications", "2026", "Core banking", classification="pseudonymous", retention="Until 2031",
        sanitisation="Names replaced by keys", declared_schema='{"columns": [{"name": "age", "type": "integer"}]}',
    )  # fmt: skip

    register_dataset(desk.store, desk.ledger, dataset=entered, actor=desk.cast.developer, at=NOON)

    found = page(desk, "D0001")
    assert (found.values["retention"], found.values["sanitisation"]) == ("Until 2031", "Names replaced by keys")
    assert found.schema_fingerprint == hashlib.sha256(found.schema.encode()).hexdigest()
    assert found.about.owner == desk.cast.developer.id


def test_a_change_keeps_old_and_new_and_needs_the_revision_that_was_seen(desk: Desk) -> None:
    desk.register()
    add(desk, new(desk))

    assert edit(desk, "D0001", {"retention": "Until 2030", "licence": ""}) == ("retention",)
    assert edit(desk, "PR0001", {"settings": "temperature 1", "name": " Letters "}) == ("name", "settings")

    with desk.store.reading() as session:
        rows = [(row.field, row.old, row.new) for row in field_history(session, "PR0001").rows]
    assert rows == [("settings", "temperature 0", "temperature 1"), ("name", "The prompt", "Letters")]
    with pytest.raises(Conflict):
        edit(desk, "PR0001", {"name": "Other"})


def test_a_wrong_change_names_its_fields_and_stores_nothing(small_desk: Desk) -> None:
    small_desk.register()
    add(small_desk, new(small_desk, AssetKind.WORKFLOW))

    for part, changes, wrong in (
        ("D0001", {"name": "x", "version": "2"}, {"name", "version"}),
        ("D0001", {"source": "", "owner": "P9999"}, {"source", "owner"}),
        ("W0001", {"trigger": " ", "owner": ""}, {"trigger", "owner"}),
    ):
        with pytest.raises(Unreadable) as caught:
            edit(small_desk, part, changes)
        assert columns(caught.value) == wrong
        assert page(small_desk, part).revision == 1


@pytest.mark.parametrize("role", ["validator", "approver", "auditor", "administrator"])
def test_others_do_not_change_parts_and_the_refusal_is_on_record(small_desk: Desk, role: str) -> None:
    small_desk.register()

    with pytest.raises(Refused):
        change_part(
            small_desk.store, small_desk.ledger, part="D0001", changes={"licence": "MIT"}, reason=WHY,
            expected_revision=None, actor=getattr(small_desk.cast, role), at=NOON,
        )  # fmt: skip

    assert small_desk.on_record()[-1] == ("act.refused", "part D0001")


# ---- retirement


def retire(desk: Desk, part: str, *seen: str) -> Recorded:
    return retire_part(desk.store, desk.ledger, part=part, reason=WHY, seen=seen, actor=desk.cast.owner, at=NOON)


def test_what_depends_on_a_dataset_is_seen_before_it_is_retired(desk: Desk) -> None:
    desk.register()

    with pytest.raises(Refused, match="M0001"):
        retire(desk, "D0001")
    retire(desk, "D0001", "M0001")

    found = page(desk, "D0001")
    assert (found.retired_at, found.retired_by, found.retired_reason) == (NOON, desk.cast.owner.id, WHY)
    with desk.store.reading() as session:
        assert [row.number for row in parts(session, NodeKind.DATASET, limit=9, offset=0).rows] == ["D0002"]
        assert [row.number for row in parts(session, NodeKind.DATASET, retired=True, limit=9, offset=0).rows] == [
            "D0001"
        ]


def test_a_retired_part_is_neither_changed_nor_used_nor_retired_again(small_desk: Desk) -> None:
    small_desk.register()
    retire(small_desk, "D0001", "M0001")

    with pytest.raises(Refused, match="D0001 is retired"):
        edit(small_desk, "D0001", {"licence": "MIT"}, seen=None)
    with pytest.raises(Refused, match="D0001 is retired"):
        retire(small_desk, "D0001", "M0001")
    with pytest.raises(Refused, match="D0001 applications-train 2024 is retired"):
        small_desk.register_next(small_desk.version("1.1.0", training_dataset="D0001", test_dataset="D0002"))


def test_a_developer_does_not_retire(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(Refused, match="this takes the role owner"):
        retire_part(
            small_desk.store, small_desk.ledger, part="D0001", reason=WHY, seen=["M0001"],
            actor=small_desk.cast.developer, at=NOON,
        )  # fmt: skip


def test_a_model_is_no_part(small_desk: Desk) -> None:
    small_desk.register()

    with pytest.raises(NotFound):
        retire(small_desk, "M0001")
