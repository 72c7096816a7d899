"""A note that holds personal data stands masked, and its original waits, sealed, for other people's decision."""

from pathlib import Path

import pytest
from sqlmodel import Session, select

from core.access.personal_data.entrances import Entrance, Handling
from core.access.personal_data.sealing import CannotBeOpened
from core.access.personal_data.tables import HeldText, PlaceSeen, TextVerdict
from core.access.rules import Actor
from core.errors import Refused
from core.improvement.incidents.recording import write_note
from core.improvement.incidents.tables import IncidentNote
from core.ledger.tables import LogPayload
from core.ledger.verify import verify_store
from core.privacy.queries import met, texts_waiting
from core.privacy.subjects.erasing import erase_found
from core.privacy.subjects.matching import Terms, phrases_of
from core.privacy.subjects.orders import keep_order, new_key, new_order
from core.privacy.subjects.packing import copy_of
from core.privacy.subjects.places import Places
from core.privacy.subjects.scanning import scan
from core.privacy.texts import WITHHELD, decide_text, text_as_written
from tests.builders import NOON
from tests.incidents.conftest import World

NOTE = "Called by the customer on +44 20 7946 0958 about IBAN DE89 3704 0044 0532 0130 00."
MASKED = "Called by the customer on [telephone number] about IBAN [bank account (IBAN)]."
WHY = "The bank's own number, nobody's."


def _noted(world: World) -> str:
    incident = world.declared()
    write_note(world.store, world.ledger, incident=incident, text=NOTE, actor=world.cast.developer, at=NOON)
    return incident


def _note(session: Session) -> str:
    return session.exec(select(IncidentNote.text)).one()


def _decide(world: World, actor: Actor, verdict: TextVerdict = TextVerdict.RELEASE) -> TextVerdict | None:
    return decide_text(world.store, world.ledger, text="HT0001", verdict=verdict, reason=WHY, actor=actor, at=NOON)


def test_a_note_is_kept_masked_and_its_original_is_nowhere_to_be_read(world: World) -> None:
    incident = _noted(world)

    with world.store.reading() as session:
        assert _note(session) == MASKED
        (row,) = texts_waiting(session, world.cast.validator, at=NOON).rows
        assert (row.number, row.place, row.entity_id, row.author) == (
            "HT0001", "text of an incident note", incident, world.cast.developer.id,
        )  # fmt: skip
        assert b"7946" not in session.exec(select(HeldText.sealed)).one()
        assert not any("7946" in body or "3704" in body for body in session.exec(select(LogPayload.body)) if body)
        (seen,) = met(session, at=NOON)
    assert (seen.entrance, seen.handling, seen.places) == (Entrance.NOTE, Handling.PERSON, 2)


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [(TextVerdict.RELEASE, NOTE), (TextVerdict.MASK, MASKED), (TextVerdict.WITHHOLD, WITHHELD)],
)
def test_two_people_decide_where_the_policy_wants_two(world: World, verdict: TextVerdict, shown: str) -> None:
    """The model is of tier 1, whose outputs take two people; the more careful opinion counts."""
    _noted(world)

    assert _decide(world, world.cast.validator) is None
    assert _decide(world, world.cast.approver, verdict) is verdict

    with world.store.reading() as session:
        assert _note(session) == shown
        assert session.exec(select(HeldText.sealed)).one() == b""
        assert texts_waiting(session, world.cast.owner, at=NOON).total == 0


def test_the_original_is_shown_to_those_alone_who_decide(world: World) -> None:
    _noted(world)
    with world.store.reading() as session:
        shown = text_as_written(session, world.ledger, text="HT0001", actor=world.cast.validator, at=NOON)
        assert shown == NOTE
        for other in (world.cast.developer, world.cast.auditor, world.cast.administrator):
            with pytest.raises(Refused):
                text_as_written(session, world.ledger, text="HT0001", actor=other, at=NOON)


def test_nobody_decides_twice_or_on_their_own(world: World) -> None:
    _noted(world)
    _decide(world, world.cast.validator)

    for actor, codes in ((world.cast.validator, {"second"}), (world.cast.developer, {"permission", "own-text"})):
        with pytest.raises(Refused) as refused:
            _decide(world, actor)
        assert {one.code for one in refused.value.refusals} == codes


def test_without_its_key_a_text_can_stay_masked_and_cannot_be_released(world: World) -> None:
    _noted(world)
    (world.ledger.keyring.folder / "held-texts.key").write_bytes(bytes(32))
    _decide(world, world.cast.validator, TextVerdict.MASK)

    with pytest.raises(CannotBeOpened), world.store.reading() as session:
        text_as_written(session, world.ledger, text="HT0001", actor=world.cast.owner, at=NOON)
    assert _decide(world, world.cast.owner) is TextVerdict.MASK


def test_a_refused_text_is_counted_by_place_and_kind(world: World) -> None:
    with pytest.raises(Refused) as refused:
        world.declared(title="Mail of jane.roe@bank.example")

    assert [one.code for one in refused.value.refusals] == ["personal-data-text"]
    with world.store.reading() as session:
        row = session.exec(select(PlaceSeen)).one()
    assert (row.handling, row.place, row.kinds) == (Handling.BLOCK, "title of an incident", "e-mail address (1)")


def test_a_person_is_found_copied_and_erased_in_an_original_that_waits(world: World, tmp_path: Path) -> None:
    """The telephone number stands in the sealed original alone, as the record shows it masked."""
    _noted(world)
    places, phrases = Places.within(tmp_path), phrases_of(["+44 20 7946 0958"])
    matcher, key = Terms(phrases), new_key()
    found = scan(world.store, places, matcher)
    assert [(one.number, one.hits) for one in found.held] == [("HT0001", 1)]
    assert (found.cells, found.erasable) == ([], 1)
    with world.store.reading() as session:
        copy = copy_of(session, places, found, matcher, request="SR0001", person="", at=NOON)
    assert [item["said"] for item in copy.items] == [[NOTE]]

    order = new_order("SR0001", "", phrases, key, found.links.known(key))
    keep_order(places.orders, order)
    erased = erase_found(
        world.store, world.ledger, places, found, order, matcher, actor=world.cast.approver, at=NOON
    )  # fmt: skip

    left = NOTE.replace("44 20 7946 0958", "[erased SR0001]")
    assert (erased.texts, scan(world.store, places, matcher).erasable) == (1, 0)
    with world.store.reading() as session:
        assert text_as_written(session, world.ledger, text="HT0001", actor=world.cast.validator, at=NOON) == left
        assert verify_store(session, world.ledger.vkey).passed
    _decide(world, world.cast.validator)
    assert _decide(world, world.cast.approver) is TextVerdict.RELEASE
    with world.store.reading() as session:
        assert _note(session) == left
