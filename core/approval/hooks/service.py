"""Administrators name the addresses that are told and the senders that are heard, and renew their secrets."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor, Permission, permission_refusals
from core.approval.hooks.tables import CodeHook, Forge, WebhookEndpoint
from core.approval.rollout.texts import refuse
from core.errors import NotFound, Problem, Refusal, Unreadable
from core.jobs.outbox import service as outbox
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.store import Store
from core.store.numbers import next_number

ADD, CLOSE, RENEW, REPEAT = "add a webhook", "close a webhook", "renew a webhook's secret", "send a message again"
LONGEST = 1000


@dataclass(frozen=True)
class Added:
    """The number of an endpoint or a sender, and the ledger entry that says it was added."""

    number: str
    entry: int


def hook_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor cannot change webhooks, environments and their secrets."""
    return permission_refusals(actor, Permission.HOOK_MANAGE)


def add_endpoint(store: Store, ledger: Ledger, *, address: str, actor: Actor, at: datetime) -> Added:
    """Tell this address from now on; whoever calls has asked whether the installation may send there."""
    with deciding(store, ledger, ADD, entity=Entity("webhook", "new"), actor=actor, at=at) as tx:
        reasons = list(hook_refusals(actor))
        known = select(WebhookEndpoint.number).where(
            WebhookEndpoint.address == address, col(WebhookEndpoint.closed_at).is_(None)
        )
        number = tx.session.exec(known).first()
        if number is not None:
            reasons.append(Refusal("webhook-known", f"{number} tells this address already", "webhooks"))
        refuse(reasons)
        row = WebhookEndpoint(
            number=next_number(tx.session, "W"), address=address, added_by=actor.acting_as, added_at=at
        )
        tx.session.add(row)
        entry = ledger.record(
            tx, Event.WEBHOOK_ADDED, entity=Entity("webhook", row.number), actor=actor, at=at,
            payload={"address": address},
        )  # fmt: skip
        return Added(row.number, entry.index)


def add_code_hook(store: Store, ledger: Ledger, *, forge: Forge, repository: str, actor: Actor, at: datetime) -> Added:
    """Hear this forge about one repository from now on."""
    name = repository.strip()
    if not name or len(name) > 300 or not name.isprintable() or " " in name or "/" not in name:
        expected = "owner/name, or group/project"
        raise Unreadable([Problem("not a repository", column="repository", found=name[:60], expected=expected)])
    with deciding(store, ledger, ADD, entity=Entity("webhook", "new"), actor=actor, at=at) as tx:
        refuse(hook_refusals(actor))
        row = CodeHook(
            number=next_number(tx.session, "H"), forge=forge, repository=name, added_by=actor.acting_as, added_at=at
        )
        tx.session.add(row)
        entry = ledger.record(
            tx, Event.WEBHOOK_ADDED, entity=Entity("webhook", row.number), actor=actor, at=at,
            payload={"forge": forge.value, "repository": name},
        )  # fmt: skip
        return Added(row.number, entry.index)


def close_hook(store: Store, ledger: Ledger, *, number: str, actor: Actor, at: datetime) -> int:
    """Tell, or hear, no more; messages that wait are still sent. The ledger entry."""
    with deciding(store, ledger, CLOSE, entity=Entity("webhook", number), actor=actor, at=at) as tx:
        row = hook(tx.session, number)
        reasons = list(hook_refusals(actor))
        if row.closed_at is not None:
            reasons.append(Refusal("webhook-closed", f"{number} is closed", "webhooks"))
        refuse(reasons)
        row.closed_at = at
        tx.session.add(row)
        entity = Entity("webhook", number)
        return ledger.record(
            tx, Event.WEBHOOK_CHANGED, entity=entity, actor=actor, at=at, payload={"change": "closed"}
        ).index


def renew_secret(store: Store, ledger: Ledger, *, number: str, actor: Actor, at: datetime) -> int:
    """Sign, or expect, with a new secret from now on; the former one is worth nothing any more. The ledger entry."""
    with deciding(store, ledger, RENEW, entity=Entity("webhook", number), actor=actor, at=at) as tx:
        row = hook(tx.session, number)
        refuse(hook_refusals(actor))
        row.key += 1
        tx.session.add(row)
        entity = Entity("webhook", number)
        return ledger.record(
            tx, Event.WEBHOOK_CHANGED, entity=entity, actor=actor, at=at, payload={"change": "secret renewed"}
        ).index


def send_again(store: Store, ledger: Ledger, *, message: str, actor: Actor, at: datetime) -> int:
    """Let a message leave once more, with the id that it had. The ledger entry."""
    with deciding(store, ledger, REPEAT, entity=Entity("message", message), actor=actor, at=at) as tx:
        refuse(hook_refusals(actor))
        row = outbox.send_again(tx, message, at=at)
        entity = Entity("webhook", row.receiver)
        return ledger.record(
            tx, Event.WEBHOOK_CHANGED, entity=entity, actor=actor, at=at, payload={"change": "sent again"}
        ).index


def hook(session: Session, number: str) -> WebhookEndpoint | CodeHook:
    """The endpoint or the sender with this number; raises `NotFound`."""
    found = (
        session.exec(select(WebhookEndpoint).where(WebhookEndpoint.number == number)).first()
        or session.exec(select(CodeHook).where(CodeHook.number == number)).first()
    )
    if found is None:
        raise NotFound("webhook", number)
    return found


def endpoints(session: Session) -> tuple[WebhookEndpoint, ...]:
    """Every address that is or was told, newest first."""
    return tuple(session.exec(select(WebhookEndpoint).order_by(col(WebhookEndpoint.id).desc())).all())


def code_hooks(session: Session) -> tuple[CodeHook, ...]:
    """Every sender that is or was heard, newest first."""
    return tuple(session.exec(select(CodeHook).order_by(col(CodeHook.id).desc())).all())
