"""People decide on columns in which personal data was found: allowed here, a false alarm, or to stay out."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.personal_data import ScanResult
from core.access.personal_data.tables import ColumnDecision, ColumnFound, ColumnVerdict
from core.access.personal_data.taught import put_up
from core.access.rules import Actor, Permission, permission_refusals
from core.errors import NotFound, Refused
from core.inventory.moves import load_model
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.privacy.text_rules import (
    ColumnFacts,
    column_refusals,
    reason_refusals,
    until_refusals,
    withdrawal_refusals,
)
from core.store import Store
from core.store.numbers import next_number


def ask_about_columns(
    store: Store, ledger: Ledger, *, model: str, where: str, scan: ScanResult, besides: Collection[str] = (),
    actor: Actor, at: datetime,
) -> tuple[str, ...]:  # fmt: skip
    """Put the columns that stop a table up for somebody else's decision; answers their numbers."""
    entity = Entity("model", model)
    with deciding(store, ledger, "ask about a column", entity=entity, actor=actor, at=at) as tx:
        load_model(tx.session, model)
        if reasons := permission_refusals(actor, Permission.EVIDENCE_UPLOAD):
            raise Refused(reasons)
        numbers = put_up(tx.session, scan, scope=model, where=where, besides=besides, by=actor.id, at=at)
        payload: dict[str, JsonValue] = {"findings": list(numbers), "where": where}
        ledger.record(tx, Event.COLUMN_ASKED, entity=entity, actor=actor, at=at, payload=payload)
        return numbers


def decide_column(
    store: Store,
    ledger: Ledger,
    *,
    finding: str,
    verdict: ColumnVerdict,
    reason: str,
    until: datetime,
    actor: Actor,
    at: datetime,
) -> str:
    """Decide on a column that stopped a table; later scans of the model and column follow. Answers the number."""
    with store.reading() as session:
        entity = _entity(load_found(session, finding).scope)
    with deciding(store, ledger, "decide on a column", entity=entity, actor=actor, at=at) as tx:
        row = load_found(tx.session, finding, to_change=True)
        facts = ColumnFacts(row.handed_in_by, row.decision)
        reasons = (*column_refusals(facts, actor), *reason_refusals(reason), *until_refusals(until, at))
        if reasons:
            raise Refused(reasons)
        made = ColumnDecision(
            number=next_number(tx.session, "DC"), finding=row.number, scope=row.scope, column_name=row.column_name,
            kinds=row.kinds, verdict=verdict, reason=reason.strip(), until=until, decided_by=actor.id, decided_at=at,
        )  # fmt: skip
        row.decision = made.number
        tx.session.add(made)
        tx.session.add(row)
        payload: dict[str, JsonValue] = {
            "decision": made.number, "finding": row.number, "column": row.column_name, "kinds": row.kinds,
            "verdict": verdict.value, "reason": made.reason, "until": until.isoformat(),
        }  # fmt: skip
        ledger.record(tx, Event.COLUMN_DECIDED, entity=entity, actor=actor, at=at, payload=payload)
        return made.number


def withdraw_decision(store: Store, ledger: Ledger, *, decision: str, reason: str, actor: Actor, at: datetime) -> None:
    """Let a decision count no more, at any time; the next scan stops the column again."""
    with store.reading() as session:
        entity = _entity(load_decision(session, decision).scope)
    with deciding(store, ledger, "withdraw a decision on a column", entity=entity, actor=actor, at=at) as tx:
        row = load_decision(tx.session, decision, to_change=True)
        reasons = (*withdrawal_refusals(row.withdrawn_at is not None, actor), *reason_refusals(reason))
        if reasons:
            raise Refused(reasons)
        row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = actor.id, at, reason.strip()
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"decision": row.number, "column": row.column_name, "reason": reason.strip()}
        ledger.record(tx, Event.COLUMN_DECISION_WITHDRAWN, entity=entity, actor=actor, at=at, payload=payload)


def load_found(session: Session, number: str, *, to_change: bool = False) -> ColumnFound:
    """The column put up under this number; raises `NotFound`."""
    query = select(ColumnFound).where(ColumnFound.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("finding of personal data", number)
    return row


def load_decision(session: Session, number: str, *, to_change: bool = False) -> ColumnDecision:
    """The decision of this number; raises `NotFound`."""
    query = select(ColumnDecision).where(ColumnDecision.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("decision on personal data", number)
    return row


def _entity(scope: str) -> Entity:
    return Entity("dataset" if scope.startswith("D") else "model", scope)
