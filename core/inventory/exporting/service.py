"""The use case that takes the list away: asks the rule, records it, then hands out the rows as they are read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.queries import names
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal, Refused
from core.inventory.exporting.formats import Cell, Format, Head, written
from core.inventory.queries import InventoryFilter, InventoryRow, Sort, inventory_ids, inventory_rows
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

COLUMNS = (
    "number", "name", "business_line", "owner", "owner_name", "developer", "developer_name", "vendor", "scope",
    "exposure", "purpose_class", "tier", "packs", "version", "stage", "version_in_production", "next_review",
    "registered_at", "retired_at",
)  # fmt: skip
AT_A_TIME, MOST = 500, 1_000_000


@dataclass(frozen=True)
class ExportedList:
    """A file on its way: its name and its bytes as they come."""

    filename: str
    chunks: Iterator[bytes]


def export_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot take the list away."""
    return permission_refusals(actor, Permission.EXPORT_MAKE)


def export_inventory(
    store: Store,
    ledger: Ledger,
    narrowed: InventoryFilter,
    *,
    form: Format,
    in_words: str,
    sort: Sort | None = None,
    descending: bool = False,
    actor: Actor,
    at: datetime,
) -> ExportedList:
    """Every model of the filter, in its order; what leaves is on record before the first byte does.

    `in_words` says the filter in the file. Which models are in it is settled here; a model that changes while the
    file is read shows as it is then.
    """
    with deciding(
        store, ledger, "export the inventory", entity=Entity("inventory", "models"), actor=actor, at=at
    ) as tx:
        reasons = export_refusals(actor)
        if reasons:
            raise Refused(reasons)
        ids, total = inventory_ids(tx.session, narrowed, limit=MOST, offset=0, sort=sort, descending=descending)
        payload = {"format": form.value, "filter": in_words, "models": total}
        entity = Entity("inventory", "models")
        ledger.record(tx, Event.INVENTORY_EXPORTED, entity=entity, actor=actor, at=at, payload=payload)
    head = Head("Countersign model inventory", at, in_words, total, COLUMNS)
    chunks = written(form, head, _rows(store, list(ids)))
    return ExportedList(f"inventory-{at:%Y%m%d-%H%M%S}.{form}", chunks)


def _rows(store: Store, ids: list[int]) -> Iterator[tuple[Cell, ...]]:
    with store.reading() as session:
        known = names(session)
        for first in range(0, len(ids), AT_A_TIME):
            yield from (_cells(row, known) for row in _some(session, ids[first : first + AT_A_TIME]))


def _some(session: Session, ids: list[int]) -> tuple[InventoryRow, ...]:
    rows = inventory_rows(session, ids)
    session.expunge_all()  # what was written is not kept
    return rows


def _cells(row: InventoryRow, known: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        row.number, row.name, row.business_line, row.owner, known.get(row.owner, ""), row.developer,
        known.get(row.developer, ""), row.vendor, row.scope.value, row.exposure.value, row.purpose_class.value,
        row.tier, " ".join(row.packs), row.version or "", row.stage.value if row.stage else "", row.production or "",
        _moment(row.next_review), _moment(row.registered_at), _moment(row.retired_at),
    )  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""
