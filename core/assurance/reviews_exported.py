"""The use case that takes an access review away: asks the rule, records it, then hands out every grant of it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from core.access.deciding import deciding
from core.access.reviewing.queries import ItemRow, item_count, items
from core.access.rules import Actor
from core.errors import Refused
from core.inventory.exporting import ExportedList, Format, export_refusals
from core.inventory.exporting.formats import Cell, Head, written
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store

COLUMNS = (
    "review", "grant", "person", "role", "reach", "reason", "granted_by", "confirmed_by", "granted_at", "ends_at",
    "used_at", "remark", "answer", "answered_by", "answered_at", "answer_reason",
)  # fmt: skip
AT_A_TIME = 500


def export_access_review(
    store: Store, ledger: Ledger, *, review: str, form: Format, actor: Actor, at: datetime
) -> ExportedList:
    """Every grant of the review, people by number; on record before the first byte leaves."""
    entity = Entity("access review", review)
    with deciding(store, ledger, "export an access review", entity=entity, actor=actor, at=at) as tx:
        reasons = export_refusals(actor)
        if reasons:
            raise Refused(reasons)
        count = item_count(tx.session, review)
        payload = {"format": form.value, "grants": count}
        ledger.record(tx, Event.ACCESS_REVIEW_EXPORTED, entity=entity, actor=actor, at=at, payload=payload)
    head = Head(f"Countersign access review {review}", at, "everything", count, COLUMNS)
    chunks = written(form, head, _rows(store, review, count), sheet="Grants", under="grants")
    return ExportedList(f"access-review-{review}.{form}", chunks)


def _rows(store: Store, review: str, count: int) -> Iterator[tuple[Cell, ...]]:
    with store.reading() as session:
        for first in range(0, count, AT_A_TIME):
            yield from (_cells(item) for item in items(session, review, offset=first, limit=AT_A_TIME))
            session.expunge_all()


def _cells(one: ItemRow) -> tuple[Cell, ...]:
    return (
        one.review, str(one.grant), one.person, one.role.value, one.reach, one.reason, one.granted_by,
        one.confirmed_by or "", _moment(one.granted_at), _moment(one.ends_at), _moment(one.used_at), one.remark,
        one.answer.value if one.answer else "", one.answered_by or "", _moment(one.answered_at), one.answer_reason,
    )  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""
