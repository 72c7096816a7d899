"""A witness answers as C2SP tlog-witness says, keeps before it answers, and is never talked into a second history."""

import argparse
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.cli.witness import run as witness_command
from core.ledger.anchors.asking import submission
from core.ledger.anchors.cosignatures import Cosigner, Witness
from core.ledger.anchors.witness import SIZE, Answer, WitnessState, place_of
from core.ledger.checkpoints import Checkpoint
from core.ledger.merkle import consistency_spans, leaf_hash, tree_root
from core.ledger.notes import NoteRefused, Signer, encode_base64, split_note
from tests.anchors.conftest import Desk, WitnessProcess, witness_running
from tests.builders import NOON

ORIGIN = "log.test/one"
LEAVES = [leaf_hash(bytes([number])) for number in range(40)]


class Log:
    """A log of numbered leaves, and what it would submit."""

    def __init__(self, leaves: list[bytes] = LEAVES) -> None:
        self.signer = Signer(ORIGIN, Ed25519PrivateKey.generate())
        self.leaves = leaves

    def note(self, size: int) -> str:
        return Checkpoint(ORIGIN, size, tree_root(self.leaves[:size])).note(self.signer)

    def proof(self, old: int, size: int) -> list[str]:
        if not 0 < old < size:
            return []
        return [encode_base64(tree_root(self.leaves[a:b])) for a, b in consistency_spans(old, size)]

    def body(self, old: int, size: int) -> str:
        lines = "".join(f"{line}\n" for line in self.proof(old, size))
        return f"old {old}\n{lines}\n{self.note(size)}"


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def state(log: Log, tmp_path: Path) -> WitnessState:
    opened = WitnessState.open(tmp_path / "witness", name="witness.test/w1")
    opened.trust(log.signer.vkey)
    return opened


def submit(state: WitnessState, body: str) -> Answer:
    return state.add_checkpoint(body.encode(), at=NOON)


@pytest.mark.parametrize("steps", [(1, 2, 3, 7, 8, 20, 40), (16, 17, 32, 33)])
def test_a_log_that_only_grows_is_cosigned(state: WitnessState, log: Log, steps: tuple[int, ...]) -> None:
    old = 0
    for size in steps:
        answer = submit(state, log.body(old, size))
        assert answer.status == 200, answer.body
        found = state.cosigner.witness.verified(log.note(size) + answer.body)
        assert found.at == NOON
        old = size


def test_the_same_checkpoint_is_cosigned_again(state: WitnessState, log: Log) -> None:
    submit(state, log.body(0, 5))

    assert submit(state, log.body(5, 5)).status == 200


def test_another_old_size_is_answered_with_the_one_that_was_seen(state: WitnessState, log: Log) -> None:
    submit(state, log.body(0, 5))

    assert submit(state, log.body(0, 9)) == Answer(409, "5\n", SIZE)
    assert submit(state, log.body(3, 4)) == Answer(409, "5\n", SIZE)


def test_a_second_history_is_not_cosigned(state: WitnessState, log: Log) -> None:
    submit(state, log.body(0, 5))
    rewritten = Log([*LEAVES[:2], leaf_hash(b"other"), *LEAVES[3:]])
    rewritten.signer = log.signer

    assert submit(state, rewritten.body(5, 5)) == Answer(409, "5\n", SIZE)
    assert submit(state, rewritten.body(5, 9)).status == 422
    assert state.latest(place_of(ORIGIN)) is not None
    assert "\n5\n" in (state.latest(place_of(ORIGIN)) or "")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda body: body.replace("old 5", "old 05"), 400),
        (lambda body: body.replace("old 5", "new 5"), 400),
        (lambda body: body.replace("old 5", "old -5"), 400),
        (lambda body: body.replace("old 5", "old 99"), 400),
        (lambda body: body.replace("old 5\n", "old 5\nAAAA\n"), 400),
        (lambda body: body.replace("old 5\n", "old 5\n" + "A" * 43 + "=\n"), 422),
        (lambda body: body.replace("\n\n", "\n", 1), 400),
        (lambda body: body.replace("\n", "\r\n"), 400),
        (lambda body: body.replace(ORIGIN, "log.test/two"), 404),
        (lambda body: body.replace("\n9\n", "\n8\n"), 403),
        (lambda body: body[:-20], 400),
        (lambda body: "", 400),
        (lambda body: "old 5\n" + "A" * 43 + "=\n" * 64 + "\n", 400),
    ],
)
def test_a_submission_that_is_not_right_gets_no_cosignature(
    state: WitnessState, log: Log, change: Callable[[str], str], status: int
) -> None:
    submit(state, log.body(0, 5))

    answer = submit(state, change(log.body(5, 9)))

    assert answer.status == status
    assert "—" not in answer.body


def test_a_proof_where_none_belongs_is_refused(state: WitnessState, log: Log) -> None:
    line = encode_base64(bytes(32))

    assert submit(state, f"old 0\n{line}\n\n{log.note(5)}").status == 422
    submit(state, log.body(0, 5))
    assert submit(state, f"old 5\n{line}\n\n{log.note(5)}").status == 422


def test_a_log_under_another_key_is_not_cosigned(state: WitnessState) -> None:
    assert submit(state, Log().body(0, 3)).status == 403


def test_a_new_key_of_the_log_is_trusted_beside_the_former(state: WitnessState, log: Log) -> None:
    submit(state, log.body(0, 5))
    successor = Log()
    assert submit(state, successor.body(5, 9)).status == 403

    state.trust(successor.signer.vkey)

    assert submit(state, successor.body(5, 9)).status == 200
    assert submit(state, log.body(9, 11)).status == 200


def test_the_key_of_a_witness_is_its_owners_alone_and_is_never_made_twice(tmp_path: Path) -> None:
    first = WitnessState.open(tmp_path, name="witness.test/w1").cosigner.witness
    second = WitnessState.open(tmp_path, name="witness.test/w2").cosigner.witness

    assert first == second
    (tmp_path / "witness.key").chmod(0o644)
    with pytest.raises(NoteRefused, match="can be read by others"):
        WitnessState.open(tmp_path, name="witness.test/w1")


def test_a_cosignature_states_its_time_and_no_other_fits(log: Log) -> None:
    cosigner = Cosigner("witness.test/w1", Ed25519PrivateKey.generate())
    text = split_note(log.note(7))[0]
    line = cosigner.cosign(text, at=NOON + timedelta(milliseconds=900))
    witness = Witness.parse(cosigner.witness.vkey)

    assert witness.verified(log.note(7) + line).at == NOON
    with pytest.raises(NoteRefused, match="does not fit"):
        witness.verified(log.note(8) + line)
    with pytest.raises(NoteRefused, match="not cosigned"):
        witness.verified(log.note(7))


def test_a_witness_remembers_over_a_restart(desk: Desk, tmp_path: Path) -> None:
    desk.fill(4)
    with desk.store.reading() as session:
        from core.ledger.service import newest_note

        note = newest_note(session) or ""
        body = submission(session, note, old=0)
    with witness_running(tmp_path / "w", desk.ledger.vkey) as first:
        assert post(first, body)[0] == 200
    with witness_running(tmp_path / "w") as second:
        assert (second.vkey, post(second, body)) == (first.vkey, (409, "4\n"))
        seen = urllib.request.urlopen(f"{second.address}/{place_of(desk.ledger.origin)}/checkpoint").read().decode()
        assert seen.startswith(note)


def test_a_mistyped_folder_does_not_become_a_witness(log: Log, tmp_path: Path) -> None:
    asked = argparse.Namespace(act="trust", log=log.signer.vkey, state=tmp_path / "mistyped", name="witness.local")

    assert witness_command(asked) == 2
    assert not asked.state.exists()


@pytest.mark.parametrize("path", ["/", "/add-checkpoin", "/../witness.key", "/witness.key/checkpoint", "/%2e%2e"])
def test_nothing_else_is_served(witness: WitnessProcess, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{witness.address}{path}")


def test_a_submission_without_bounds_is_refused(witness: WitnessProcess) -> None:
    with pytest.raises(urllib.error.HTTPError, match="413"):
        urllib.request.urlopen(f"{witness.address}/add-checkpoint", data=b"x" * 200_000)


def post(witness: WitnessProcess, body: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{witness.address}/add-checkpoint", data=body.encode()) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
