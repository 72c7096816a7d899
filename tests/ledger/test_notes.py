"""Notes, checkpoints, receipts and keys: read in one form only."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.ledger.checkpoints import Checkpoint, open_checkpoint, parse_checkpoint
from core.ledger.keys import load_or_make_signer, load_signer, make_signer
from core.ledger.merkle import leaf_hash
from core.ledger.notes import NoteRefused, Signer, Verifier, decode_base64, parse_decimal, split_note
from core.ledger.receipts import Receipt, parse_receipt, verify_receipt

# The example of the Go package golang.org/x/mod/sumdb/note, whose format signed-note specifies.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NAME = "countersign.test/ledger"


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(NAME, Ed25519PrivateKey.generate())


@pytest.fixture(scope="module")
def note(signer: Signer) -> str:
    return Checkpoint(NAME, 1, leaf_hash(b"{}")).note(signer)


def test_a_note_signed_by_the_go_implementation_opens() -> None:
    assert Verifier.parse(PETER).open(PETER_NOTE) == PETER_NOTE.partition("\n\n")[0] + "\n"


def test_a_verifier_key_is_written_as_it_is_read(signer: Signer) -> None:
    assert Verifier.parse(PETER).vkey == PETER
    assert Verifier.parse(signer.vkey) == signer.verifier


def test_a_checkpoint_comes_back_as_it_was_signed(signer: Signer, note: str) -> None:
    assert open_checkpoint(note, signer.verifier) == Checkpoint(NAME, 1, leaf_hash(b"{}"))


def test_signatures_of_unknown_keys_are_passed_over(signer: Signer, note: str) -> None:
    witnessed = note + f"— witness.test {base64.b64encode(b'x' * 76).decode()}\n"

    assert open_checkpoint(witnessed, signer.verifier).size == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda note: note.replace("\n", "\r\n"),
        lambda note: note.replace("\n1\n", "\n01\n"),
        lambda note: note.replace("\n1\n", "\n+1\n"),
        lambda note: note.replace("\n1\n", "\n2\n"),
        lambda note: note.replace("\n1\n", "\n１\n"),
        lambda note: note.replace("=\n\n", "\n\n"),
        lambda note: note.replace("=\n\n", "=\nmore\n\n"),
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("\n\n", "\n\n\n"),
        lambda note: note + "\n",
        lambda note: note + "more\n",
        lambda note: note[:-1],
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace("— ", "—  "),
        lambda note: note.replace("— ", " — "),
        lambda note: note.replace("countersign", "other"),
        lambda note: "\t" + note,
        lambda note: note.partition("\n\n")[0] + "\n\n",
        lambda note: note + "— a AAAA\n",
        lambda note: note + "— witness.test AAAAAAAB\n" * 64,
        lambda note: "x" * 70_000 + note,
        lambda note: "",
    ],
)
def test_a_note_in_another_form_is_refused(signer: Signer, note: str, change: Callable[[str], str]) -> None:
    with pytest.raises(NoteRefused):
        open_checkpoint(change(note), signer.verifier)


def test_every_flipped_bit_of_a_signature_is_refused(signer: Signer) -> None:
    text = f"{NAME}\n1\n{base64.b64encode(bytes(32)).decode()}\n"
    signed = split_note(signer.sign(text))[1][0][1]

    for bit in range(32, len(signed) * 8):
        wrong = bytearray(signed)
        wrong[bit // 8] ^= 1 << bit % 8
        with pytest.raises(NoteRefused):
            signer.verifier.open(f"{text}\n— {NAME} {base64.b64encode(wrong).decode()}\n")


def test_a_second_wrong_signature_of_the_same_key_spoils_the_note(signer: Signer, note: str) -> None:
    other = split_note(signer.sign("another text\n"))[1][0][1]

    with pytest.raises(NoteRefused):
        signer.verifier.open(note + f"— {NAME} {base64.b64encode(other).decode()}\n")


def test_a_key_of_the_same_name_is_another_key(note: str) -> None:
    with pytest.raises(NoteRefused):
        open_checkpoint(note, Signer(NAME, Ed25519PrivateKey.generate()).verifier)


def test_a_checkpoint_of_another_log_is_refused(signer: Signer) -> None:
    elsewhere = Checkpoint("elsewhere.test", 1, bytes(32)).note(signer)

    with pytest.raises(NoteRefused):
        open_checkpoint(elsewhere, signer.verifier)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+c74f20a3",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("c74f20a3", "C74F20A3"),
        PETER.replace("PeterNeumann", "Peter"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER + "=",
        PETER[:-4],
        PETER + "\n",
        "a+b+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    ],
)
def test_a_verifier_key_in_another_form_is_refused(vkey: str) -> None:
    with pytest.raises(NoteRefused):
        Verifier.parse(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b"])
def test_a_key_name_with_space_or_plus_is_refused(name: str) -> None:
    with pytest.raises(NoteRefused):
        Signer(name, Ed25519PrivateKey.generate())


@pytest.mark.parametrize("text", ["AB==", "AA=", "AA", "AAA=\n", "A A=", "AA-_", "====", "AAAA===="])
def test_base64_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        decode_base64(text)


@pytest.mark.parametrize("text", ["", "-1", "+1", "01", "1 ", "１", "1_0", "0x1", "9" * 19, "9223372036854775808"])
def test_a_number_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_decimal(text)


@pytest.mark.parametrize("text", ["a\n1\nAAAA\n", "\n1\n" + "A" * 43 + "=\n", "a\n1\n" + "A" * 43 + "="])
def test_a_checkpoint_without_its_three_lines_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        parse_checkpoint(text)


def test_a_receipt_proves_exactly_its_bytes(signer: Signer, note: str) -> None:
    receipt = parse_receipt(Receipt(0, (), note).text())

    assert verify_receipt(receipt, b"{}", signer.verifier).size == 1
    with pytest.raises(NoteRefused):
        verify_receipt(receipt, b"[]", signer.verifier)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index 0", "index 00"),
        lambda text: text.replace("index 0", "index 1"),
        lambda text: text.replace("index 0", "Index 0"),
        lambda text: text.replace("index 0", "extra AAAA\nindex 0"),
        lambda text: text.replace("index 0\n", "index 0\nAAAA\n"),
        lambda text: text.replace("index 0\n", f"index 0\n{'A' * 43}=\n"),
        lambda text: text.replace("index 0\n", "index 0\n" + f"{'A' * 43}=\n" * 64),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.partition("\n\n")[0],
        lambda text: text[:-2],
    ],
)
def test_a_receipt_in_another_form_is_refused(signer: Signer, note: str, change: Callable[[str], str]) -> None:
    text = change(Receipt(0, (), note).text())

    with pytest.raises(NoteRefused):
        verify_receipt(parse_receipt(text), b"{}", signer.verifier)


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "ledger.key"

    made = load_or_make_signer(path, NAME)

    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_make_signer(path, NAME).vkey == made.vkey
    with pytest.raises(FileExistsError):
        make_signer(path, NAME)


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    make_signer(tmp_path / "key", NAME)
    (tmp_path / "key").chmod(0o640)

    with pytest.raises(NoteRefused):
        load_signer(tmp_path / "key")


def test_a_key_of_another_ledger_is_refused(tmp_path: Path) -> None:
    make_signer(tmp_path / "key", NAME)

    with pytest.raises(NoteRefused):
        load_or_make_signer(tmp_path / "key", "elsewhere.test")


@pytest.mark.parametrize(
    "change",
    [
        lambda line: "",
        lambda line: line.replace("PRIVATE", "PUBLIC"),
        lambda line: line.replace(NAME, "elsewhere.test"),
        lambda line: line[:-8] + "\n",
        lambda line: line.rpartition("+")[0] + "+AQ==\n",
    ],
)
def test_a_damaged_key_file_is_refused(tmp_path: Path, change: Callable[[str], str]) -> None:
    path = tmp_path / "key"
    make_signer(path, NAME)
    path.write_text(change(path.read_text()))

    with pytest.raises(NoteRefused):
        load_signer(path)
