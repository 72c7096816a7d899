"""Takes down the columns of datasets and production data as they are met, each with what it seems to be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from core.access.rules import SYSTEM
from core.inventory.classes.beside import decided_elsewhere
from core.inventory.classes.proposing import proposals
from core.inventory.classes.queries import places
from core.inventory.classes.rules import Seen, Where
from core.inventory.classes.tables import DataColumn, DataHolder
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Ledger
from core.policy.keeping.rules import DataClass
from core.privacy.classes.meeting import Met, met_in_datasets, met_in_production
from core.store import EvidenceFiles, Store, Transaction

NOTING_JOB = "columns"
ACT = "columns.noted"
ORDER = tuple(DataClass)  # the least sensitive first
MOST_NAMED = 200  # columns that an entry of the ledger names


@dataclass(frozen=True)
class Noted:
    """How many records were looked at, and how many columns were new or seem to be something else now."""

    holders: int
    columns: int


def note_columns(
    store: Store, ledger: Ledger, files: EvidenceFiles, *, at: datetime, alive: Callable[[], bool] = lambda: True
) -> Noted:
    """Look at everything that came since the last look; one transaction for each record whose columns changed."""
    with store.reading() as session:
        met = [*met_in_datasets(session, files), *met_in_production(session, files)]
    columns = 0
    for one in met:
        with store.transaction() as tx:
            columns += _note(tx, ledger, one, at)
        if not alive():
            break
    return Noted(len(met), columns)


def _note(tx: Transaction, ledger: Ledger, met: Met, at: datetime) -> int:
    holder = locked_holder(tx, met.holder.id, at=at)
    holder.seen_evidence = max(holder.seen_evidence, met.evidence)
    holder.seen_batch = max(holder.seen_batch, met.batch)
    holder.seen_revision, holder.noted_at = max(holder.seen_revision, met.revision), at
    tx.session.add(holder)
    rows = {row.name: row for row in _rows(tx.session, met.holder.id)}
    seen = {**{name: _as_seen(row) for name, row in rows.items()}, **_joined(rows, met.columns)}
    decided = decided_elsewhere(tx.session, met.holder.id)
    before = {name: (row.data_class or row.proposed, row.holder) for name, row in rows.items() if name not in met.names}
    said = proposals(list(seen.values()), {**before, **decided})
    changed = dict[str, JsonValue]()
    for name, one in seen.items():
        row = rows.get(name)
        proposal = said[name]
        if row is None:
            row = DataColumn(
                holder=met.holder.id, name=name, met="", proposed=proposal.data_class,
                proposed_because=proposal.because[:500], noted_at=at,
            )  # fmt: skip
            changed[name] = proposal.data_class.value
        elif (
            name in met.names
            and row.data_class is None
            and (
                ORDER.index(proposal.data_class) > ORDER.index(row.proposed)  # of less only a person decides
                or (name in decided and proposal.data_class is not row.proposed)
            )
        ):
            row.proposed, row.proposed_because = proposal.data_class, proposal.because[:500]
            changed[name] = proposal.data_class.value
        row.met = ",".join(where.value for where in Where if where in one.where)
        tx.session.add(row)
    if changed:
        named = dict(list(changed.items())[:MOST_NAMED])
        payload: dict[str, JsonValue] = {"columns": len(changed), "proposed": named}
        ledger.record(tx, Event.COLUMNS_NOTED, entity=met.holder, actor=SYSTEM, at=at, payload=payload)
    return len(changed)


def locked_holder(tx: Transaction, holder: str, *, at: datetime) -> DataHolder:
    """The row of a holder, made where there is none; others who decide about it wait here."""
    insert = postgresql.insert if tx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = DataHolder(holder=holder, noted_at=at, revision=0).model_dump(exclude={"id"})
    tx.session.execute(insert(DataHolder).values(values).on_conflict_do_nothing())
    return tx.session.exec(select(DataHolder).where(DataHolder.holder == holder).with_for_update()).one()


def _rows(session: Session, holder: str) -> Sequence[DataColumn]:
    return session.exec(
        select(DataColumn).where(DataColumn.holder == holder).order_by(col(DataColumn.id)).with_for_update()
    ).all()


def _as_seen(row: DataColumn) -> Seen:
    return Seen(row.name, frozenset(places(row.met)))


def _joined(rows: dict[str, DataColumn], columns: Sequence[Seen]) -> dict[str, Seen]:
    """What was met now, with where it had been met before."""
    return {
        one.name: Seen(
            one.name,
            one.where | (frozenset(places(rows[one.name].met)) if one.name in rows else frozenset()),
            one.kinds,
            one.sensitive,
        )
        for one in columns
    }
