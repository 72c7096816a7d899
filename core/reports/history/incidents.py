"""Incidents and corrective actions as they stood: every field from the history that is kept of its changes."""

from sqlalchemy import Enum, select

from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.tables import Incident
from core.inventory.tables import FieldChange
from core.ledger.tables import table_of
from core.reports.history.rewinding import Values, Work
from core.store.base import Row
from core.store.types import Instant, instant

CHANGE = table_of(FieldChange).c
KINDS: dict[str, type[Row]] = {"incident": Incident, "action": CorrectiveAction}


def settle_incidents(work: Work) -> None:
    """Every incident and action that is read, with each field as it was before its first later change."""
    for kind, row in KINDS.items():
        if row not in work.rows:
            continue
        named = {str(one["number"]): one for one in work.of(row)}
        query = select(CHANGE.entity, CHANGE.field, CHANGE.old).where(
            CHANGE.entity_kind == kind, CHANGE.changed_at > work.as_of
        )
        restored: set[tuple[str, str]] = set()
        for entity, field, old in work.source.execute(query.order_by(CHANGE.id)):
            if entity in named and (entity, field) not in restored:
                restored.add((entity, field))
                _restore(named[entity], row, field, old)


def _restore(values: Values, row: type[Row], field: str, old: str) -> None:
    """Read the text of the history by the type of the column."""
    column = table_of(row).c[field]
    values[field] = _read(column.type, old, nullable=bool(column.nullable))


def _read(kind: object, old: str, *, nullable: bool) -> object:
    if old == "" and nullable:
        return None
    if isinstance(kind, Instant):
        return instant(int(old))
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(old)
    return old
