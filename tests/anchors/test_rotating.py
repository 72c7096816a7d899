"""A new key takes over under the old one's signature; who pinned the old one is led on, except after a compromise."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session

from app.delivery.outbox import deliver_once
from core.access.anchoring import add_destination, rotate_key
from core.access.rules import Role
from core.errors import Refused, Unreadable
from core.ledger.anchors.keys import keys_in_order
from core.ledger.anchors.succession import hand_over, next_name
from core.ledger.anchors.tables import Outside
from core.ledger.events import Event
from core.ledger.extract import ledger_files, parts
from core.ledger.keyring import KeyNotHere, Keyring
from core.ledger.notes import Signer
from core.ledger.offline import verify
from core.ledger.queries import entry
from core.ledger.receipts import parse_receipt, verify_receipt
from core.ledger.service import Entity, Ledger, newest_note
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.store import Store
from tests.anchors.conftest import LATER, ROOT, Desk, WitnessProcess
from tests.builders import a_person
from tests.ledger.ledger_bundles import Authority, a_bag, an_authority, zipped


@pytest.fixture(scope="module")
def bags() -> Authority:
    return an_authority()


def rotate(desk: Desk, *, compromised: bool = False) -> tuple[str, str]:
    """The former key and the new one."""
    former = desk.ledger.vkey
    made = rotate_key(
        desk.store, desk.ledger, reason="a year is over", compromised=compromised, actor=desk.administrator, at=LATER
    )
    return former, made.vkey


def bundle(desk: Desk, authority: Authority, *indexes: int) -> bytes:
    with desk.store.reading() as session:
        taken = parts(session, indexes or (0,), vkey=desk.ledger.vkey)
    return zipped(a_bag(ledger_files(taken), authority))


def failed(data: bytes, **options: object) -> dict[str, str]:
    return {step.name: step.detail for step in verify(data, **options) if not step.passed}  # type: ignore[arg-type]


def failures(session: Session, vkey: str, saved: str | None = None) -> set[str]:
    return {step.name for step in verify_store(session, vkey, saved_checkpoint=saved).failures}


def test_the_entry_is_under_the_old_key_and_everything_after_under_the_new(desk: Desk) -> None:
    desk.fill(3)

    former, new = rotate(desk)

    desk.fill(2)
    with desk.store.reading() as session:
        found = entry(session, 3)
        assert (found.row.action, found.row.entity_id) == ("ledger.key_rotated", f"{new} {former}")
        assert [row.vkey for row in keys_in_order(session)] == [former, new]
        assert desk.ledger.vkey == new
        body = session.get(LogEntry, 0).body  # type: ignore[union-attr]
        receipt = parse_receipt(desk.ledger.receipt(session, 0))
    assert verify_receipt(receipt, body.encode(), desk.ledger.keyring.current.verifier).size == 7


def test_the_store_verifies_under_the_old_key_and_under_the_new(desk: Desk) -> None:
    desk.fill(3)
    with desk.store.reading() as session:
        kept = newest_note(session)
    former, new = rotate(desk)
    rotate(desk)
    desk.fill(2)

    with desk.store.reading() as session:
        for vkey in (former, new, desk.ledger.vkey):
            assert failures(session, vkey) == set()
            assert failures(session, vkey, kept) == set()


def test_a_bundle_leads_who_pinned_the_old_key_to_the_new(desk: Desk, bags: Authority, tmp_path: Path) -> None:
    desk.fill(3)
    state = tmp_path / "state"
    assert failed(bundle(desk, bags), key=desk.ledger.vkey, state=state) == {}
    first, second = rotate(desk)
    _, third = rotate(desk)

    data = bundle(desk, bags, 0, 4)

    for key in (first, second, third, None):
        assert failed(data, key=key) == {}, key
    steps = {step.name: step.detail for step in verify(data, key=first)}
    assert steps["ledger key"] == f"the pinned key of {desk.ledger.origin} handed over to {third}, 2 times in all"


def test_a_state_under_the_old_key_is_continued_under_the_new(desk: Desk, bags: Authority, tmp_path: Path) -> None:
    desk.fill(3)
    with desk.store.transaction() as tx:
        at = LATER
        desk.ledger.record(tx, Event.EXPORT_MADE, entity=Entity("export", "X1"), actor=desk.administrator, at=at)
    assert failed(bundle(desk, bags), key=desk.ledger.vkey, state=tmp_path / "state") == {}
    former, new = rotate(desk)

    for key in (former, new):
        state = shutil.copy(tmp_path / "state", tmp_path / f"state{key[-4:-1].replace('/', '')}")
        assert failed(bundle(desk, bags), key=key, state=Path(state)) == {}


def test_after_a_compromise_nobody_follows_the_old_key(desk: Desk, bags: Authority) -> None:
    desk.fill(3)

    former, new = rotate(desk, compromised=True)

    with desk.store.reading() as session:
        assert failures(session, new) == set()
        assert "checkpoint" in failures(session, former)
    found = failed(bundle(desk, bags), key=former)
    assert f"entry 3 says that a key was given up and {new} follows" in found["ledger key"]
    assert failed(bundle(desk, bags), key=new) == {}


def test_the_old_key_signs_nothing_any_more(desk: Desk, bags: Authority) -> None:
    """A thief's checkpoint under the old key, over the same entries, does not pass for who pinned either key."""
    desk.fill(3)
    thief = desk.ledger.keyring.current
    former, new = rotate(desk)
    from core.ledger.checkpoints import parse_checkpoint
    from core.ledger.notes import split_note

    with desk.store.reading() as session:
        taken = parts(session, (0,), vkey=desk.ledger.vkey)
    forged = parse_checkpoint(split_note(taken.checkpoint)[0]).note(thief)
    true, false = taken.checkpoint.encode(), forged.encode()
    files = {name: content.replace(true, false) for name, content in ledger_files(taken).items()}
    data = zipped(a_bag(files, bags))

    assert "checkpoint" in failed(data, key=new)
    assert "checkpoint" in failed(data, key=former)


def test_a_hand_over_that_the_old_key_did_not_sign_is_refused(desk: Desk, bags: Authority, tmp_path: Path) -> None:
    desk.fill(3)
    rotate(desk)
    other = Ledger.open(tmp_path / "other", origin=desk.ledger.origin)
    with desk.store.reading() as session:
        taken = parts(session, (0,), vkey=desk.ledger.vkey)
    files = ledger_files(taken)
    name = "data/ledger/keys/3.tlog-proof"
    text, _, _ = files[name].decode().rpartition("\n\n")
    note = other.keyring.current.sign(text.split("\n\n", 1)[1] + "\n")
    files[name] = f"{text.split(chr(10) * 2, 1)[0]}\n\n{note}".encode()

    assert "ledger key" in failed(zipped(a_bag(files, bags)))


def test_another_process_signs_with_the_new_key_at_once(desk: Desk) -> None:
    desk.fill(1)
    other = Ledger.open(desk.ledger.keyring.folder, origin=desk.ledger.origin)
    _, new = rotate(desk)

    with desk.store.transaction() as tx:
        other.record(tx, Event.MODEL_CHANGED, entity=Entity("model", "M1"), actor=desk.administrator, at=LATER)

    assert other.vkey == new
    with desk.store.reading() as session:
        assert failures(session, new) == set()


def test_a_rotation_that_broke_off_after_its_commit_is_carried_on(desk: Desk) -> None:
    desk.fill(1)
    former = desk.ledger.vkey
    with desk.store.transaction() as tx:
        hand_over(
            tx, desk.ledger, Event.LEDGER_KEY_ROTATED, payload={"reason": "x"}, actor=desk.administrator, at=LATER
        )

    again = Ledger.open(desk.ledger.keyring.folder, origin=desk.ledger.origin)
    desk.place = type(desk.place)(**{**vars(desk.place), "ledger": again})
    desk.fill(1)

    assert again.vkey != former
    with desk.store.reading() as session:
        assert failures(session, former) == failures(session, again.vkey) == set()


def break_off(desk: Desk) -> None:
    """Everything of a rotation but its commit."""
    with desk.store.transaction() as tx:
        hand_over(
            tx, desk.ledger, Event.LEDGER_KEY_ROTATED, payload={"reason": "x"}, actor=desk.administrator, at=LATER
        )
        tx.before_commit(lambda: divmod(1, 0))  # type: ignore[arg-type]


def test_a_rotation_that_broke_off_before_its_commit_never_was(desk: Desk) -> None:
    desk.fill(1)
    former = desk.ledger.vkey
    with pytest.raises(ZeroDivisionError):
        break_off(desk)

    desk.fill(1)

    assert desk.ledger.vkey == former
    with desk.store.reading() as session:
        assert failures(session, former) == set()
    rotate(desk)


def test_an_old_key_file_that_was_put_back_does_not_sign(desk: Desk) -> None:
    desk.fill(1)
    path = desk.ledger.keyring.folder / "ledger.key"
    old = path.read_bytes()
    rotate(desk)
    path.write_bytes(old)

    with pytest.raises(KeyNotHere, match="its key file is not here"):
        desk.fill(1)


def test_two_rotations_at_once_make_two_keys_in_order(store: Store, ledger: Ledger) -> None:
    import threading

    somebody = a_person(store, Role.ADMINISTRATOR)
    first = ledger.vkey
    failed_with: list[BaseException] = []

    def work() -> None:
        try:
            mine = Ledger.open(ledger.keyring.folder, origin=ledger.origin)
            rotate_key(store, mine, reason="at once", actor=somebody, at=LATER)
        except BaseException as error:  # noqa: BLE001  handed to the test
            failed_with.append(error)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed_with == []
    with store.reading() as session:
        assert len(keys_in_order(session)) == 3
        assert failures(session, first) == failures(session, ledger.vkey) == set()


def test_a_key_that_takes_over_while_it_is_looked_for_is_found(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = ledger.keyring, Keyring(ledger.keyring.folder, origin=ledger.origin)
    coming = other.prepare(ledger.origin)
    looked = list[str]()
    whole: Callable[[Keyring], Signer] = vars(Keyring)["current"].fget

    def current(ring: Keyring) -> Signer:
        found = whole(ring)
        if ring is mine and not looked:  # the other takes over right after the first look
            looked.append(found.vkey)
            other.take_over(coming)
        return found

    monkeypatch.setattr(Keyring, "current", property(current))

    assert mine.named(coming.vkey).vkey == coming.vkey
    assert looked != [coming.vkey]


def test_only_an_administrator_rotates_and_says_why(desk: Desk) -> None:
    for role in (Role.OWNER, Role.AUDITOR, Role.APPROVER):
        with pytest.raises(Refused):
            rotate_key(desk.store, desk.ledger, reason="why not", actor=a_person(desk.store, role), at=LATER)
    with pytest.raises(Unreadable, match="no reason"):
        rotate_key(desk.store, desk.ledger, reason=" ", actor=desk.administrator, at=LATER)


def test_the_names_after_a_loss_count_up() -> None:
    assert [next_name("a.test/ledger"), next_name("a.test/ledger/2"), next_name("a.test/9")] == [
        "a.test/ledger/2",
        "a.test/ledger/3",
        "a.test/10",
    ]


def test_a_cosigned_checkpoint_travels_and_brackets_the_time(
    desk: Desk, bags: Authority, witness: WitnessProcess, tmp_path: Path
) -> None:
    desk.fill(3)
    add_destination(
        desk.store, desk.ledger, kind=Outside.WITNESS, address=witness.address, key=witness.vkey, every=60,
        actor=desk.administrator, at=LATER,
    )  # fmt: skip
    while deliver_once(desk.place, at=LATER):
        pass
    assert failed(bundle(desk, bags), key=desk.ledger.vkey, witnesses=[witness.vkey]) == {}
    desk.fill(1)  # an entry dated 2026-11-20, after the witness has signed by today's clock

    found = failed(bundle(desk, bags, 0, 4), witnesses=[witness.vkey])

    assert "entry 4 is dated before witness.test/w1 saw a ledger without it" in found["witnesses"]


def test_the_command_line_rotates(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from argparse import Namespace

    from app.cli.ledger import run

    monkeypatch.setattr("app.composition.workplace", lambda: desk.place)
    former = desk.ledger.vkey
    asked = {"act": "rotate-key", "reason": "a year is over", "compromised": False}

    assert run(Namespace(**asked, by="P9999")) == 2
    assert run(Namespace(**asked, by=desk.administrator.id)) == 0
    assert desk.ledger.vkey != former


def test_the_shipped_script_follows_a_rotation(desk: Desk, bags: Authority, tmp_path: Path) -> None:
    former, _ = rotate(desk)
    (tmp_path / "bundle.zip").write_bytes(bundle(desk, bags))
    command = [sys.executable, str(ROOT / "core/ledger/offline.py"), str(tmp_path / "bundle.zip"), "--key", former]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
