"""Puts on record what the gate met in a transaction: kinds and places, and the texts that wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core.access.personal_data.entrances import Entrance, Handling
from core.access.personal_data.gate import Found
from core.access.personal_data.sealing import sealed
from core.access.personal_data.tables import HeldText, PlaceSeen
from core.access.rules import Actor
from core.errors import Refusal
from core.ledger.events import Event
from core.ledger.head import read_head
from core.ledger.service import Entity, Ledger
from core.store import Transaction
from core.store.numbers import next_number
from core.store.types import EPOCH

MET = "personal data met"
RELEASED = "countersign_released"  # option of the one statement that writes what a person released
TEXT_REFUSED = "personal-data-text"


@dataclass(frozen=True)
class Met:
    """A text that did not pass as it was: the row and column where it stands, as it was and as it may stand."""

    row: Any
    table: str
    column: str
    named: str
    entrance: Entrance
    handling: Handling
    findings: tuple[Found, ...]
    original: str
    masked: str

    @property
    def words(self) -> str:
        return ", ".join(f"{found.kind} ({found.count})" for found in self.findings)


def note_met(tx: Transaction, ledger: Ledger, *, entity: Entity, actor: Actor, at: datetime) -> None:
    """The last step of a decided act: everything the gate met in it, and a text on hold for each that waits."""
    found: list[Met] = tx.session.info.pop(MET, [])
    for one in found:
        places = sum(each.count for each in one.findings)
        _seen(tx.session, one.entrance, one.handling, one.named, one.words, places, entity, at)
        if one.handling is Handling.PERSON and isinstance(getattr(one.row, "id", None), int):
            _hold(tx, ledger, one, entity=entity, actor=actor, at=at)


def note_left(session: Session) -> None:
    """What was met outside a decided act, by a program: at the time of the ledger's last entry, for it has no other."""
    left: list[Met] = session.info.pop(MET, [])
    at = read_head(session).last_at if left else EPOCH
    for one in left:
        places = sum(each.count for each in one.findings)
        _seen(session, one.entrance, one.handling, one.named, one.words, places, Entity(one.table, ""), at)


def note_refused(session: Session, refusals: Sequence[Refusal], *, entity: Entity, at: datetime) -> None:
    """What was blocked, by kind and place: a refusal names nothing else."""
    for refusal in refusals:
        if refusal.code == TEXT_REFUSED:
            named, _, words = refusal.message.removeprefix("The ").partition(" holds personal data: ")
            _seen(session, Entrance.RECORD, Handling.BLOCK, named, words, 1, entity, at)


def _seen(
    session: Session, entrance: Entrance, handling: Handling, place: str, words: str, places: int, entity: Entity,
    at: datetime,
) -> None:  # fmt: skip
    session.add(
        PlaceSeen(
            at=at, entrance=entrance, handling=handling, place=place[:200], kinds=words[:400], places=places,
            entity_kind=entity.kind[:40], entity_id=entity.id[:200],
        )
    )  # fmt: skip


def _hold(tx: Transaction, ledger: Ledger, one: Met, *, entity: Entity, actor: Actor, at: datetime) -> None:
    number = next_number(tx.session, "HT")
    tx.session.add(
        HeldText(
            number=number, in_table=one.table, in_column=one.column, in_row=one.row.id, entity_kind=entity.kind[:40],
            entity_id=entity.id[:200], place=one.named[:200], masked=one.masked, kinds=one.words[:400],
            sealed=sealed(ledger.keyring.folder, one.original, number=number), author=actor.id, held_at=at,
        )
    )  # fmt: skip
    payload = {"text": number, "place": one.named, "kinds": one.words}
    ledger.record(tx, Event.TEXT_HELD, entity=entity, actor=actor, at=at, payload=payload)
