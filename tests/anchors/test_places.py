"""Checkpoints leave for folders, mailboxes, witnesses and authorities, and what comes back is verified and shown."""

import os
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.anchoring.due import due_checkpoints, queue_checkpoint
from app.delivery.outbox import deliver_once
from app.schedule import SCHEDULE
from app.worker import KINDS
from core.access.anchoring import add_destination, close_destination, rotate_key, send_now
from core.access.rules import Actor, Role
from core.errors import NotFound, Refused, Unreadable
from core.ledger.anchors.cosignatures import Witness
from core.ledger.anchors.folder import keep_in_folder
from core.ledger.anchors.queries import PlaceRow, arrivals, places
from core.ledger.anchors.service import ANCHOR_JOB
from core.ledger.anchors.tables import Outside
from core.ledger.anchors.witness import WitnessState
from core.ledger.checkpoints import Checkpoint
from core.ledger.extract import parts
from core.ledger.notes import NoteRefused
from core.ledger.receipts import parse_receipt, verify_receipt
from core.ledger.service import newest_note
from core.ledger.tables import LogEntry
from tests.anchors.conftest import LATER, Authority, Desk, Mailbox, WitnessProcess
from tests.builders import NOON, a_person


def add(desk: Desk, kind: Outside, address: str, key: str = "", *, actor: Actor | None = None) -> str:
    return add_destination(
        desk.store,
        desk.ledger,
        kind=kind,
        address=address,
        key=key,
        every=60,
        actor=actor or desk.administrator,
        at=NOON,
    ).number


def the_place(desk: Desk) -> PlaceRow:
    with desk.store.reading() as session:
        return places(session)[0]


def note_of(desk: Desk) -> str:
    with desk.store.reading() as session:
        return newest_note(session) or ""


def deliver(desk: Desk, at: datetime = LATER) -> PlaceRow:
    while deliver_once(desk.place, at=at):
        pass
    return the_place(desk)


def test_a_folder_keeps_the_newest_checkpoint_in_a_file_of_its_own(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))

    row = deliver(desk)

    kept = list(desk.outside.iterdir())
    assert [path.read_text() for path in kept] == [note_of(desk)]
    assert kept[0].name.endswith("-000000000001.txt")
    assert (row.size, row.arrived_at, row.failing) == (1, LATER, "")


def test_a_file_in_the_folder_is_never_written_again(desk: Desk) -> None:
    desk.fill(1)
    path = keep_in_folder(desk.outside, note_of(desk))
    before = path.stat().st_mtime_ns

    assert keep_in_folder(desk.outside, note_of(desk)).stat().st_mtime_ns == before

    other = Checkpoint(desk.ledger.origin, 1, bytes(32)).note(desk.ledger.keyring.current)
    with pytest.raises(NoteRefused, match="says something else"):
        keep_in_folder(desk.outside, other)
    assert path.read_text() == note_of(desk)
    assert len(list(desk.outside.iterdir())) == 1


def test_a_folder_that_the_installation_does_not_allow_gets_nothing(desk: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (desk.outside / "way").symlink_to(elsewhere)
    add(desk, Outside.FOLDER, str(desk.outside / "way"))

    row = deliver(desk)

    assert "COUNTERSIGN_ANCHOR_FOLDERS" in row.failing
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser writes everywhere")
def test_a_folder_that_cannot_be_written_is_shown_as_failing(desk: Desk) -> None:
    desk.outside.chmod(0o500)
    add(desk, Outside.FOLDER, str(desk.outside))

    assert "Permission denied" in deliver(desk).failing


def test_a_folder_that_is_gone_is_shown_as_failing_and_tried_again(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside / "share"))

    first = deliver(desk)
    (desk.outside / "share").mkdir()
    second = deliver(desk, LATER + timedelta(minutes=1))

    assert "No such file" in first.failing
    assert first.waiting
    assert (second.failing, second.size) == ("", 1)


@pytest.mark.parametrize("by", ["a person", "the clock"])
def test_a_place_that_was_put_right_is_not_kept_waiting_by_its_failures(desk: Desk, by: str) -> None:
    """After two failures the outbox waits for minutes, after nine for a day."""
    number = add(desk, Outside.FOLDER, str(desk.outside / "share"))
    deliver(desk)
    waits = deliver(desk, LATER + timedelta(seconds=6))
    (desk.outside / "share").mkdir()
    soon = LATER + timedelta(seconds=10)
    assert waits.next_at is not None
    assert waits.next_at > soon + timedelta(minutes=2)

    if by == "a person":
        send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=soon)
    else:
        (slot,) = due_checkpoints(desk.place, soon)
        queue_checkpoint(desk.place, slot, at=soon)

    assert deliver(desk, soon).failing == ""


def test_a_checkpoint_that_left_is_continued_by_later_bundles(desk: Desk) -> None:
    """Whoever keeps what arrived outside can hold it against any bundle of the half year that follows."""
    add(desk, Outside.FOLDER, str(desk.outside))
    for _ in range(3):
        deliver(desk)
        desk.fill(4)

    with desk.store.reading() as session:
        proofs = parts(session, [0], vkey=desk.ledger.vkey).consistency

    assert [line for line in proofs.split("\n") if line.startswith("old ")] == ["old 1"]


def test_a_mailbox_gets_the_note_as_text_that_can_be_kept(desk: Desk, mailbox: Mailbox) -> None:
    add(desk, Outside.MAILBOX, "auditor@example.test")

    row = deliver(desk)

    message = mailbox.got[0]
    assert message["To"] == "auditor@example.test"
    assert message["Subject"] == "Checkpoint of countersign.test/ledger: 1 entries"
    text = message.get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
    assert note_of(desk) in text
    assert desk.ledger.vkey in text
    assert row.size == 1


def test_a_mailbox_without_a_mail_server_is_shown_as_failing(desk: Desk) -> None:
    add(desk, Outside.MAILBOX, "auditor@example.test")

    assert "mail server" in deliver(desk).failing


def test_a_witness_cosigns_and_its_line_is_kept_with_the_checkpoint(desk: Desk, witness: WitnessProcess) -> None:
    desk.fill(5)
    add(desk, Outside.WITNESS, witness.address, witness.vkey)

    row = deliver(desk)

    assert (row.size, row.failing) == (6, "")
    with desk.store.reading() as session:
        found = arrivals(session)[0]
        receipt = desk.ledger.receipt(session, 3)
        body = session.get(LogEntry, 3).body  # type: ignore[union-attr]
    note = parse_receipt(receipt).note
    assert Witness.parse(witness.vkey).verified(note).line == found.line
    assert verify_receipt(parse_receipt(receipt), body.encode(), desk.ledger.keyring.current.verifier).size == 6


def test_a_witness_that_saw_less_is_given_the_proof_from_there(desk: Desk, witness: WitnessProcess) -> None:
    desk.fill(3)
    number = add(desk, Outside.WITNESS, witness.address, witness.vkey)
    deliver(desk)
    desk.fill(9)
    send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=LATER)

    assert deliver(desk).size == 14


def test_a_second_place_for_the_same_witness_learns_what_it_saw(desk: Desk, witness: WitnessProcess) -> None:
    """The answer 409 carries the size; the client asks again with the proof from there."""
    desk.fill(3)
    number = add(desk, Outside.WITNESS, witness.address, witness.vkey)
    deliver(desk)
    close_destination(desk.store, desk.ledger, number=number, actor=desk.administrator, at=LATER)
    again = add(desk, Outside.WITNESS, witness.address, witness.vkey)

    deliver(desk)

    with desk.store.reading() as session:
        row = next(one for one in places(session) if one.number == again)
    assert (row.size, row.failing) == (6, "")


def test_a_cosignature_of_another_key_is_not_kept(desk: Desk, witness: WitnessProcess) -> None:
    other = replace(Witness.parse(witness.vkey), public=bytes(32))
    add(desk, Outside.WITNESS, witness.address, other.vkey)

    row = deliver(desk)

    assert "no cosignature" in row.failing
    assert row.size is None


def test_a_witness_that_does_not_answer_or_is_not_allowed_is_shown_as_failing(
    desk: Desk, witness: WitnessProcess
) -> None:
    add(desk, Outside.WITNESS, "http://localhost:9", witness.vkey)
    add(desk, Outside.WITNESS, "http://witness.example:1", witness.vkey)

    deliver(desk)

    with desk.store.reading() as session:
        first, second = places(session)
    assert "does not answer" in first.failing
    assert "COUNTERSIGN_ANCHOR_HOSTS" in second.failing


def test_a_witness_that_does_not_know_the_key_is_shown_with_the_way_out(desk: Desk, witness: WitnessProcess) -> None:
    number = add(desk, Outside.WITNESS, witness.address, witness.vkey)
    rotate_key(desk.store, desk.ledger, reason="a year is over", actor=desk.administrator, at=LATER)

    row = deliver(desk)

    assert f"countersign witness trust {desk.ledger.vkey} --state DIR" in row.failing
    WitnessState.open(witness.state, name="").trust(desk.ledger.vkey)
    send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=LATER)
    assert deliver(desk).failing == ""


def test_a_time_stamp_is_verified_and_openssl_accepts_it(desk: Desk, authority: Authority, tmp_path: Path) -> None:
    desk.fill(2)
    add(desk, Outside.AUTHORITY, authority.address, authority.roots)

    row = deliver(desk)

    assert (row.size, row.failing) == (3, "")
    with desk.store.reading() as session:
        anchored = parts(session, [0], vkey=desk.ledger.vkey).anchors
    (tmp_path / "stamped").write_bytes(anchored["stamped"])
    (tmp_path / "stamped.tst").write_bytes(anchored["stamped.tst"])
    assert openssl_verifies(tmp_path, authority)
    (tmp_path / "stamped").write_bytes(anchored["stamped"].replace(b"\n3\n", b"\n4\n"))
    assert not openssl_verifies(tmp_path, authority)


def openssl_verifies(folder: Path, authority: Authority) -> bool:
    command = [
        "openssl",
        "ts",
        "-verify",
        "-token_in",
        "-in",
        "stamped.tst",
        "-data",
        "stamped",
        "-CAfile",
        str(authority.ca),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


def test_a_stamp_for_another_request_is_not_kept(
    desk: Desk, authority: Authority, stamper: Path, tmp_path: Path
) -> None:
    number = add(desk, Outside.AUTHORITY, authority.address, authority.roots)
    deliver(desk)
    from tests.anchors.conftest import reply

    authority.answer = reply(stamper, authority.asked[0], tmp_path)
    send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=LATER)

    row = deliver(desk)

    assert "not a time stamp over the checkpoint" in row.failing
    assert row.size == 1


@pytest.mark.parametrize("answer", [b"", b"<html>no</html>", b"0\x03\x02\x01\x02"])
def test_an_answer_that_is_no_stamp_is_not_kept(desk: Desk, authority: Authority, answer: bytes) -> None:
    authority.answer = answer
    add(desk, Outside.AUTHORITY, authority.address, authority.roots)

    assert "not a time stamp" in deliver(desk).failing


def test_a_stamp_that_leads_to_another_authority_is_not_kept(desk: Desk, authority: Authority, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    from tests.anchors.certificates import self_signed

    add(desk, Outside.AUTHORITY, authority.address, self_signed().public_bytes(Encoding.PEM).decode())

    assert "not a time stamp" in deliver(desk).failing


def test_a_place_is_due_once_a_slot_and_only_while_it_lacks_the_newest(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))
    deliver(desk)
    assert list(due_checkpoints(desk.place, LATER)) == []
    desk.fill(1)

    (slot,) = due_checkpoints(desk.place, LATER)
    queue_checkpoint(desk.place, slot, at=LATER)
    queue_checkpoint(desk.place, slot, at=LATER)

    assert due_checkpoints(desk.place, LATER + timedelta(minutes=1)) == [slot]
    assert list(due_checkpoints(desk.place, LATER + timedelta(hours=1))) != [slot]
    assert deliver_once(desk.place, at=LATER)
    assert not deliver_once(desk.place, at=LATER)
    assert the_place(desk).size == 2


def test_the_clock_and_the_worker_know_the_work() -> None:
    assert ANCHOR_JOB in {one.kind for one in SCHEDULE}
    assert ANCHOR_JOB in KINDS


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_say_where_checkpoints_go(desk: Desk, role: Role) -> None:
    somebody = a_person(desk.store, role)
    with pytest.raises(Refused):
        add(desk, Outside.FOLDER, str(desk.outside), actor=somebody)
    number = add(desk, Outside.FOLDER, str(desk.outside))

    for act in (close_destination, send_now):
        with pytest.raises(Refused):
            act(desk.store, desk.ledger, number=number, actor=somebody, at=LATER)


def test_a_place_is_added_once_and_closed_once(desk: Desk) -> None:
    number = add(desk, Outside.FOLDER, str(desk.outside))
    with pytest.raises(Refused, match="this place already"):
        add(desk, Outside.FOLDER, str(desk.outside))
    close_destination(desk.store, desk.ledger, number=number, actor=desk.administrator, at=LATER)

    with pytest.raises(Refused, match="is closed"):
        send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=LATER)
    with pytest.raises(NotFound):
        close_destination(desk.store, desk.ledger, number="AN9999", actor=desk.administrator, at=LATER)


@pytest.mark.parametrize(
    ("kind", "address", "key"),
    [
        (Outside.FOLDER, "", ""),
        (Outside.FOLDER, "/srv/a\nb", ""),
        (Outside.MAILBOX, "nobody", ""),
        (Outside.WITNESS, "https://witness.example", "nonsense"),
        (Outside.WITNESS, "https://witness.example", "log+00000000+AAAA"),
        (Outside.AUTHORITY, "https://stamps.example", "no certificate"),
    ],
)
def test_a_place_of_another_form_is_not_accepted(desk: Desk, kind: Outside, address: str, key: str) -> None:
    with pytest.raises(Unreadable):
        add(desk, kind, address, key)


def test_the_ledger_key_of_a_log_is_not_taken_for_a_witness(desk: Desk) -> None:
    with pytest.raises(Unreadable, match="cosigner"):
        add(desk, Outside.WITNESS, "https://witness.example", desk.ledger.vkey)
