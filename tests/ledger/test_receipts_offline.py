"""The receipt of one act, as a pipeline or an auditor keeps it, verifies with the one file and with Node alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from core.ledger import offline
from core.ledger.anchors.cosignatures import Cosigner
from core.ledger.notes import split_note
from core.ledger.receipts import parse_receipt
from core.ledger.service import Ledger
from core.ledger.tables import LogEntry
from core.store import Store
from tests.builders import NOON
from tests.ledger.ledger_builders import fill

INDEPENDENT = Path(__file__).parent / "independent" / "verify.mjs"
VERIFIERS = ([sys.executable, "-I", "core/ledger/offline.py"], ["node", str(INDEPENDENT)])


@pytest.fixture
def kept(sqlite_store: Store, ledger: Ledger) -> tuple[bytes, bytes]:
    """The receipt of entry 2 of 5, and the entry."""
    fill(sqlite_store, ledger, 5)
    with sqlite_store.reading() as session:
        body = session.exec(select(LogEntry.body).where(LogEntry.idx == 2)).one()
        return ledger.receipt(session, 2).encode(), body.encode()


def holds(receipt: bytes, entry: bytes | None, key: str, *witnesses: str) -> bool:
    return all(step.passed for step in offline.verify_receipt(receipt, entry, key=key, witnesses=witnesses))


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed: the independent verifier DID NOT RUN")
def test_both_verifiers_take_a_receipt_with_its_entry_alone(
    kept: tuple[bytes, bytes], ledger: Ledger, tmp_path: Path
) -> None:
    receipt, entry = kept
    files = {"r": receipt, "e": entry, "ended": entry + b"\n", "other": entry.replace(b'"v":1', b'"v":2')}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    named = [["r", "e"], ["r", "ended"], ["r", "other"], ["r"], ["e", "r"], ["r", "r"]]

    for verifier in VERIFIERS:
        codes = [
            subprocess.run(
                [*verifier, "receipt", *(str(tmp_path / one) for one in asked), "--key", ledger.vkey],
                capture_output=True,
                check=False,
            ).returncode
            for asked in named
        ]
        assert codes == [0, 0, 1, 1, 1, 1], verifier


def test_a_flipped_byte_of_a_receipt_or_its_entry_is_never_accepted(kept: tuple[bytes, bytes], ledger: Ledger) -> None:
    receipt, entry = kept

    assert holds(receipt, entry, ledger.vkey)
    for place in range(len(receipt)):
        changed = receipt[:place] + bytes([receipt[place] ^ (1 << place % 8)]) + receipt[place + 1 :]
        assert not holds(changed, entry, ledger.vkey), place
    for place in range(len(entry)):
        changed = entry[:place] + bytes([entry[place] ^ (1 << place % 8)]) + entry[place + 1 :]
        assert not holds(receipt, changed, ledger.vkey), place


def test_a_receipt_proves_nothing_without_a_key_or_its_entry(kept: tuple[bytes, bytes], ledger: Ledger) -> None:
    receipt, entry = kept

    without_key = offline.verify_receipt(receipt, entry)
    without_entry = offline.verify_receipt(receipt, None, key=ledger.vkey)

    assert [step.name for step in without_key if not step.passed] == ["ledger key", "checkpoint"]
    assert "name the file with its exact bytes after the receipt" in without_entry[0].detail


def test_a_witness_that_is_named_must_have_cosigned_the_checkpoint_of_a_receipt(
    kept: tuple[bytes, bytes], ledger: Ledger, tmp_path: Path
) -> None:
    receipt, entry = kept
    witness, other = (Cosigner.make(tmp_path / name, f"{name}.test") for name in ("w", "x"))
    note = parse_receipt(receipt.decode()).note
    cosigned = receipt + witness.cosign(split_note(note)[0], at=NOON).encode()

    assert holds(cosigned, entry, ledger.vkey, witness.witness.vkey)
    assert not holds(receipt, entry, ledger.vkey, witness.witness.vkey)
    assert not holds(cosigned, entry, ledger.vkey, witness.witness.vkey, other.witness.vkey)


@pytest.mark.parametrize("option", [["--state", "seen"], ["--ca", "00"]])
def test_what_says_nothing_of_a_receipt_is_not_passed_over(option: list[str], tmp_path: Path) -> None:
    (tmp_path / "r").write_bytes(b"")

    assert offline.main(["receipt", str(tmp_path / "r"), *option]) == 2
