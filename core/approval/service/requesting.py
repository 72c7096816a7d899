"""Requests approval of a validated version, withdraws the request, and resumes it after a new validation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from core.access.deciding import deciding
from core.access.rules import Actor
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change, open_change
from core.approval.rules import ChangeStatus, refusals, request_refusals
from core.approval.tables import ChangeRequest, ChecklistItem
from core.errors import Refusal, Refused, Unreadable
from core.inventory.intake import LONG, text_problems
from core.inventory.moves import facts_of, load_version, move, record_part
from core.inventory.rules import Action, Duty
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.rules import ChecklistTemplate
from core.policy.service import policy_by_id, policy_in_force
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.rules import reason_refusals


@dataclass(frozen=True)
class Changed:
    """What became of a change request, and the ledger entry that says so."""

    change: str
    status: ChangeStatus
    entry: int


def standing_against_request(session: Session, model: str, version: str, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason against requesting approval of this version, for the button as for the use case."""
    _, row = load_version(session, model, version)
    pending = open_change(session, row)
    return request_refusals(facts_of(session, row), pending.number if pending else None, actor)


def request_change(
    store: Store, ledger: Ledger, *, model: str, version: str, rationale: str, actor: Actor, at: datetime
) -> Changed:
    """Request that a validated version go into production; its checklist and quorum stay as the policy says now."""
    check_text("rationale", rationale)
    entity = Entity("version", f"{model} {version}")
    with deciding(store, ledger, Action.REQUEST_CHANGE, entity=entity, actor=actor, at=at) as tx:
        model_row, row = load_version(tx.session, model, version)
        standing = standing_against_request(tx.session, model, version, actor)
        refuse((*standing, *reason_refusals(rationale, "The rationale")))
        move(tx, row, Action.REQUEST_CHANGE)
        record_part(tx, row, actor, Duty.DEVELOPMENT, at)
        change = _change_row(tx, model_row, row, rationale, actor=actor, at=at)
        entry = ledger.record(
            tx,
            Event.CHANGE_REQUESTED,
            entity=Entity("change", change.number),
            actor=actor,
            at=at,
            payload={
                "version": f"{model} {version}",
                "evidence": row.evidence_digest,
                "quorum": change.quorum,
                "rationale": rationale,
            },
        )
        return Changed(change.number, change.status, entry.index)


def withdraw_change(store: Store, ledger: Ledger, *, change: str, reason: str, actor: Actor, at: datetime) -> Changed:
    """Take an open request back; a version in approval is then validated as before."""
    check_text("reason", reason)
    with deciding(store, ledger, Action.WITHDRAW_CHANGE, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        standing = refusals(change_facts(tx.session, record, actor.id), Action.WITHDRAW_CHANGE, actor)
        refuse((*standing, *reason_refusals(reason, "The reason")))
        move(tx, record.version, Action.WITHDRAW_CHANGE)
        void_votes(tx, ledger, record, actor=actor, at=at)
        settle(tx, record.change, ChangeStatus.WITHDRAWN, decided_at=at)
        entry = ledger.record(
            tx,
            Event.CHANGE_WITHDRAWN,
            entity=Entity("change", change),
            actor=actor,
            at=at,
            payload={"version": name_of(record), "reason": reason},
        )
        return Changed(change, ChangeStatus.WITHDRAWN, entry.index)


def resume_change(store: Store, ledger: Ledger, *, change: str, actor: Actor, at: datetime) -> Changed:
    """Bring an open request back to the approvers once its version is validated again: votes begin anew."""
    with deciding(store, ledger, Action.RESUME_CHANGE, entity=Entity("change", change), actor=actor, at=at) as tx:
        record = load_change(tx.session, change, to_decide=True)
        refuse(refusals(change_facts(tx.session, record, actor.id), Action.RESUME_CHANGE, actor))
        move(tx, record.version, Action.RESUME_CHANGE)
        record_part(tx, record.version, actor, Duty.DEVELOPMENT, at)
        void_votes(tx, ledger, record, actor=actor, at=at)
        for answer in record.answers:
            answer.frozen_at = None
        policy = policy_by_id(tx.session, record.change.policy_version_id).policy
        record.change.due_at = at + timedelta(days=policy.decision_days(record.model.tier))
        settle(tx, record.change, ChangeStatus.REQUESTED)
        payload = {"version": name_of(record), "evidence": record.version.evidence_digest}
        entry = ledger.record(
            tx, Event.CHANGE_RETURNED, entity=Entity("change", change), actor=actor, at=at, payload=payload
        )
        return Changed(change, ChangeStatus.REQUESTED, entry.index)


def void_votes(tx: Transaction, ledger: Ledger, record: ChangeRecord, *, actor: Actor, at: datetime) -> None:
    """Mark every vote of the round that ends as void, each on record."""
    for vote in record.votes:
        if vote.voided_at is None:
            vote.voided_at = at
            tx.session.add(vote)
            payload = {"person": vote.person, "choice": vote.choice.value, "evidence": vote.evidence_digest}
            entity = Entity("change", record.change.number)
            ledger.record(tx, Event.VOTE_VOIDED, entity=entity, actor=actor, at=at, payload=payload)


def settle(tx: Transaction, change: ChangeRequest, status: ChangeStatus, *, decided_at: datetime | None = None) -> None:
    """Give a locked change its new status."""
    change.status = status
    change.decided_at = decided_at or change.decided_at
    change.revision += 1
    tx.session.add(change)
    tx.session.flush()


def name_of(record: ChangeRecord) -> str:
    """The version in words that people know: `M0001 1.2.0`."""
    return f"{record.model.number} {record.version.version}"


def check_text(field: str, value: str, longest: int = LONG) -> None:
    """Raise `Unreadable` for a text that is too long or holds characters that cannot be shown."""
    problems = list(text_problems(field, value, longest=longest, required=False))
    if problems:
        raise Unreadable(problems)


def refuse(reasons: Sequence[Refusal]) -> None:
    """Raise `Refused` with every reason, if there is one."""
    if reasons:
        raise Refused(reasons)


def _change_row(
    tx: Transaction, model: Model, version: ModelVersion, rationale: str, *, actor: Actor, at: datetime
) -> ChangeRequest:
    published = policy_in_force(tx.session, at=at)
    row = ChangeRequest(
        number=next_number(tx.session, "CR"),
        version_id=key_of(version),
        policy_version_id=published.id,
        rationale=rationale,
        quorum=published.policy.quorum(model.tier),
        requested_by=actor.id,
        requested_at=at,
        due_at=at + timedelta(days=published.policy.decision_days(model.tier)),
    )
    tx.session.add(row)
    tx.session.flush()
    templates = published.policy.checklist(model.tier, model.packs.split())
    tx.session.add_all(_item_row(row, position, item) for position, item in enumerate(templates, start=1))
    return row


def _item_row(change: ChangeRequest, position: int, item: ChecklistTemplate) -> ChecklistItem:
    return ChecklistItem(
        change_id=key_of(change),
        position=position,
        code=item.code,
        title=item.title,
        guidance=item.guidance,
        source=item.source,
        required=item.required,
    )
