"""Flips every byte of a bundle of 1,000 entries, and counts how often it is still accepted.

`python -m benchmarks.byte_flips [--entries N] [--bits 8] [--sample 2000] [--processes 2]`. Each byte twice: in the ZIP
as it is, where the container objects; and, of the ledger's files, with everything around it signed anew, so that only
the ledger's own steps are left to object. Running all of `verify.py` a million times would take hours; so each flip is
judged by the real steps on the least that decides it:

- A byte in or before the content of one file: a ZIP of that file alone, with its own line of the directory. The
  container step writes every file and its line from that file's content alone, and compares.
- A byte of the directory or behind it: the whole bundle.
- A byte of one entry or of its proof: a ledger of that entry alone. What the steps ask of entries together (order, no
  id twice) only refuses more.
- A byte of any other file of the ledger: all its steps, on all its files.

A seeded sample of flips is judged by the whole verification as well; the run stops where the two differ.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import accumulate
from multiprocessing import Pool
from multiprocessing.pool import Pool as Processes
from pathlib import Path
from types import SimpleNamespace

from cryptography.hazmat.primitives import hashes

from core.ledger.events import Event
from core.ledger.extract import ledger_files, parts
from core.ledger.offline import CENTRAL, END, LEDGER, LOCAL, STEPS, Bundle, NotABundle, _run, run_steps
from core.ledger.service import Entity, Ledger
from core.store import open_store
from tests.ledger.ledger_bundles import a_bag, an_authority, zipped

AT = datetime(2026, 1, 1, tzinfo=UTC)
WRITER = SimpleNamespace(acting_as="P0001", role_words="developer")
AT_A_TIME = 100  # bytes of the directory
KINDS = {
    "zip": "of files in the ZIP as it is",
    "ledger": "of the ledger, all around them signed anew",
    "directory": "of the ZIP's directory",
}
OF_LEDGER = STEPS[6:]
OF_ENTRIES = STEPS[8:11]
Files = dict[str, bytes]


def ledger_of(entries: int) -> tuple[Files, str]:
    """What a bundle of this many entries holds, and the key to pin."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/store.db")
        store.upgrade()
        ledger = Ledger.open(Path(folder) / "keys", origin="flips.test/ledger")
        with store.transaction() as tx:
            for number in range(entries):
                entity, payload = Entity("model", f"M{number:04d}"), {"number": number}
                ledger.record(tx, Event.MODEL_REGISTERED, entity=entity, actor=WRITER, at=AT, payload=payload)
        with store.reading() as session:
            files, key = ledger_files(parts(session, range(entries), vkey=ledger.vkey)), ledger.vkey
        store.close()
    return files, key


def flipped(data: bytes, at: int, bit: int) -> bytes:
    """This bit of this byte the other way round."""
    return b"".join((data[:at], bytes([data[at] ^ (1 << bit)]), data[at + 1 :]))


def accepted(data: bytes, key: str, ca: str) -> bool:
    """Whether every step holds; stops at the first that does not."""
    try:
        return all(step.passed for step in run_steps(Bundle(data, key, None, ca)))
    except NotABundle:
        return False


def hold(steps: Sequence[tuple[str, Callable[[Bundle], str]]], bundle: Bundle) -> bool:
    """The same of these steps, on a bundle whose files are read."""
    return all(_run(0, name, check, bundle).passed for name, check in steps)


@dataclass(frozen=True)
class Part:
    """Bytes that one thing decides: how many, whether they are accepted with a bit of one flipped, and how the whole
    bundle is made with that bit flipped."""

    name: str
    size: int
    judged: Callable[[int, int], bool]
    whole: Callable[[int, int], bytes]


class Flips:
    """A bundle, and its parts."""

    def __init__(self, entries: int) -> None:
        self.authority = an_authority()
        ledger, self.key = ledger_of(entries)
        self.files = a_bag(ledger, self.authority)
        self.ca = self.authority.certificate.fingerprint(hashes.SHA256()).hex()
        self.zip = zipped(self.files)
        self.read = Bundle(self.zip, self.key, None, self.ca)
        if not all(step.passed for step in run_steps(self.read)):
            raise SystemExit("the bundle itself does not verify")
        self.parts = (*self.of_the_zip(), *self.of_the_ledger())

    # the ZIP as it is

    def of_the_zip(self) -> Iterator[Part]:
        at = directory = END.unpack_from(self.zip, len(self.zip) - END.size)[6]
        while at < len(self.zip) - END.size:
            head = CENTRAL.unpack_from(self.zip, at)
            line = at + CENTRAL.size + head[10]
            start, size = head[16], LOCAL.size + head[10] + head[9]
            alone = self.zip[start : start + size]
            listed = CENTRAL.pack(*head[:16], 0) + self.zip[at + CENTRAL.size : line]
            small = alone + listed + END.pack(b"PK\5\6", 0, 0, 1, 1, len(listed), size, 0)
            yield Part("zip", size, partial(self.in_a_file, small), partial(self.in_the_zip, start))
            at = line
        for start in range(directory, len(self.zip), AT_A_TIME):
            size = min(AT_A_TIME, len(self.zip) - start)
            yield Part("directory", size, partial(self.in_the_directory, start), partial(self.in_the_zip, start))

    def in_a_file(self, small: bytes, at: int, bit: int) -> bool:
        try:
            return _run(0, *STEPS[0], Bundle(flipped(small, at, bit))).passed
        except NotABundle:
            return False

    def in_the_directory(self, start: int, at: int, bit: int) -> bool:
        return accepted(self.in_the_zip(start, at, bit), self.key, self.ca)

    def in_the_zip(self, start: int, at: int, bit: int) -> bytes:
        return flipped(self.zip, start + at, bit)

    # the ledger's files, everything around them signed anew

    def of_the_ledger(self) -> Iterator[Part]:
        lines, name = self.files[f"{LEDGER}entries.jsonl"].splitlines(keepends=True), f"{LEDGER}entries.jsonl"
        starts = accumulate(map(len, lines), initial=0)
        for entry, line, start in zip(self.read.entries, lines, starts, strict=False):
            proof = f"{LEDGER}proofs/{entry.index}.tlog-proof"
            alone = {name: line, proof: self.files[proof]}
            for each, before in ((name, start), (proof, 0)):
                judged = partial(self.in_an_entry, alone, each)
                yield Part("ledger", len(alone[each]), judged, partial(self.signed_anew, each, before))
        for name, content in self.files.items():
            beside = name.startswith(LEDGER) and not name.endswith(("entries.jsonl", ".tlog-proof", "consistency"))
            if beside:  # nothing reads the proofs of consistency where no earlier state is pinned
                yield Part("ledger", len(content), partial(self.beside, name), partial(self.signed_anew, name, 0))

    def in_an_entry(self, alone: Files, name: str, at: int, bit: int) -> bool:
        bundle = copy(self.read)
        bundle.files, bundle.entries = alone | {name: flipped(alone[name], at, bit)}, []
        return hold(OF_ENTRIES, bundle)

    def beside(self, name: str, at: int, bit: int) -> bool:
        files = self.read.files | {name: flipped(self.read.files[name], at, bit)}
        return hold(OF_LEDGER, Bundle(self.zip, self.key, None, self.ca, files=files))

    def signed_anew(self, name: str, before: int, at: int, bit: int) -> bytes:
        payload = {one: content for one, content in self.files.items() if one.startswith("data/")}
        return zipped(a_bag(payload | {name: flipped(payload[name], before + at, bit)}, self.authority))


FOUND: list[Flips] = []  # what the processes of the pool inherit


def _part(asked: tuple[int, int]) -> list[tuple[int, int]]:
    """Which flips of one part are accepted."""
    number, bits = asked
    part = FOUND[0].parts[number]
    some = range(8) if bits == 8 else None
    return [(at, bit) for at in range(part.size) for bit in some or (at % 8,) if part.judged(at, bit)]


def _both(asked: tuple[int, int, int]) -> bool:
    """Whether the whole verification says the same of one flip."""
    number, at, bit = asked
    flips = FOUND[0]
    part = flips.parts[number]
    return part.judged(at, bit) == accepted(part.whole(at, bit), flips.key, flips.ca)


def sampled(flips: Flips, count: int) -> list[tuple[int, int, int]]:
    """So many bytes of each kind, every byte as likely as another."""
    dice, found = random.Random(len(flips.zip)), []
    for kind in KINDS:
        numbers = [number for number, part in enumerate(flips.parts) if part.name == kind]
        sizes = [flips.parts[number].size for number in numbers]
        for number in dice.choices(numbers, sizes, k=count):
            found.append((number, dice.randrange(flips.parts[number].size), dice.randrange(8)))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--bits", type=int, default=8, choices=(1, 8), help="of each byte, all or one in turn")
    parser.add_argument("--sample", type=int, default=2000, help="flips of each kind that are judged both ways")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    FOUND.append(Flips(args.entries))
    flips, begun = FOUND[0], time.monotonic()
    say(f"Bundle of {args.entries:,} entries, {len(flips.zip):,} bytes.")
    with Pool(args.processes) as pool:
        agreed = pool.map(_both, sampled(flips, args.sample), chunksize=20)
        if not all(agreed):
            raise SystemExit("the whole verification says otherwise")
        say(f"{len(agreed):,} flips judged by the whole verification too: the same of each.")
        found = [told(kind, where, args.bits, pool) for kind, where in KINDS.items()]
    say(f"{time.monotonic() - begun:.0f} s")
    return 1 if any(found) else 0


def told(kind: str, where: str, bits: int, pool: Processes) -> int:
    """How many flips of the bytes of one kind are accepted."""
    numbers = [number for number, part in enumerate(FOUND[0].parts) if part.name == kind]
    size = sum(FOUND[0].parts[number].size for number in numbers)
    found = pool.map(_part, [(number, bits) for number in numbers], chunksize=4)
    held = sum(map(len, found))
    say(f"{size:,} bytes {where}, {bits * size:,} flips: {held} accepted.")
    return held


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
