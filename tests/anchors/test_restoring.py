"""A restored backup cannot hide entries: whatever is kept outside holds the ledger, and the way on is on record."""

import shutil
import sqlite3
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from app.anchoring.outside import look_everywhere, remember_state, unanswered
from app.cli.ledger import HELD, REFUSED, run
from app.delivery.outbox import deliver_once
from app.health.checks import readiness
from app.working import ask_witnesses, look_first
from core.access.anchoring import add_destination, held, resume, rotate_key, send_now
from core.access.rules import Role
from core.errors import Refused
from core.ledger.anchors.holding import LedgerHeld
from core.ledger.anchors.standing import Standing, look_outside
from core.ledger.anchors.tables import Outside
from core.ledger.checkpoints import Checkpoint
from core.ledger.events import Event
from core.ledger.queries import entries, entry
from core.ledger.service import Entity, newest_note
from core.ledger.verify import verify_store
from tests.anchors.conftest import LATER, Desk, WitnessProcess, witness_running
from tests.builders import NOON, a_person


def backup(desk: Desk, name: str = "backup") -> Path:
    """A copy of the database as it is now, made by SQLite itself."""
    path = Path(str(desk.store.engine.url.database)).with_name(name)
    with sqlite3.connect(desk.store.engine.url.database or "") as source, sqlite3.connect(path) as target:
        source.backup(target)
    return path


def restore(desk: Desk, copy: Path) -> None:
    path = Path(str(desk.store.engine.url.database))
    desk.store.close()
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    shutil.copy(copy, path)


def note_of(desk: Desk) -> str:
    with desk.store.reading() as session:
        return newest_note(session) or ""


def add(desk: Desk, kind: Outside, address: str, key: str = "") -> str:
    added = add_destination(
        desk.store, desk.ledger, kind=kind, address=address, key=key, every=60, actor=desk.administrator, at=NOON
    )
    return added.number


def send(desk: Desk) -> None:
    while deliver_once(desk.place, at=LATER):
        pass


def test_a_folder_that_is_ahead_holds_the_ledger_and_says_which_checkpoint(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))
    old = backup(desk)
    desk.fill(7)
    send(desk)
    restore(desk, old)

    look_first(desk.place)

    with pytest.raises(
        LedgerHeld, match=r"A checkpoint of 8 entries at .* is ahead of this store, which has 1"
    ) as held:
        desk.fill(1)
    assert "at least 7 entries are missing here" in str(held.value)
    assert "countersign ledger resume" in str(held.value)
    assert note_of(desk).split("\n")[1] == "1"


def test_a_folder_is_looked_at_even_when_the_backup_knows_no_places(desk: Desk) -> None:
    """The setting names the folder, so no database can forget it."""
    old = backup(desk)
    add(desk, Outside.FOLDER, str(desk.outside))
    send(desk)
    restore(desk, old)

    assert look_everywhere(desk.place, at=LATER) is not None


def test_a_witness_that_is_ahead_holds_the_ledger(desk: Desk, witness: WitnessProcess) -> None:
    number = add(desk, Outside.WITNESS, witness.address, witness.vkey)
    send(desk)
    old = backup(desk)
    desk.fill(5)
    send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=NOON)
    send(desk)
    restore(desk, old)

    hold = look_everywhere(desk.place, at=LATER)

    assert hold is not None
    assert (hold.outside, hold.here) == (7, 1)
    assert number in hold.where


def test_a_start_waits_for_a_witness_says_so_and_asks_until_it_answers(
    desk: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with witness_running(tmp_path / "witness", desk.ledger.vkey) as running:
        add(desk, Outside.WITNESS, running.address, running.vkey)
        old = backup(desk)
        desk.fill(2)
        send(desk)
    restore(desk, old)

    look_first(desk.place, pauses=(0.0,))

    (silent,) = unanswered(desk.place)
    assert f"waits 0 s for a witness that does not answer: {silent}" in caplog.text
    assert f"Started without an answer of {silent}" in caplog.text
    assert held(desk.ledger) is None
    assert {one.name: one.ok for one in readiness(desk.place, at=LATER)}["witnesses"] is False
    port = running.address.rpartition(":")[2]
    with witness_running(tmp_path / "witness", desk.ledger.vkey, port=port):
        ask_witnesses(desk.place)
    assert unanswered(desk.place) == ()
    assert held(desk.ledger) is not None


def test_a_witness_holds_a_ledger_that_went_on_before_it_was_asked(desk: Desk, witness: WitnessProcess) -> None:
    """Behind, then longer again with other entries: the witness has seen another history."""
    number = add(desk, Outside.WITNESS, witness.address, witness.vkey)
    old = backup(desk)
    desk.fill(3)
    send(desk)
    restore(desk, old)
    desk.fill(9)

    send_now(desk.store, desk.ledger, number=number, actor=desk.administrator, at=NOON)
    send(desk)

    with pytest.raises(LedgerHeld, match="another root"):
        desk.fill(1)


def test_a_state_file_that_is_ahead_holds_the_ledger(desk: Desk, tmp_path: Path) -> None:
    state = tmp_path / "elsewhere.state"
    desk.place = replace(desk.place, settings=replace(desk.place.settings, ledger_state=state))
    desk.fill(2)
    old = backup(desk)
    desk.fill(2)
    remember_state(desk.place)
    restore(desk, old)

    hold = look_everywhere(desk.place, at=LATER)

    assert hold is not None
    assert hold.where == str(state)


def test_the_command_compares_with_a_file_that_somebody_kept(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.composition.workplace", lambda: desk.place)
    desk.fill(2)
    old = backup(desk)
    desk.fill(2)
    (tmp_path / "kept").write_text(note_of(desk))
    assert run(Namespace(act="compare", state=tmp_path / "kept")) == 0
    restore(desk, old)

    assert run(Namespace(act="compare", state=tmp_path / "kept")) == HELD

    assert "is behind it" in capsys.readouterr().out


@pytest.mark.parametrize("change", [str.strip, lambda note: note.replace("\n", "\r\n"), lambda note: f"\n{note}\n"])
def test_a_kept_note_is_read_as_mail_programs_and_copying_leave_it(
    desk: Desk,
    change: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("app.composition.workplace", lambda: desk.place)
    desk.fill(2)
    (tmp_path / "kept").write_text(change(note_of(desk)), newline="")

    assert run(Namespace(act="compare", state=tmp_path / "kept")) == 0
    assert run(Namespace(act="verify", checkpoint=tmp_path / "kept", quick=False)) == 0
    assert "ok   13 saved checkpoint" in capsys.readouterr().out


def test_a_file_that_holds_no_note_of_this_ledger_is_named(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.composition.workplace", lambda: desk.place)
    (tmp_path / "kept").write_text("nothing of that kind")

    assert run(Namespace(act="compare", state=tmp_path / "kept")) == REFUSED
    assert run(Namespace(act="compare", state=tmp_path / "absent")) == REFUSED

    said = capsys.readouterr().err
    assert f"{tmp_path}/kept: no checkpoint that a key of this ledger signed" in said
    assert f"{tmp_path}/absent cannot be read: No such file or directory" in said


def test_a_held_ledger_is_verified_and_the_result_is_not_on_record(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("app.composition.workplace", lambda: desk.place)
    desk.fill(2)
    note = Checkpoint(desk.ledger.origin, 99, bytes(32)).note(desk.ledger.keyring.current)
    look_outside(desk.store, desk.ledger, note, where="the auditor's copy", at=LATER)

    assert run(Namespace(act="verify", checkpoint=None, quick=False)) == 0

    assert "not on record" in capsys.readouterr().err
    with desk.store.reading() as session:
        assert entries(session).total == 2


def test_a_checkpoint_from_before_a_loss_is_called_that(desk: Desk) -> None:
    desk.fill(3)
    kept = note_of(desk)
    note = Checkpoint(desk.ledger.origin, 99, bytes(32)).note(desk.ledger.keyring.current)
    look_outside(desk.store, desk.ledger, note, where="the auditor's copy", at=LATER)
    resume(desk.store, desk.ledger, reason="no newer backup", actor=desk.administrator, at=LATER)

    with desk.store.reading() as session:
        report = verify_store(session, desk.ledger.vkey, saved_checkpoint=kept)

    (said,) = [step.detail for step in report.steps if not step.passed]
    assert "a key given up by entry 3" in said


def test_a_restore_that_lost_nothing_is_not_held(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))
    send(desk)
    old = backup(desk)
    desk.fill(3)
    restore(desk, old)

    assert look_everywhere(desk.place, at=LATER) is None
    desk.fill(1)


def test_a_newer_backup_lifts_the_hold(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))
    old = backup(desk)
    desk.fill(7)
    send(desk)
    newer = backup(desk, "newer")
    restore(desk, old)
    look_first(desk.place)
    assert held(desk.ledger) is not None
    restore(desk, newer)

    look_first(desk.place)

    assert held(desk.ledger) is None
    desk.fill(1)


def test_a_note_of_another_log_or_key_holds_nothing(desk: Desk, tmp_path: Path) -> None:
    from core.ledger.service import Ledger

    desk.fill(1)
    for origin in ("other.test/ledger", desk.ledger.origin):
        other = Ledger.open(tmp_path / f"keys-{len(origin)}", origin=origin)
        note = Checkpoint(origin, 99, bytes(32)).note(other.keyring.current)
        assert look_outside(desk.store, desk.ledger, note, where="x", at=LATER) is Standing.FOREIGN
    assert held(desk.ledger) is None


def test_nobody_resumes_a_ledger_that_is_not_held(desk: Desk) -> None:
    with pytest.raises(Refused, match="Nothing holds the ledger"):
        resume(desk.store, desk.ledger, reason="to see", actor=desk.administrator, at=LATER)


def test_the_way_on_is_a_new_name_and_key_with_the_loss_on_record(desk: Desk, tmp_path: Path) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))
    old = backup(desk)
    desk.fill(7)
    send(desk)
    lost, former = note_of(desk), desk.ledger.vkey
    restore(desk, old)
    look_first(desk.place)
    with pytest.raises(Refused):
        resume(desk.store, desk.ledger, reason="disk", actor=a_person(desk.store, Role.AUDITOR), at=LATER)

    made = resume(desk.store, desk.ledger, reason="The disk failed.", actor=desk.administrator, at=LATER)

    assert desk.ledger.origin == "countersign.test/ledger/2"
    assert made.vkey == desk.ledger.vkey != former
    desk.fill(2)
    with desk.store.reading() as session:
        assert verify_store(session, made.vkey).passed
        stated = entry(session, made.entry)
    assert '"entries_here":1,"entries_outside":8' in (stated.payload or "")
    assert stated.row.entity_id == f"{made.vkey} {former}"
    with desk.store.reading() as session:
        pinned_before = verify_store(session, former, saved_checkpoint=lost)
    assert {step.name for step in pinned_before.failures} >= {"checkpoint", "saved checkpoint"}
    with desk.store.reading() as session:
        kept = verify_store(session, made.vkey, saved_checkpoint=lost)
    assert [step.name for step in kept.failures] == ["saved checkpoint"]


def test_the_loss_cannot_be_erased(desk: Desk) -> None:
    from core.errors import Unreadable

    desk.fill(1)
    old = backup(desk)
    desk.fill(1)
    note = note_of(desk)
    restore(desk, old)
    look_outside(desk.store, desk.ledger, note, where="the auditor's copy", at=LATER)
    made = resume(desk.store, desk.ledger, reason="The disk failed.", actor=desk.administrator, at=LATER)

    with pytest.raises(Unreadable, match="what was lost"), desk.store.transaction() as tx:
        desk.ledger.erase(tx, made.entry, reason="no", actor=desk.administrator, at=LATER)


def test_a_rotation_after_the_backup_is_no_way_around(desk: Desk) -> None:
    """The restored database knows the former key only; the checkpoint outside is under the new one."""
    add(desk, Outside.FOLDER, str(desk.outside))
    old = backup(desk)
    rotate_key(desk.store, desk.ledger, reason="a year is over", actor=desk.administrator, at=NOON)
    desk.fill(1)
    send(desk)
    restore(desk, old)

    hold = look_everywhere(desk.place, at=LATER)

    assert hold is not None
    assert hold.here == 1


def test_everything_that_records_is_held(desk: Desk) -> None:
    add(desk, Outside.FOLDER, str(desk.outside))
    old = backup(desk)
    desk.fill(2)
    send(desk)
    restore(desk, old)
    look_first(desk.place)

    with pytest.raises(LedgerHeld):
        rotate_key(desk.store, desk.ledger, reason="around", actor=desk.administrator, at=LATER)
    with pytest.raises(LedgerHeld), desk.store.transaction() as tx:
        desk.ledger.record(tx, Event.MODEL_CHANGED, entity=Entity("model", "M1"), actor=desk.administrator, at=LATER)
    with desk.store.reading() as session:
        assert entries(session).total == 1


def test_whoever_signs_in_or_calls_meanwhile_is_told_why(desk: Desk) -> None:
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route
    from starlette.testclient import TestClient

    from app.api.problems import answer_to
    from app.held import WhileHeld

    note = Checkpoint(desk.ledger.origin, 99, bytes(32)).note(desk.ledger.keyring.current)
    look_outside(desk.store, desk.ledger, note, where="the auditor's copy", at=LATER)

    def sign_in(_request: Request) -> Response:
        desk.fill(1)
        return Response()

    app = Starlette(routes=[Route("/idp/login", sign_in, methods=["POST"])], middleware=[Middleware(WhileHeld)])
    said = TestClient(app).post("/idp/login")

    assert said.status_code == 503
    assert "A checkpoint of 99 entries at the auditor's copy is ahead" in unescape(said.text)
    assert said.headers["content-type"].startswith("text/html")
    with pytest.raises(LedgerHeld) as raised:
        desk.fill(1)
    assert answer_to(raised.value).status_code == 503
