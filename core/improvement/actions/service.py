"""The use cases of an action: open it, within another act or by itself; do, extend, give away; verify or send back."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission
from core.errors import NotFound, Problem, Unreadable
from core.improvement.actions.rules import (
    Act,
    ActionFacts,
    ActionKind,
    ActionStatus,
    action_refusals,
    open_refusals,
    owner_refusals,
)
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.record import Done, refs_said
from core.improvement.incidents.rules import text_refusals
from core.improvement.keeping import TEXT, TITLE, check_texts, lacking, refuse, save
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.links import RecordKind, Ref, link
from core.monitoring.alerts.raising import settle_alert
from core.store import Store, Transaction
from core.store.numbers import next_number
from core.validation.rules import Severity


@dataclass(frozen=True)
class NewAction:
    """What somebody is to do by a day; `about` are the records that it came from: an incident, a finding, a review."""

    kind: ActionKind
    title: str
    owner: str
    due_at: datetime
    about: tuple[Ref, ...] = ()
    severity: Severity = Severity.MEDIUM
    detail: str = ""


def start_action(store: Store, ledger: Ledger, *, new: NewAction, actor: Actor, at: datetime) -> Done:
    """Open a corrective or preventive action as an act of its own."""
    entity, of = Entity("action", "new"), [Entity(ref.kind.value, ref.number) for ref in new.about]
    with deciding(store, ledger, Act.OPEN, entity=entity, of=of, actor=actor, at=at) as tx:
        refuse(open_refusals(actor))
        return _open(tx, ledger, new, actor=actor, at=at)


def open_action(tx: Transaction, ledger: Ledger, new: NewAction, *, actor: Actor, at: datetime) -> str:
    """Open an action in the transaction of the act that decided on it, which asks for the permission; its number."""
    return _open(tx, ledger, new, actor=actor, at=at).number


def _open(tx: Transaction, ledger: Ledger, new: NewAction, *, actor: Actor, at: datetime) -> Done:
    _check(new, at)
    may_act = not lacking(tx.session, [new.owner], Permission.INCIDENT_HANDLE, at=at)
    refuse(owner_refusals(new.owner, may_act=may_act))
    row = CorrectiveAction(
        number=next_number(tx.session, "ACT"), kind=new.kind, severity=new.severity, title=new.title.strip(),
        detail=new.detail.strip(), owner=new.owner, due_at=new.due_at, opened_by=actor.acting_as, opened_at=at,
    )  # fmt: skip
    tx.session.add(row)
    tx.session.flush()
    refs = tuple(dict.fromkeys(new.about))
    for ref in refs:
        link(tx, ref, Ref(RecordKind.ACTION, row.number), by=actor.acting_as, at=at)
    payload = {
        "title": row.title, "kind": row.kind.value, "severity": row.severity.value, "owner": row.owner,
        "due": row.due_at.isoformat(), "detail": row.detail, "about": refs_said(refs),
    }  # fmt: skip
    return recorded_action(tx, ledger, Event.ACTION_OPENED, row, dict(payload), actor=actor, at=at)


def report_action_done(
    store: Store,
    ledger: Ledger,
    *,
    action: str,
    done: str,
    evidence: tuple[str, ...] = (),
    expected_revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> Done:
    """Say what was done; `evidence` names what shows it: runs, changes, documents, or the digest of a file."""
    check_texts(TEXT, done=done)
    shown = ", ".join(dict.fromkeys(one.strip() for one in evidence if one.strip()))
    check_texts(1000, evidence=shown)
    with deciding(store, ledger, Act.DONE, entity=Entity("action", action), actor=actor, at=at) as tx:
        row = _allowed(tx, action, Act.DONE, actor, account=done)
        values = {
            "status": ActionStatus.DONE, "done": done.strip(), "evidence": shown, "done_by": actor.id, "done_at": at,
            "sent_back": "",
        }  # fmt: skip
        save(tx, row, values, expected=expected_revision, actor=actor, at=at)
        settle_alert(tx, ledger, overdue_key(action), said="It is reported as done.", at=at)
        payload = {"text": done.strip(), "evidence": shown}
        return recorded_action(tx, ledger, Event.ACTION_DONE, row, dict(payload), actor=actor, at=at)


def extend_action(
    store: Store, ledger: Ledger, *, action: str, due_at: datetime, reason: str, actor: Actor, at: datetime
) -> Done:
    """Give it more time, or less, with a reason; somebody other than its owner does."""
    check_texts(TEXT, reason=reason)
    _check_due(due_at, at)
    with deciding(store, ledger, Act.EXTEND, entity=Entity("action", action), actor=actor, at=at) as tx:
        row = _allowed(tx, action, Act.EXTEND, actor, reason=reason)
        former = row.due_at
        save(tx, row, {"due_at": due_at}, reason=reason, actor=actor, at=at)
        settle_alert(tx, ledger, overdue_key(action), said="It was given more time.", at=at)
        payload = {"from": former.isoformat(), "to": due_at.isoformat(), "reason": reason.strip()}
        return recorded_action(tx, ledger, Event.ACTION_EXTENDED, row, dict(payload), actor=actor, at=at)


def reassign_action(
    store: Store, ledger: Ledger, *, action: str, owner: str, reason: str, actor: Actor, at: datetime
) -> Done:
    """Give it to somebody else."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.REASSIGN, entity=Entity("action", action), actor=actor, at=at) as tx:
        row = _allowed(tx, action, Act.REASSIGN, actor, reason=reason)
        may_act = not lacking(tx.session, [owner], Permission.INCIDENT_HANDLE, at=at)
        refuse(owner_refusals(owner, may_act=may_act))
        former = row.owner
        save(tx, row, {"owner": owner}, reason=reason, actor=actor, at=at)
        payload = {"from": former, "to": owner, "reason": reason.strip()}
        return recorded_action(tx, ledger, Event.ACTION_REASSIGNED, row, dict(payload), actor=actor, at=at)


def send_action_back(store: Store, ledger: Ledger, *, action: str, reason: str, actor: Actor, at: datetime) -> Done:
    """What was reported as done is not enough."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.SEND_BACK, entity=Entity("action", action), actor=actor, at=at) as tx:
        row = _allowed(tx, action, Act.SEND_BACK, actor, reason=reason)
        values = {"status": ActionStatus.OPEN, "done_by": None, "done_at": None, "sent_back": reason.strip()}
        save(tx, row, values, reason=reason, actor=actor, at=at)
        return recorded_action(tx, ledger, Event.ACTION_SENT_BACK, row, {"reason": reason.strip()}, actor=actor, at=at)


def verify_action(store: Store, ledger: Ledger, *, action: str, text: str, actor: Actor, at: datetime) -> Done:
    """What was done holds: the action is verified closed."""
    check_texts(TEXT, verification=text)
    with deciding(store, ledger, Act.VERIFY, entity=Entity("action", action), actor=actor, at=at) as tx:
        row = _allowed(tx, action, Act.VERIFY, actor, verification=text)
        values = {
            "status": ActionStatus.VERIFIED, "verification": text.strip(), "verified_by": actor.id, "verified_at": at,
        }  # fmt: skip
        save(tx, row, values, actor=actor, at=at)
        return recorded_action(tx, ledger, Event.ACTION_VERIFIED, row, {"text": text.strip()}, actor=actor, at=at)


def carry_over(store: Store, ledger: Ledger, *, action: str, reason: str, actor: Actor, at: datetime) -> Done:
    """It stays open and is followed up, and the incident may close before it is done."""
    check_texts(TEXT, reason=reason)
    with deciding(store, ledger, Act.CARRY_OVER, entity=Entity("action", action), actor=actor, at=at) as tx:
        row = _allowed(tx, action, Act.CARRY_OVER, actor, reason=reason)
        save(tx, row, {"carried_over": reason.strip(), "carried_by": actor.id}, reason=reason, actor=actor, at=at)
        return recorded_action(
            tx, ledger, Event.ACTION_CARRIED_OVER, row, {"reason": reason.strip()}, actor=actor, at=at
        )


def load_action(session: Session, number: str, *, to_change: bool = False) -> CorrectiveAction:
    """The action with this number, held until the transaction ends where it is `to_change`; raises `NotFound`."""
    query = select(CorrectiveAction).where(CorrectiveAction.number == number)
    row = session.exec(query.with_for_update() if to_change else query).first()
    if row is None:
        raise NotFound("action", number)
    return row


def overdue_key(action: str) -> str:
    """What the alert of an overdue action is known by."""
    return f"overdue action {action}"


def action_facts(row: CorrectiveAction) -> ActionFacts:
    """What the rules ask for."""
    return ActionFacts(row.status, row.owner, row.done_by)


def _allowed(tx: Transaction, number: str, act: Act, actor: Actor, **texts: str) -> CorrectiveAction:
    row = load_action(tx.session, number, to_change=True)
    refuse((*action_refusals(action_facts(row), act, actor), *text_refusals(**texts)))
    return row


def _check(new: NewAction, at: datetime) -> None:
    check_texts(TITLE, title=new.title)
    check_texts(TEXT, detail=new.detail)
    if not new.title.strip():
        raise Unreadable([Problem("is empty", column="title", expected="what is to be done")])
    _check_due(new.due_at, at)


def _check_due(due_at: datetime, at: datetime) -> None:
    if due_at <= at:
        found = f"{due_at:%Y-%m-%d}"
        raise Unreadable([Problem("not a day to come", column="due date", found=found, expected="when it is done")])


def recorded_action(
    tx: Transaction,
    ledger: Ledger,
    event: Event,
    row: CorrectiveAction,
    payload: dict[str, JsonValue],
    *,
    actor: Actor,
    at: datetime,
) -> Done:
    """Put what was done with the action on record; empty particulars are left out."""
    said = {name: value for name, value in payload.items() if value != ""}
    entry = ledger.record(tx, event, entity=Entity("action", row.number), actor=actor, at=at, payload=said)
    return Done(row.number, entry.index)
