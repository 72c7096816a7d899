"""Events on pages: found, narrowed, charted, opened with their proof, and erased by who may."""

import re
from collections.abc import Callable

import pytest

from app.composition import Workplace
from app.example.event_records import record_example_events
from core.access.event_log import submission_of
from core.ledger.batches.queries import find_event
from core.ledger.batches.rows import InputForm
from core.ledger.batches.service import record_together
from core.ledger.checkpoints import Checkpoint
from core.ledger.queries import entries
from core.ledger.service import newest_note
from tests.builders import Cast
from tests.pages.desk import Desk, button, column, today, words


@pytest.fixture
def recorded(place: Workplace, cast: Cast) -> Workplace:
    """The example's events, in four files."""
    record_example_events(place, model="M0001", version="1.0.0", actor=cast.developer, at=today())
    return place


def test_without_events_the_page_says_how_they_come(desk: Desk, place: Workplace, cast: Cast) -> None:
    at = desk.open(cast.auditor, "events")

    assert "No event is on record." in words(at)
    assert "countersign events submit" in words(at)


def test_files_are_listed_newest_first_with_what_they_hold(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    at = desk.open(cast.auditor, "events")

    assert "371 events** in 4 files." in words(at)
    assert column(at, "Holds") == ["User activity", "Pipeline", "Inference", "Inference"]
    assert column(at, "Events") == ["7", "28", "168", "168"]
    assert all("Kept" in cell for cell in column(at, "State"))


def test_filters_live_in_the_address(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    narrowed = desk.open(cast.auditor, "events", kind="Pipeline", model="M0001")
    nothing = desk.open(cast.auditor, "events", role="case worker", kind="Inference")

    assert column(narrowed, "Events") == ["28"]
    assert "No event matches." in words(nothing)


def test_a_file_shows_its_events_in_order(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    at = desk.open(cast.auditor, "event_batch", number="B0001")

    assert "168 events" in words(at)
    assert [cell[1:10] for cell in column(at, "Event", 1)[:2]] == ["inf-00000", "inf-00001"]
    assert len(column(at, "Event", 1)) == 25


def test_an_event_opens_with_its_particulars_and_every_step_of_its_proof(
    desk: Desk, recorded: Workplace, cast: Cast
) -> None:
    at = desk.open(cast.auditor, "event", id="inf-00003")

    said = words(at)
    assert "The event is on record in exactly these words." in said
    assert "As a commitment." in said
    assert "Took" not in said
    assert sum("Passed" in cell for cell in column(at, "Result", 2)) == 7
    assert button(at, "Erase this event").disabled


def test_an_unknown_id_says_so(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    at = desk.open(cast.auditor, "event", id="nothing")

    assert "No event nothing is on record." in words(at)


def test_an_administrator_erases_an_event_with_a_reason(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    at = desk.open(cast.administrator, "event", id="inf-00003")
    button(at, "Erase this event").click().run()
    assert "The event was not erased." in words(at)
    at.text_area(key="why").input("Asked for by the person concerned.")
    button(at, "Erase this event").click().run()

    assert "The particulars of this event are erased." in words(at)
    assert "An erased event has no proof of its own" in words(at)
    with recorded.store.reading() as session:
        assert find_event(session, recorded.events, "inf-00003").erased
        (entry,) = entries(session, action="event.erased").rows
    assert entry.actor == cast.administrator.id


def test_the_ledger_page_verifies_the_files_too(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    at = desk.open(cast.auditor, "ledger")
    button(at, "Verify all entries").click().run()
    assert re.search(r"All \d+ entries are intact\.", words(at))

    with recorded.store.reading() as session:
        found = find_event(session, recorded.events, "inf-00003")
    recorded.events.remove(found.batch.digest)
    button(at, "Verify all entries").click().run()

    assert "B0001 is missing, and its removal is not on record" in words(at)


@pytest.mark.parametrize("pasted", [str.strip, lambda note: f"  {note}\n\n"])
def test_a_checkpoint_that_somebody_kept_is_compared_as_it_was_pasted(
    desk: Desk, recorded: Workplace, cast: Cast, pasted: Callable[[str], str]
) -> None:
    with recorded.store.reading() as session:
        note = newest_note(session) or ""
    at = desk.open(cast.auditor, "ledger")
    at.text_area(key="kept_note").input(pasted(note)).run()

    button(at, "Verify all entries").click().run()

    assert "entries are intact, and the checkpoint that you kept fits." in words(at)


def test_a_checkpoint_of_another_history_is_told_from_ours(desk: Desk, recorded: Workplace, cast: Cast) -> None:
    forged = Checkpoint(recorded.ledger.origin, 2, bytes(32)).note(recorded.ledger.keyring.current)
    at = desk.open(cast.auditor, "ledger")
    at.text_area(key="kept_note").input(forged).run()

    button(at, "Verify all entries").click().run()

    assert "the first 2 entries are not those that were signed then" in words(at)


def test_hostile_text_in_an_event_stays_text(desk: Desk, place: Workplace, cast: Cast) -> None:
    evil = "![x](http://evil.example/x.png) <b>bold</b>"
    event = {"id": "evil", "at": today().isoformat(), "model": evil, "output": evil, "source": evil, "role": evil}
    submission = submission_of(place.store, [event], forms=lambda _model: InputForm.NONE, actor=cast.developer)
    record_together(place.store, place.ledger, place.events, [submission], at=today())

    for page, query in (("events", {}), ("event_batch", {"number": "B0001"}), ("event", {"id": "evil"})):
        at = desk.open(cast.auditor, page, **query)
        shown = "\n".join(str(cell) for one in at.table for row in one.value.to_numpy().tolist() for cell in row)
        assert "![x](" not in shown, page
        assert "evil" in shown, page
