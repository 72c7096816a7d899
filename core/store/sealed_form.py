"""How a sealed file lies on disk: the content in pieces under AES-256-GCM, bound to their order and their end.

The first line names form and data key, `countersign-sealed/1 KEY`, in ASCII. Then come the pieces, each of `PIECE`
bytes but for the last, encrypted, with its tag of 16 bytes after it. A nonce is the number of the piece, from 0, in 11
bytes (big-endian) and one byte that is 1 for the last piece and 0 for the others; associated data is the first line
with its end. This is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015), and needs a data key that encrypts one file and no other.
"""

from collections.abc import Iterable, Iterator
from io import BufferedIOBase

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.errors import GovernanceError

FORM = "countersign-sealed/1"
PIECE, TAG = 1 << 20, 16  # bytes
LONGEST_LINE = 128


class CannotBeUnsealed(GovernanceError):
    """A sealed file was changed or cut short, or another key sealed it."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"The sealed file {digest} does not open: it was changed, or its key is another one.")


def sealed(chunks: Iterable[bytes], key: bytes, key_name: str) -> Iterator[bytes]:
    """The bytes of the sealed file; the key must never have sealed anything else."""
    line = first_line(key_name)
    yield line
    cipher, number, held = AESGCM(key), 0, bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) > PIECE:  # the last piece waits until the end is known
            yield cipher.encrypt(_nonce(number, last=False), bytes(held[:PIECE]), line)
            del held[:PIECE]
            number += 1
    yield cipher.encrypt(_nonce(number, last=True), bytes(held), line)


def unsealed(source: BufferedIOBase, key: bytes, digest: str) -> Iterator[bytes]:
    """The content, piece by piece; raises `CannotBeUnsealed` before anything of a changed piece comes out."""
    line = source.readline(LONGEST_LINE)
    cipher, number, piece = AESGCM(key), 0, source.read(PIECE + TAG)
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, last=not following), piece, line)
        except (InvalidTag, ValueError):
            raise CannotBeUnsealed(digest) from None
        if not following:
            return
        piece, number = following, number + 1


def first_line(key_name: str) -> bytes:
    """What a sealed file begins with."""
    return f"{FORM} {key_name}\n".encode("ascii")


def key_name_of(source: BufferedIOBase, digest: str) -> str:
    """Which data key opens the file; raises `CannotBeUnsealed` for what is no sealed file."""
    form, _, name = source.readline(LONGEST_LINE).decode("ascii", "replace").strip().partition(" ")
    if form != FORM or not name.isalnum():
        raise CannotBeUnsealed(digest)
    return name


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
