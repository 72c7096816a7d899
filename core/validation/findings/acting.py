"""What every act on a finding shares: load it, save it by compare-and-set, keep the act, put it on record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.errors import Conflict, NotFound, Refusal, Refused
from core.inventory.moves import version_by_id
from core.inventory.tables import Model, ModelVersion
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.store import Transaction
from core.validation.findings.raising import entity_of
from core.validation.rules import FindingChange
from core.validation.tables import Finding, FindingAct


@dataclass(frozen=True)
class Done:
    """An act that is on record: the finding, and the index of its entry."""

    finding: str
    entry: int


@dataclass(frozen=True)
class Loaded:
    """A finding with the version and the model that it is about."""

    finding: Finding
    model: Model
    version: ModelVersion


@dataclass(frozen=True)
class Act:
    """An act in words: what was done, why or what was said, and what stood before and after where something moved."""

    what: FindingChange
    event: Event
    text: str
    before: str = ""
    after: str = ""


def load_finding(session: Session, number: str) -> Loaded:
    """The finding with this number; raises `NotFound`."""
    row = session.exec(select(Finding).where(Finding.number == number)).first()
    if row is None:
        raise NotFound("finding", number)
    model, version = version_by_id(session, row.version_id)
    return Loaded(row, model, version)


def refuse(reasons: tuple[Refusal, ...]) -> None:
    """Raise every reason at once, if there is one."""
    if reasons:
        raise Refused(reasons)


def save(tx: Transaction, row: Finding, values: Mapping[str, object]) -> None:
    """Compare-and-set on the revision; raises `Conflict`."""
    done = tx.session.execute(
        update(Finding)
        .where(col(Finding.id) == row.id, col(Finding.revision) == row.revision)
        .values(**values, revision=row.revision + 1)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE gives a cursor result
        raise Conflict(f"revision {row.revision}", "a newer one", f"Finding {row.number}")


def recorded(
    tx: Transaction, ledger: Ledger, loaded: Loaded, act: Act, *, actor: Actor, at: datetime, **more: JsonValue
) -> Done:
    """Keep the act with the finding and in the ledger."""
    row = loaded.finding
    tx.session.add(
        FindingAct(
            finding_id=row.id or 0, what=act.what.value, text=act.text, before=act.before, after=act.after,
            by=actor.acting_as, at=at,
        )
    )  # fmt: skip
    payload: dict[str, JsonValue] = {"finding": row.number, "text": act.text, **more}
    if act.after:
        payload |= {"from": act.before, "to": act.after}
    entity = entity_of(loaded.model, loaded.version)
    entry = ledger.record(tx, act.event, entity=entity, actor=actor, at=at, payload=payload)
    return Done(row.number, entry.index)
