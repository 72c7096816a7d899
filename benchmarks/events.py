"""Measures events at volume: intake with row root, file and entry, beside a hash chain that commits each event; proofs.

Run: python -m benchmarks.events [--rows N …] [--clients 32] [--each 40]. Wall seconds where waiting for the disk is the
point, the best of three runs elsewhere; at most two threads work.
"""

import argparse
import hashlib
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa  # type: ignore[import-untyped]

from app.collecting import Collector
from app.composition import Workplace, open_workplace
from app.settings import PREFIX, load
from benchmarks.measuring import timed
from core.ledger.batches.checking import checked
from core.ledger.batches.places import find_event
from core.ledger.batches.preparing import prepared
from core.ledger.batches.proofs import verify_event_proof
from core.ledger.batches.queries import event_proof, proof_of_found
from core.ledger.batches.rows import MOST_ROWS, SCHEMA
from core.ledger.batches.service import Submission, record_events
from core.ledger.batches.short import short
from core.ledger.notes import Verifier

START = datetime(2026, 1, 1, tzinfo=UTC)
PROOFS = 200


@dataclass(frozen=True)
class Robot:
    """Who acts in this measurement."""

    acting_as: str = "T0001"
    role_words: str = "pipeline"


def events(count: int, first: int = 0) -> pa.Table:
    """Inferences as a service makes them: an id of 32 digits, a commitment, an output with a score."""
    at = int(START.timestamp()) * 1_000_000
    numbers = range(first, first + count)
    columns: dict[str, list[object]] = {
        "actor": [""] * count,
        "at": [at + number * 997 for number in numbers],
        "duration": [9_000 + number * 7919 % 30_011 for number in numbers],
        "form": ["commitment"] * count,
        "id": [hashlib.sha256(b"%d" % number).hexdigest()[:32] for number in numbers],
        "input": [hashlib.sha256(b"input %d" % number).hexdigest() for number in numbers],
        "kind": ["inference"] * count,
        "model": [f"M{number % 7:04d}" for number in numbers],
        "output": [f'{{"score":0.{number * 7919 % 10_000:04d}}}' for number in numbers],
        "role": ["pipeline"] * count,
        "source": [("web form", "branch", "batch")[number % 3] for number in numbers],
        "version": ["1.0.0"] * count,
    }
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in SCHEMA}, schema=SCHEMA)


def a_workplace(folder: Path) -> Workplace:
    return open_workplace(load({f"{PREFIX}DATA_DIR": str(folder)}), installed_at=START)


def intake(place: Workplace, rows: int) -> tuple[str, str, str]:
    """Events a second: hashing, root, index and file alone; with the checks of every column; all of it on record."""
    table = events(rows)
    alone, ready = timed(lambda: prepared(table), 3)
    strictly, _ = timed(lambda: checked(table), 3)
    walls = []
    for run in range(3):
        fresh = events(rows, (100 + run) * rows)  # no id that another row of this table recorded
        begin = time.perf_counter()
        done = record_events(place.store, place.ledger, place.events, fresh, actor=Robot(), at=START)
        walls.append(time.perf_counter() - begin)
        assert done is not None
        assert done.rows == rows
    size = (len(ready.parquet) + len(ready.index)) / rows
    return (
        f"{rows / alone.wall:,.0f}/s ({rows / alone.processor:,.0f}/s)",
        f"{rows / (alone.wall + strictly.wall):,.0f}/s",
        f"{rows / min(walls):,.0f}/s | {size:.0f} B",
    )


def together(clients: int, each: int, act: Callable[[int, int], None]) -> float:
    """Events a second when so many clients at once do one after another."""
    gate = threading.Barrier(clients + 1)

    def client(number: int) -> None:
        gate.wait()
        for turn in range(each):
            act(number, turn)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    gate.wait()
    begin = time.perf_counter()
    for thread in threads:
        thread.join()
    return clients * each / (time.perf_counter() - begin)


def chain(folder: Path, clients: int, each: int) -> float:
    """The usual audit table: each event is one row with the hash of the one before, and one durable commit."""
    database = folder / "chain.db"
    with sqlite3.connect(database) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE log (id INTEGER PRIMARY KEY, body BLOB, hash BLOB)")
    first.close()
    held = threading.local()

    def act(client: int, turn: int) -> None:
        if not hasattr(held, "connection"):
            held.connection = sqlite3.connect(database, isolation_level=None, timeout=120)
            held.connection.execute("PRAGMA synchronous=FULL")
        body = b'{"at":%d,"client":%d,"output":"approve","turn":%d}' % (time.time_ns(), client, turn)
        held.connection.execute("BEGIN IMMEDIATE")
        last = held.connection.execute("SELECT hash FROM log ORDER BY id DESC LIMIT 1").fetchone()
        digest = hashlib.sha256((last[0] if last else b"") + body).digest()
        held.connection.execute("INSERT INTO log (body, hash) VALUES (?, ?)", (body, digest))
        held.connection.execute("COMMIT")

    return together(clients, each, act)


def grouped(place: Workplace, clients: int, each: int, at_once: int) -> float:
    """Ours: each client hands in so many events, and waits for the receipt of the file that holds them."""
    waiting = Collector(place, lambda: START)
    tables = {
        (client, turn): Submission(
            checked(events(at_once, 500_000_000 * at_once + (client * each + turn) * at_once)), Robot()
        )
        for client in range(clients)
        for turn in range(each)
    }

    def act(client: int, turn: int) -> None:
        done = waiting.hand_in(tables[client, turn]).result(120)
        assert done is not None
        assert done.receipt

    rate = together(clients, each, act) * at_once
    waiting.stop()
    return rate


def proofs(place: Workplace, rows: int) -> tuple[str, str, str, str, str]:
    """Milliseconds for one event out of a file of so many, and bytes: found with its path, and the whole receipt."""
    wanted = [events(1, 10_000_000 + number * 7919 % rows).column("id")[0].as_py() for number in range(PROOFS)]
    verifier = Verifier.parse(place.ledger.vkey)
    found_in, whole_in = list[float](), list[float]()
    with place.store.reading() as session:
        event_proof(session, place.events, wanted[0])
        for event in wanted:
            begin = time.process_time()
            found = find_event(session, place.events, event)
            between = time.process_time()
            proof = proof_of_found(session, found)
            found_in.append(between - begin)
            whole_in.append(time.process_time() - begin)
        assert verify_event_proof(proof, verifier)
    brief = short(proof)
    return (
        f"{sorted(found_in)[PROOFS // 2] * 1e3:.2f} ms",
        f"{sorted(whole_in)[PROOFS // 2] * 1e3:.2f} ms",
        f"{len(brief.whole()):,} B",
        f"{len(brief.own):,} B, {len(brief.shared):,} B",
        f"{len(proof.text().encode()):,} B",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, MOST_ROWS])
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--each", type=int, default=40)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = a_workplace(Path(folder) / "data")
        say("Events with row root, index and Parquet file; in brackets by processor seconds. 2 cores, two threads.\n")
        say("| events in a file | hashed and written | and every column checked | on record with one entry | kept |")
        say("|---:|---:|---:|---:|---:|")
        for rows in args.rows:
            say(f"| {rows:,} | {' | '.join(intake(place, rows))} |")
        say(f"\n| {args.clients} clients, each waits for its receipt | events a second | ratio |\n|---|---:|---:|")
        usual = chain(Path(folder), args.clients, args.each)
        say(f"| hash chain, a commit for each event | {usual:,.0f}/s | 1x |")
        for at_once in (1, 10, 100):
            ours = grouped(place, args.clients, args.each if at_once == 1 else args.each // 4, at_once)
            what = f"group commit, {at_once} event{'s' if at_once > 1 else ''} at a time"
            say(f"| {what} | {ours:,.0f}/s | {ours / usual:.1f}x |")
        heads = "found, with its path | whole receipt | short | of its own, shared | as JSON"
        say(f"\n| one event of a file of | {heads} |")
        say("|---:|---:|---:|---:|---:|---:|")
        say(f"| {args.rows[-1]:,} | {' | '.join(proofs(place, args.rows[-1]))} |")
        place.store.close()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
