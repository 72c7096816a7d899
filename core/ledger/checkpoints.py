"""Checkpoints: the signed statement of how many entries there are and what their root is (C2SP tlog-checkpoint)."""

from dataclasses import dataclass

from core.ledger.notes import NoteRefused, Signer, Verifier, decode_base64, encode_base64, parse_decimal


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log: its name, its number of entries, and the 32-byte root over them."""

    origin: str
    size: int
    root: bytes

    def note(self, signer: Signer) -> str:
        """The signed note of this head."""
        return signer.sign(f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n")


def parse_checkpoint(text: str) -> Checkpoint:
    """The text of a checkpoint note: exactly three lines; extension lines are refused, as we write none."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteRefused("A checkpoint has three lines: origin, size, root.")
    root = decode_base64(lines[2])
    if len(root) != 32:
        raise NoteRefused("A checkpoint's root has 32 bytes.")
    return Checkpoint(lines[0], parse_decimal(lines[1]), root)


def kept_note(text: str) -> str:
    """A note as somebody kept it: copying and mail programs change the ends of its lines, and drop the last one.

    Nothing else is put right: whatever its lines say is still judged by the signature.
    """
    return text.replace("\r\n", "\n").strip("\ufeff \t\n") + "\n"


def open_checkpoint(note: str, verifier: Verifier, origin: str | None = None) -> Checkpoint:
    """The checkpoint in a note that `verifier` signed, of the log `origin` (the key's name unless told)."""
    checkpoint = parse_checkpoint(verifier.open(note))
    expected = verifier.name if origin is None else origin
    if checkpoint.origin != expected:
        raise NoteRefused(f"The checkpoint is of the log {checkpoint.origin!r}, not of {expected!r}.")
    return checkpoint
