"""Receipts: the proof that one entry is in the log, to be kept by whoever caused it (C2SP tlog-proof)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.ledger.checkpoints import Checkpoint, open_checkpoint
from core.ledger.merkle import included, leaf_hash
from core.ledger.notes import NoteRefused, Verifier, decode_base64, encode_base64, parse_decimal

HEADER = "c2sp.org/tlog-proof@v1"
MAX_STEPS = 63


@dataclass(frozen=True)
class Receipt:
    """An entry's index, its inclusion proof, leaf's sibling first, and the signed checkpoint that it leads to."""

    index: int
    proof: tuple[bytes, ...]
    note: str

    def text(self) -> str:
        """The receipt as a `.tlog-proof` file."""
        steps = "".join(f"{encode_base64(step)}\n" for step in self.proof)
        return f"{HEADER}\nindex {self.index}\n{steps}\n{self.note}"


def parse_receipt(text: str) -> Receipt:
    """Read a `.tlog-proof` file without extra data; nothing is verified yet."""
    head, separator, note = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or len(lines) < 2 or lines[0] != HEADER or not lines[1].startswith("index "):
        raise NoteRefused("Not a proof of the form c2sp.org/tlog-proof@v1 without extra data.")
    steps = tuple(decode_base64(line) for line in lines[2:])
    if len(steps) > MAX_STEPS or any(len(step) != 32 for step in steps):
        raise NoteRefused("A proof consists of at most 63 hashes of 32 bytes.")
    return Receipt(parse_decimal(lines[1].removeprefix("index ")), steps, note)


def verify_receipt(receipt: Receipt, body: bytes, verifier: Verifier) -> Checkpoint:
    """The checkpoint that covers the entry with exactly these bytes; raises `NoteRefused`."""
    checkpoint = open_checkpoint(receipt.note, verifier)
    if not included(leaf_hash(body), receipt.index, receipt.proof, checkpoint.size, checkpoint.root):
        raise NoteRefused(f"Entry {receipt.index} is not in the log as it stands here.")
    return checkpoint


def proof_lines(steps: Sequence[bytes]) -> str:
    """Hashes as base64, one a line."""
    return "".join(f"{encode_base64(step)}\n" for step in steps)
