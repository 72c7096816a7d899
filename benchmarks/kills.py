"""Kills writers in the middle of their work, and looks whether anything acknowledged was lost.

`python -m benchmarks.kills [ROUNDS] [SQLALCHEMY-URL]`: in each round a process appends entries one a commit, tells the
parent of each by a pipe together with its receipt, and is ended with SIGKILL after a random number of them, at a random
moment of the next. Afterwards the whole ledger is verified, and every acknowledged entry looked for with its receipt.
"""

import os
import random
import signal
import struct
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import col, select

from core.ledger.events import Event
from core.ledger.receipts import parse_receipt, verify_receipt
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.store import open_store

AT = datetime(2026, 1, 1, tzinfo=UTC)
MOST = 12  # acknowledged entries in a round
HEAD = struct.Struct("<II")


@dataclass(frozen=True)
class Writer:
    """Who acts in this measurement."""

    acting_as: str = "P0001"
    role_words: str = "developer"


def write(url: str, keys: Path, round_: int, pipe: int) -> None:
    """Append until killed."""
    store, ledger = open_store(url), Ledger.open(keys, origin="kills.test/ledger")
    for number in range(1_000_000):
        name = f"round{round_}-{number}"
        with store.transaction() as tx:
            entity, payload = Entity("model", f"M{number:04d}"), {"number": number}
            recorded = ledger.record(
                tx, Event.MODEL_REGISTERED, entity=entity, actor=Writer(), at=AT, payload=payload, event_id=name
            )
        with store.reading() as session:
            receipt = ledger.receipt(session, recorded.index).encode()
        os.write(pipe, HEAD.pack(recorded.index, len(receipt)) + receipt)


def one_round(url: str, keys: Path, round_: int, dice: random.Random) -> dict[str, tuple[int, str]]:
    """What the writer of this round had acknowledged when it was killed."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        try:
            write(url, keys, round_, sink)
        finally:
            os._exit(1)
    os.close(sink)
    told: dict[str, tuple[int, str]] = {}
    wanted = dice.randrange(1, MOST)
    with os.fdopen(source, "rb") as pipe:
        while len(head := pipe.read(HEAD.size)) == HEAD.size:
            index, length = HEAD.unpack(head)
            receipt = pipe.read(length)
            if len(receipt) < length:
                break
            told[f"round{round_}-{len(told)}"] = (index, receipt.decode())
            if len(told) == wanted:
                time.sleep(dice.random() * 0.01)
                os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return told


def lost(url: str, keys: Path, told: dict[str, tuple[int, str]]) -> list[str]:
    """Acknowledged entries that are not there as their receipts say; raises when the ledger does not verify."""
    store, ledger = open_store(url), Ledger.open(keys, origin="kills.test/ledger")
    with store.reading() as session:
        report = verify_store(session, ledger.vkey)
        rows = session.exec(select(LogEntry.event_id, LogEntry.idx, LogEntry.body).order_by(col(LogEntry.idx))).all()
    store.close()
    if not report.passed:
        raise SystemExit(f"the ledger does not verify: {report.failures}")
    stored = {name: (index, body) for name, index, body in rows}
    missing = []
    for name, (index, receipt) in told.items():
        if stored.get(name, (-1, ""))[0] != index:
            missing.append(name)
        else:
            verify_receipt(parse_receipt(receipt), stored[name][1].encode(), ledger.keyring.current.verifier)
    return missing


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{folder}/store.db"
        store = open_store(url)
        store.upgrade()
        store.close()
        Ledger.open(keys, origin="kills.test/ledger")
        dice, told, begun = random.Random(rounds), dict[str, tuple[int, str]](), time.monotonic()
        for round_ in range(rounds):
            told |= one_round(url, keys, round_, dice)
        missing = lost(url, keys, told)
    spent = time.monotonic() - begun
    print(f"{rounds} rounds, {len(told)} entries acknowledged, {len(missing)} lost, in {spent:.0f} s")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
