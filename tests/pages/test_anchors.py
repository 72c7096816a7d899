"""The anchors page: what is outside, what failed, which keys signed; an administrator changes it, others read."""

from datetime import timedelta
from pathlib import Path

import pytest

from app import composition
from app.composition import Workplace
from app.delivery.outbox import deliver_once
from core.access.anchoring import add_destination, rotate_key
from core.ledger.anchors.queries import places
from core.ledger.anchors.standing import look_outside
from core.ledger.anchors.tables import Outside
from core.ledger.checkpoints import Checkpoint
from tests.builders import Cast
from tests.pages.desk import Desk, button, column, today, words


@pytest.fixture
def outside(place: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the installation lets checkpoints be kept in."""
    folder = tmp_path / "auditor"
    folder.mkdir()
    monkeypatch.setenv("COUNTERSIGN_ANCHOR_FOLDERS", str(folder))
    place.store.close()
    composition.workplace.cache_clear()
    return folder


def added(place: Workplace, cast: Cast, address: Path) -> str:
    return add_destination(
        place.store, place.ledger, kind=Outside.FOLDER, address=str(address), key="", every=60,
        actor=cast.administrator, at=today(),
    ).number  # fmt: skip


def deliver(place: Workplace) -> None:
    while deliver_once(place, at=today() + timedelta(seconds=1)):
        pass


def test_without_a_place_the_page_says_so_and_hands_the_checkpoint_out(desk: Desk, cast: Cast) -> None:
    page = desk.open(cast.auditor, "anchors")

    assert "No checkpoint leaves this installation by itself" in words(page)
    assert "An administrator says where checkpoints are sent" in words(page)
    assert [one.label for one in page.button if one.label == "Add place"] == []
    assert column(page, "Key") == [desk.place.ledger.vkey.split("+")[1]]
    assert desk.place.ledger.vkey in [one.value for one in page.code]


def test_what_arrived_and_what_failed_is_shown(desk: Desk, cast: Cast, tmp_path: Path) -> None:
    number = added(desk.place, cast, tmp_path / "gone")
    deliver(desk.place)

    page = desk.open(cast.auditor, "anchors")

    assert f"1 place not reached: {number}" in words(page)
    assert "COUNTERSIGN_ANCHOR_FOLDERS" in words(page)
    assert "Failed" in column(page, "State")[0]


def test_a_place_that_has_the_newest_is_delivered(desk: Desk, cast: Cast, outside: Path) -> None:
    place = composition.workplace()
    number = added(place, cast, outside)
    deliver(place)

    page = desk.open(cast.owner, "anchors")

    assert column(page, "Place") == [number]
    assert column(page, "What", table=1) == ["Kept"]
    assert "entries are held from outside" in words(page)


def test_an_administrator_adds_a_place_and_closes_it(desk: Desk, cast: Cast, tmp_path: Path) -> None:
    page = desk.open(cast.administrator, "anchors")
    page.selectbox(key="kind").select(Outside.MAILBOX).run()
    page.text_input(key="address_MAILBOX").input("ledger@auditor.example").run()

    button(page, "Add place").click().run()

    assert "is sent checkpoints from now on" in words(page)
    assert column(page, "Where")[0].replace("\u2060", "") == "Mailbox  \nledger@auditor.example"
    button(page, "Send now").click().run()
    assert "is sent the newest checkpoint" in words(page)
    button(page, "Close place").click().run()
    assert "Ended" in column(page, "State")[0]
    with desk.place.store.reading() as session:
        assert places(session)[0].closed_at is not None


@pytest.mark.parametrize(
    ("kind", "address", "said"),
    [
        (Outside.FOLDER, "/etc", "COUNTERSIGN_ANCHOR_FOLDERS"),
        (Outside.WITNESS, "https://witness.example", "COUNTERSIGN_ANCHOR_HOSTS"),
        (Outside.MAILBOX, "nobody", "not a mailbox"),
    ],
)
def test_what_cannot_be_a_place_is_refused_in_words(
    desk: Desk, cast: Cast, kind: Outside, address: str, said: str
) -> None:
    page = desk.open(cast.administrator, "anchors")
    page.selectbox(key="kind").select(kind).run()
    page.text_input(key=f"address_{kind.name}").input(address).run()

    button(page, "Add place").click().run()

    assert "No place was added." in words(page)
    assert said in words(page)


def test_former_keys_are_told(desk: Desk, cast: Cast) -> None:
    former = desk.place.ledger.vkey
    rotate_key(desk.place.store, desk.place.ledger, reason="a year", actor=cast.administrator, at=today())

    page = desk.open(cast.auditor, "anchors")

    states = dict(zip(column(page, "Key"), column(page, "State"), strict=True))
    assert "Former" in states[former.split("+")[1]]
    assert "Active" in states[desk.place.ledger.vkey.split("+")[1]]
    assert f"{former}\n{desk.place.ledger.vkey}" in [one.value for one in page.code]


def test_a_held_ledger_says_what_is_ahead_and_what_to_do(desk: Desk, cast: Cast) -> None:
    page = desk.open(cast.auditor, "anchors")
    ledger = desk.place.ledger
    note = Checkpoint(ledger.origin, 9999, bytes(32)).note(ledger.keyring.current)
    look_outside(desk.place.store, ledger, note, where="the auditor's copy", at=today())

    page.run()

    assert "A checkpoint of 9999 entries at the auditor's copy is ahead of this store" in words(page)
    assert "countersign ledger resume" in words(page)
