"""Flips every byte of a bundle of 1,000 entries and counts how often it is still accepted.

`python -m benchmarks.byte_flips [ENTRIES] [STEP]`; with a STEP, only every so many bytes. Each is flipped in the ZIP as
it is; verification ends at the first step that does not hold. A sample of bytes under data/ledger is flipped with
digests, signature and ZIP made anew, so that only the ledger's own steps are left to object.
"""

import random
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing import Pool
from pathlib import Path

from cryptography.hazmat.primitives import hashes

from core.ledger.events import Event
from core.ledger.extract import ledger_files, parts
from core.ledger.offline import Bundle, NotABundle, run_steps
from core.ledger.service import Entity, Ledger
from core.store import open_store
from tests.ledger.ledger_bundles import a_bag, an_authority, zipped

AT = datetime(2026, 1, 1, tzinfo=UTC)
SIGNED_ANEW = 3000
Files = dict[str, bytes]


class Writer:
    """Who acts in this measurement."""

    acting_as = "P0001"
    role_words = "developer"


def ledger_of(entries: int) -> tuple[Files, str]:
    """What a bundle of this many entries holds, and the key to pin."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.db")
        store.upgrade()
        ledger = Ledger.open(Path(folder) / "keys", origin="flips.test/ledger")
        with store.transaction() as tx:
            for number in range(entries):
                entity, payload = Entity("model", f"M{number:04d}"), {"number": number}
                ledger.record(tx, Event.MODEL_REGISTERED, entity=entity, actor=Writer(), at=AT, payload=payload)
        with store.reading() as session:
            files, key = ledger_files(parts(session, range(entries), vkey=ledger.vkey)), ledger.vkey
        store.close()
    return files, key


def accepted(data: bytes, key: str, ca: str) -> bool:
    """Whether every step holds; stops at the first that does not."""
    try:
        return all(step.passed for step in run_steps(Bundle(data, key, None, ca)))
    except NotABundle:
        return False


def flipped(data: bytes, at: int) -> bytes:
    """One bit of this byte the other way round; each place has its own."""
    return b"".join((data[:at], bytes([data[at] ^ (1 << at % 8)]), data[at + 1 :]))


class Flips:
    """One bundle; the processes of a pool share it."""

    def __init__(self, entries: int) -> None:
        authority = an_authority()
        ledger, self.key = ledger_of(entries)
        self.files, self.authority = a_bag(ledger, authority), authority
        self.ca = authority.certificate.fingerprint(hashes.SHA256()).hex()
        self.whole = zipped(self.files)

    def raw(self, at: int) -> int:
        """Whether the ZIP with one bit of this byte flipped is accepted."""
        return accepted(flipped(self.whole, at), self.key, self.ca)

    def signed_anew(self, place: tuple[str, int]) -> int:
        """The same for a byte under data/, with digests, signature and ZIP made anew around it."""
        name, at = place
        payload = {one: content for one, content in self.files.items() if one.startswith("data/")}
        bag = a_bag(payload | {name: flipped(payload[name], at)}, self.authority)
        return accepted(zipped(bag), self.key, self.ca)

    def places(self) -> list[tuple[str, int]]:
        """Every byte of the ledger's files, without the consistency proofs: nothing reads those without a state."""
        return [
            (name, at)
            for name, content in self.files.items()
            if name.startswith("data/ledger/") and not name.endswith("consistency")
            for at in range(len(content))
        ]


FOUND: list[Flips] = []  # what the processes of the pool inherit


def _raw(at: int) -> int:
    return FOUND[0].raw(at)


def _signed_anew(place: tuple[str, int]) -> int:
    return FOUND[0].signed_anew(place)


def main() -> int:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    FOUND.append(Flips(entries))
    flips, begun = FOUND[0], time.monotonic()
    if not accepted(flips.whole, flips.key, flips.ca):
        raise SystemExit("the bundle itself does not verify")
    raw = range(0, len(flips.whole), step)
    anew = random.Random(entries).sample(flips.places(), min(SIGNED_ANEW // step + 50, len(flips.places())))
    with Pool() as pool:
        first = sum(pool.imap_unordered(_raw, raw, chunksize=500))
        places = [place for place, held in zip(anew, pool.imap(_signed_anew, anew, chunksize=20), strict=True) if held]
    print(f"Bundle of {entries:,} entries, {len(flips.whole):,} bytes.")
    print(f"{len(raw):,} bytes flipped in the ZIP as it is: {first} accepted.")
    print(f"{len(anew):,} bytes flipped under data/ledger, all around them signed anew: {len(places)} accepted.")
    print(*places, sep="\n", end="")
    print(f"{time.monotonic() - begun:.0f} s")
    return 1 if first or places else 0


if __name__ == "__main__":
    sys.exit(main())
