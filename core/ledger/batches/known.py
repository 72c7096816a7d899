"""Tells which events are on record already, so that each is recorded once whoever sends it again."""

from collections.abc import Sequence

import numpy as np
import orjson
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
from numpy.typing import NDArray
from sqlalchemy import and_, not_
from sqlmodel import Session, col, select

from core.errors import NotFound, Problem, Unreadable
from core.ledger.batches.index import hashes_of
from core.ledger.batches.places import Place, index_of
from core.ledger.batches.rows import MOST_PROBLEMS, InputForm
from core.ledger.batches.sealing import read_rows
from core.ledger.batches.tables import EventBatch
from core.ledger.batches.taken import taken_ids
from core.ledger.batches.writing import bodies
from core.store import EvidenceFiles
from core.store.sealed_form import CannotBeUnsealed
from core.store.types import instant


def repeated_within(table: pa.Table) -> bool:
    """Whether an id stands in the table twice."""
    return bool(pc.count_distinct(table.column("id")).as_py() != len(table))


def known_rows(session: Session, files: EvidenceFiles, table: pa.Table) -> NDArray[np.bool_]:
    """Of each row whether its event is on record; raises `Unreadable` where one stands there otherwise.

    An event that is sent again has its time, so files whose times overlap are looked at first, and most often alone;
    an id that may stand in another one has another time there, which is other content.
    """
    known = np.zeros(len(table), dtype=bool)
    wanted = hashes_of(table.column("id"))
    open_still = taken_ids(files).may_hold(session, files, wanted)
    if not open_still.any():
        return known
    span = pc.min_max(table.column("at")).as_py()
    around = and_(col(EventBatch.last_at) >= instant(span["min"]), col(EventBatch.first_at) <= instant(span["max"]))
    kept = select(EventBatch.id, EventBatch.digest, EventBatch.ids, EventBatch.rows)
    for near in (around, not_(around)):
        for place in map(Place._make, session.exec(kept.where(near, col(EventBatch.removed_at).is_(None))).all()):
            asked = np.flatnonzero(open_still)
            try:
                maybe = asked[index_of(session, files, place).may_hold(wanted[asked])]
            except (NotFound, CannotBeUnsealed):
                if near is around:
                    raise
                continue  # one that is lost must not stop whatever comes after it; verification names it
            if maybe.size:
                batch = session.get_one(EventBatch, place.id)
                known[_same(files, batch, table, maybe.tolist())] = True
        open_still &= ~known
        if not open_still.any():
            break
    return known


def _same(files: EvidenceFiles, batch: EventBatch, table: pa.Table, lines: Sequence[int]) -> list[int]:
    """The lines whose event stands in this file in the same words; raises `Unreadable` where the words differ."""
    asked = table.take(pa.array(lines))
    there = read_rows(files, batch.digest, of=asked.column("id"))
    stored = dict(zip(there.column("id").to_pylist(), bodies(there), strict=True))
    same, problems = list[int](), list[Problem]()
    for line, identity, body in zip(lines, asked.column("id").to_pylist(), bodies(asked), strict=True):
        if identity not in stored:  # another id of the same hash
            continue
        if stored[identity] == body or _kept_otherwise(stored[identity], body):
            same.append(line)
        else:
            found = f"{identity}, in {batch.number}"
            problems.append(Problem("id is on record with other content", column="id", line=line + 1, found=found))
    if problems:
        raise Unreadable(problems[:MOST_PROBLEMS])
    return same


def _kept_otherwise(stored: bytes, asked: bytes) -> bool:
    """Whether it is the same event, whose input another policy keeps in another form, or whose particulars went."""
    first, second = orjson.loads(stored), orjson.loads(asked)
    if first["form"] == second["form"]:
        return False
    if first["form"] == InputForm.ERASED.value:
        return all(first[name] == second[name] for name in ("at", "id", "kind", "model", "version"))
    return {**first, "form": "", "input": ""} == {**second, "form": "", "input": ""}
