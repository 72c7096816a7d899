"""Regulation packs: what ships is whole, what the organisation adds is read with its line and never changes."""

from datetime import date

import pytest

from core.access.rules import Actor, Role
from core.errors import Refused, Unreadable
from core.ledger.service import Ledger
from core.policy.packs import packs
from core.policy.packs.comparing import Fate, compared, successions
from core.policy.packs.reading import parse_pack
from core.policy.packs.service import known_packs, older_of, publish_pack, versions_of
from core.policy.packs.signals import EVIDENCE, SignalKind, parse_signal
from core.policy.packs.values import Pack, PackItem
from core.store import Store
from core.validation.rules import EvidenceKind
from tests.builders import NOON, a_person

OWN = """id = "our-standard"
version = "1"
title = "Our standard"
[[item]]
id = "OS-1"
title = "Purpose stated"
text = "It says what it is for."
shown_by = ["field model.purpose", "answer"]
"""
ITEMS = [(pack, item) for pack in packs().values() for item in pack.items]
REASON = "The board adopted the standard."


# ---- what ships


@pytest.mark.parametrize(("pack", "item"), ITEMS, ids=lambda part: getattr(part, "id", ""))
def test_every_item_says_what_shows_it_in_known_words(pack: Pack, item: PackItem) -> None:
    words = [*item.shown_by, *([item.only_if] if item.only_if else [])]

    assert item.shown_by
    assert [word for word in words if parse_signal(word) is None] == []
    signals = [(word, signal) for word in words if (signal := parse_signal(word))]
    assert all(signal.words for _, signal in signals)
    assert [signal.said for _, signal in signals] == words


def test_there_are_302_items_and_a_person_answers_those_that_nothing_shows() -> None:
    by_person = [item for _, item in ITEMS if item.by_a_person]

    assert len(ITEMS) == 302
    assert 0 < len(by_person) < len(ITEMS) / 2
    assert all(parse_signal(word).kind is SignalKind.ANSWER for item in by_person for word in item.shown_by)  # type: ignore[union-attr]


def test_the_kinds_of_evidence_are_those_of_the_validation() -> None:
    assert set(EVIDENCE) == {kind.value for kind in EvidenceKind}


def test_a_pack_is_to_be_read_again_90_days_after_its_review() -> None:
    pack = packs()["fair-lending"]
    assert pack.reviewed_on is not None

    assert not pack.needs_recheck(date(2027, 1, 29))
    assert pack.needs_recheck(date(2027, 1, 30))


def test_articles_of_the_ai_act_carry_both_dates() -> None:
    pack = packs()["eu-ai-act"]

    for item in pack.items:
        assert item.applies, item.id
    for number in ("AIA-49", "AIA-72", "AIA-73", "AIA-86"):
        applies = pack.item(number).applies  # type: ignore[union-attr]
        assert "2 August 2026" in applies
        assert "2 December 2027" in applies


def test_what_sr_26_2_changed_names_items_that_there_are() -> None:
    old, new = packs()["sr-11-7"], packs()["sr-26-2"]
    changes = compared(old, new)
    fates = {fate: [one for one in changes if one.fate is fate] for fate in Fate}

    assert old.superseded_by == new.id
    assert all(one.new and one.old for one in fates[Fate.CHANGED])
    assert len(fates[Fate.CHANGED]) == len(successions()["sr-11-7", "sr-26-2"])
    assert {one.old.id for one in fates[Fate.DROPPED] if one.old} == {"SR117-08", "SR117-27"}
    assert {one.new[0].id for one in fates[Fate.NEW]} == {"MRM-07", "MRM-21"}
    assert len({one.old.id for one in changes if one.old}) == len(old.items)
    assert {item.id for one in changes for item in one.new} == {item.id for item in new.items}


# ---- what the organisation writes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (OWN.replace("model.purpose", "model.colour"), "line 8: [item 1] “shown_by” names nothing that shows an item"),
        (OWN.replace('title = "Our standard"\n', ""), "“title” is missing or empty"),
        (OWN.replace('"our-standard"', '"gdpr"'), "line 1: “gdpr” ships with the product and is not edited"),
        (OWN + 'colour = "red"\n', "line 9: [item 1] “colour” is not known here"),
        (OWN + OWN[OWN.index("[[item]]") :], "line 10: [item 2] item OS-1 stands twice"),
        (OWN.replace("[[item]]", 'extends = "iso-9001"\n[[item]]'), "line 4: “extends” names no shipped pack"),
        (OWN.replace("[[item]]", 'reviewed_on = "2026-02-30"\n[[item]]'), "line 4: “reviewed_on” is not a date"),
        ("id = ", "line 1"),
        ('{"id": "x",\n "version": }', "line 2"),
        (
            '{"id": "x", "version": "1", "title": "t",\n "item": [\n  {"id": "a", "title": "b"}]}',
            "line 3: [item 1] “text”",
        ),
    ],
)
def test_what_is_wrong_with_a_pack_is_said_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(Unreadable) as refused:
        parse_pack(text)

    assert problem in str(refused.value)


def test_a_pack_reads_the_same_from_json_as_from_toml() -> None:
    text = """{"id": "our-standard", "version": "1", "title": "Our standard", "item": [{"id": "OS-1",
      "title": "Purpose stated", "text": "It says what it is for.", "shown_by": ["field model.purpose", "answer"]}]}"""

    assert parse_pack(text).pack == parse_pack(OWN).pack


@pytest.fixture
def approver(sqlite_store: Store) -> Actor:
    return a_person(sqlite_store, Role.APPROVER)


def publish(store: Store, ledger: Ledger, text: str, actor: Actor, reason: str = REASON) -> None:
    publish_pack(store, ledger, text=text, reason=reason, actor=actor, at=NOON)


def test_items_join_a_pack_that_ships_and_a_next_version_supersedes(
    sqlite_store: Store, ledger: Ledger, approver: Actor
) -> None:
    text = OWN.replace("[[item]]", 'extends = "gdpr"\n[[item]]', 1)
    publish(sqlite_store, ledger, text, approver)
    publish(sqlite_store, ledger, text.replace('"1"', '"2"').replace("OS-1", "OS-2"), approver)

    with sqlite_store.reading() as session:
        known, versions = known_packs(session), versions_of(session, "our-standard")

    assert [item.id for item in known["gdpr"].items if item.added_by] == ["OS-2"]
    assert "our-standard" not in known
    assert [one.row.version for one in versions] == ["2", "1"]


def test_a_next_version_shows_what_changed_by_item(sqlite_store: Store, ledger: Ledger, approver: Actor) -> None:
    publish(sqlite_store, ledger, OWN, approver)
    publish(sqlite_store, ledger, OWN.replace('"1"', '"2"').replace("what it is for", "whom it serves"), approver)

    with sqlite_store.reading() as session:
        old, new = older_of(session, "our-standard", None), known_packs(session)["our-standard"]

    assert old is not None
    assert [(one.fate, one.change) for one in compared(old, new)] == [(Fate.CHANGED, "Differs in text.")]


def test_what_is_published_never_changes(sqlite_store: Store, ledger: Ledger, approver: Actor) -> None:
    publish(sqlite_store, ledger, OWN, approver)

    with pytest.raises(Refused, match="never changes"):
        publish(sqlite_store, ledger, OWN.replace("Our", "Their"), approver)
    with pytest.raises(Refused, match="add to another pack"):
        publish(sqlite_store, ledger, OWN.replace('"1"', '"2"\nextends = "gdpr"'), approver)


def test_only_an_approver_publishes_a_pack_and_says_why(sqlite_store: Store, ledger: Ledger, approver: Actor) -> None:
    developer = a_person(sqlite_store, Role.DEVELOPER)

    with pytest.raises(Refused, match="role approver"):
        publish(sqlite_store, ledger, OWN, developer)
    with pytest.raises(Refused, match="says too little"):
        publish(sqlite_store, ledger, OWN, approver, reason="new")
