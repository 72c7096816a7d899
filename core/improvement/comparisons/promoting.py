"""A comparison that recommends it leads to a change request, and to nothing else: change control moves versions."""

from datetime import datetime

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.approval.rollout.texts import refuse
from core.approval.service import Changed, request_change
from core.approval.service.against import standing_against_request
from core.errors import Refusal
from core.improvement.comparisons.asking import load_comparison
from core.improvement.comparisons.rules import promotion_refusals
from core.improvement.comparisons.tables import Comparison
from core.inventory.moves import version_by_id
from core.inventory.rules import Line
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.store import Store, Transaction

ACT = "request the promotion of a challenger"


def request_promotion(
    store: Store, ledger: Ledger, *, comparison: str, rationale: str, actor: Actor, at: datetime
) -> Changed:
    """Request that the challenger go into production, with the comparison linked; its votes and rollout follow."""
    with deciding(store, ledger, ACT, entity=Entity("comparison", comparison), actor=actor, at=at) as tx:
        row = load_comparison(tx.session, comparison)
        refuse((*_own(tx.session, row), *permission_refusals(actor, Permission.CHANGE_REQUEST)))
        model, challenger = version_by_id(tx.session, row.challenger_id)

    def linked(tx: Transaction, change: Changed) -> None:
        row = load_comparison(tx.session, comparison, to_change=True)
        refuse(_own(tx.session, row))
        row.change = change.change
        tx.session.add(row)
        here, there = Ref(RecordKind.COMPARISON, comparison), Ref(RecordKind.CHANGE, change.change)
        link(tx, here, there, by=actor.acting_as, at=at)
        payload: dict[str, JsonValue] = {"comparison": comparison, "change": change.change}
        entity = Entity("version", f"{model.number} {challenger.version}")
        ledger.record(tx, Event.COMPARISON_PROMOTED, entity=entity, actor=actor, at=at, payload=payload)

    return request_change(
        store,
        ledger,
        model=model.number,
        version=challenger.version,
        rationale=rationale,
        also=linked,
        actor=actor,
        at=at,
    )


def against_promotion(session: Session, row: Comparison, actor: Actor) -> tuple[Refusal, ...]:
    """What stands against the request: the comparison's own rule, then that of change control."""
    model, challenger = version_by_id(session, row.challenger_id)
    own = _own(session, row)
    codes = {one.code for one in own}
    theirs = standing_against_request(session, model.number, challenger.version, actor)
    return (*own, *(one for one in theirs if one.code not in codes))


def _own(session: Session, row: Comparison) -> tuple[Refusal, ...]:
    _, challenger = version_by_id(session, row.challenger_id)
    return promotion_refusals(
        row.status, row.recommendation, experimental=challenger.line is Line.EXPERIMENTAL, change=row.change
    )
