"""The use case that takes the register away: asks the rule, records it, then hands out the rows as they are read."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from core.access.deciding import deciding
from core.access.queries import names
from core.access.rules import Actor
from core.errors import Refused
from core.inventory.exporting import ExportedList, Format, export_refusals
from core.inventory.exporting.formats import Cell, Head, written
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.register.queries import register, summary
from core.register.values import Item, RegisterFilter, Summary
from core.store import Store

COLUMNS = (
    "number", "kind", "source", "title", "severity", "state", "overdue", "owner", "owner_name", "role", "model",
    "model_name", "version", "belongs_to", "raised_at", "due_at", "closed_at", "evidence", "links", "came_back",
)  # fmt: skip
AT_A_TIME = 500


def export_register(
    store: Store,
    ledger: Ledger,
    narrowed: RegisterFilter,
    *,
    form: Format,
    in_words: str,
    actor: Actor,
    at: datetime,
) -> ExportedList:
    """Every item of the filter, in the order of the page; what leaves is on record before the first byte does."""
    entity = Entity("register", "findings")
    with deciding(store, ledger, "export the register", entity=entity, actor=actor, at=at) as tx:
        reasons = export_refusals(actor)
        if reasons:
            raise Refused(reasons)
        counts = summary(tx.session, narrowed, at=at)
        payload = {"format": form.value, "filter": in_words, "items": counts.of()}
        ledger.record(tx, Event.REGISTER_EXPORTED, entity=entity, actor=actor, at=at, payload=payload)
    head = Head("Countersign register of findings", at, in_words, counts.of(), COLUMNS)
    chunks = written(form, head, _rows(store, narrowed, counts, at), sheet="Findings", under="findings")
    return ExportedList(f"findings-{at:%Y%m%d-%H%M%S}.{form}", chunks)


def _rows(store: Store, narrowed: RegisterFilter, counts: Summary, at: datetime) -> Iterator[tuple[Cell, ...]]:
    with store.reading() as session:
        known = names(session)
        for first in range(0, counts.of(), AT_A_TIME):
            page = register(session, narrowed, at=at, counts=counts, limit=AT_A_TIME, offset=first)
            yield from (_cells(item, known, at) for item in page.rows)
            session.expunge_all()  # what was written is not kept


def _cells(one: Item, known: Mapping[str, str], at: datetime) -> tuple[Cell, ...]:
    return (
        one.number, one.kind.value, one.source.value, one.title, one.severity.value, one.state.value,
        "yes" if one.overdue(at) else "no", one.owner, known.get(one.owner, ""), one.role, one.model, one.model_name,
        one.version, one.parent, _moment(one.raised_at), _moment(one.due_at), _moment(one.closed_at), one.evidence,
        one.links, one.repeat,
    )  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""
