"""Tells which event ids were never taken: a filter over all files, so that few new ids need a look at one.

An id is taken once, whatever time its sender gives the second time; else a later event would stand before the one that
is on record. A filter (Bloom 1970; in words, Putze, Sanders and Singler 2009) never says no of an id that is there, and
yes of one in a thousand that is not. It takes four bytes an id, follows from the indexes, and is made anew by each
process.
"""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, func, select

from core.errors import NotFound
from core.ledger.batches.index import Hashes
from core.ledger.batches.places import Place, index_of
from core.ledger.batches.tables import EventBatch
from core.store import EvidenceFiles
from core.store.sealed_form import CannotBeUnsealed

FIRST = 1 << 16  # ids in the first layer; each further one has room for twice as many
BITS = 4  # for each id
AGAIN = 500  # newest files that are asked for each time: a transaction that is undone gives its numbers to others
MOST_STORES = 4
log = logging.getLogger("countersign.events")


def _patterns(many: int) -> NDArray[np.uint64]:
    """So many words of 64 bits with `BITS` of them set; which ones matters to nobody outside of this process."""
    drawn = np.random.default_rng(1).permuted(np.tile(np.arange(64, dtype=np.uint64), (many, 1)), axis=1)
    return np.asarray(np.bitwise_or.reduce(np.uint64(1) << drawn[:, :BITS], axis=1))


PATTERNS = _patterns(1 << 14)
_STORES: dict[Path, "TakenIds"] = {}


class Layer:
    """A filter with room for so many ids: four of the 64 bits of one word for each, and a word for two ids."""

    def __init__(self, room: int) -> None:
        self.free = room
        self._words = np.zeros(room // 2, np.uint64)  # a power of two, so that a mask finds a word

    def add(self, hashes: Hashes) -> None:
        """Remember these."""
        self.free -= len(hashes)
        words, bits = self._of(hashes)
        while len(words):  # a word that is named twice in one assignment is written once: those left out come again
            self._words[words] |= bits
            missing = (self._words[words] & bits) != bits
            words, bits = words[missing], bits[missing]

    def may_hold(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Of each hash whether it may be there; False is certain."""
        words, bits = self._of(hashes)
        return np.asarray((self._words[words] & bits) == bits)

    def _of(self, hashes: Hashes) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        words = (hashes >> np.uint64(32)) & np.uint64(len(self._words) - 1)
        return words, PATTERNS[hashes & np.uint64(len(PATTERNS) - 1)]


class TakenIds:
    """The ids of every file that this process knows of."""

    def __init__(self) -> None:
        self._layers = [Layer(FIRST)]
        self._newest: dict[str, int] = {}  # digest of the index, row id
        self._below = 0  # every file below was taken in, and is committed

    def may_hold(self, session: Session, files: EvidenceFiles, hashes: Hashes) -> NDArray[np.bool_]:
        """Of each hash whether an event of that id may be on record; False is certain.

        Whoever asks holds the head of the ledger, so no file is put on record meanwhile.
        """
        self._follow(session, files)
        found = np.zeros(len(hashes), dtype=bool)
        for layer in self._layers:
            found |= layer.may_hold(hashes)
        return found

    def _follow(self, session: Session, files: EvidenceFiles) -> None:
        if self._below > (session.exec(select(func.max(EventBatch.id))).one() or 0):  # the store went back in time
            self._layers, self._newest, self._below = [Layer(FIRST)], {}, 0
        kept = select(EventBatch.id, EventBatch.digest, EventBatch.ids, EventBatch.rows)
        fresh = kept.where(col(EventBatch.id) > self._below, col(EventBatch.removed_at).is_(None))
        for place in map(Place._make, session.exec(fresh.order_by(col(EventBatch.id))).all()):
            if place.ids not in self._newest:
                self._add(_hashes_in(session, files, place))
            self._newest[place.ids] = place.id or 0
        self._below = max(self._below, max(self._newest.values(), default=0) - AGAIN)
        self._newest = {ids: row for ids, row in self._newest.items() if row > self._below}

    def _add(self, hashes: Hashes) -> None:
        while len(hashes):
            if not self._layers[-1].free:
                self._layers.append(Layer(FIRST << len(self._layers)))
            part = hashes[: self._layers[-1].free]
            self._layers[-1].add(part)
            hashes = hashes[len(part) :]


def taken_ids(files: EvidenceFiles) -> TakenIds:
    """What this process knows of the ids in this store's files."""
    known = _STORES.get(files.folder)
    if known is None:
        if len(_STORES) >= MOST_STORES:
            _STORES.clear()
        known = _STORES[files.folder] = TakenIds()
    return known


def _hashes_in(session: Session, files: EvidenceFiles, place: Place) -> Hashes:
    """The hashes of a file's ids, from its index; none where file and index are lost, which verification names."""
    try:
        index_of(session, files, place)
        return np.fromfile(files.path(place.ids), "<u8", place.rows)
    except (NotFound, CannotBeUnsealed):
        log.warning(
            "The ids in the events %s cannot be told: file and index are not there, or sealed without a key.",
            place.digest,
        )
        return np.zeros(0, np.uint64)
