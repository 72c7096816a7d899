"""Drafts of policies: written and submitted by one person, returned or published by another, each act with a reason."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.deciding import deciding
from core.access.rules import Actor
from core.errors import Conflict, NotFound, Problem, Refusal, Refused, Unreadable
from core.ledger.canonical import JsonValue
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.draft_facts import draft_facts, load_draft
from core.policy.life import (
    DraftAct,
    DraftStatus,
    PolicyFacts,
    act_reason_refusals,
    create_refusals,
    draft_refusals,
    effect_refusals,
    withdraw_refusals,
)
from core.policy.service import PublishedPolicy, digest_of, publish
from core.policy.tables import PolicyDraft, PolicyVersion
from core.store import Store, Transaction
from core.store.numbers import next_number

LONGEST_TEXT = 200_000
LONGEST_REASON = 4000


@dataclass(frozen=True)
class Drafted:
    """A draft after an act: its number, its revision, and the ledger entry that says so."""

    draft: str
    revision: int
    entry: int


def begin_draft(
    store: Store,
    ledger: Ledger,
    *,
    text: str,
    reason: str,
    based_on: int | None = None,
    actor: Actor,
    at: datetime,
) -> Drafted:
    """Begin a draft with this text, which need not be valid yet; `based_on` is the published policy it starts from."""
    _check(text, reason)
    with deciding(store, ledger, "begin a policy", entity=Entity("draft", "new"), actor=actor, at=at) as tx:
        _refuse((*create_refusals(actor), *act_reason_refusals(reason)))
        if based_on is not None and tx.session.get(PolicyVersion, based_on) is None:
            raise NotFound("policy", based_on)
        row = PolicyDraft(
            number=next_number(tx.session, "PD"),
            body=text,
            digest=digest_of(text),
            based_on=based_on,
            author=actor.id,
            reason=reason,
            created_at=at,
            changed_at=at,
        )
        return _recorded(tx, ledger, row, Event.POLICY_DRAFTED, actor=actor, at=at, digest=row.digest, reason=reason)


def change_draft(
    store: Store, ledger: Ledger, *, draft: str, text: str, seen_revision: int, reason: str, actor: Actor, at: datetime
) -> Drafted:
    """Give a draft another text; `Conflict` when it changed meanwhile."""
    _check(text, reason)
    with _acting(store, ledger, DraftAct.CHANGE, draft, reason=reason, actor=actor, at=at) as (tx, row):
        if row.revision != seen_revision:
            raise Conflict(f"revision {seen_revision}", f"revision {row.revision}", "The draft")
        row.body, row.digest, row.changed_at = text, digest_of(text), at
        return _recorded(tx, ledger, row, Event.POLICY_CHANGED, actor=actor, at=at, digest=row.digest, reason=reason)


def submit_draft(
    store: Store, ledger: Ledger, *, draft: str, reason: str, seen_digest: str, actor: Actor, at: datetime
) -> Drafted:
    """Hand a draft to whoever publishes it; its text stays as it is from now on."""
    _check("", reason)
    with _acting(store, ledger, DraftAct.SUBMIT, draft, reason=reason, actor=actor, at=at) as (tx, row):
        _same(row, seen_digest)
        row.status, row.submitted_at, row.reason = DraftStatus.SUBMITTED, at, reason
        return _recorded(tx, ledger, row, Event.POLICY_SUBMITTED, actor=actor, at=at, digest=row.digest, reason=reason)


def return_draft(store: Store, ledger: Ledger, *, draft: str, reason: str, actor: Actor, at: datetime) -> Drafted:
    """Give a submitted draft back to its author."""
    _check("", reason)
    with _acting(store, ledger, DraftAct.RETURN, draft, reason=reason, actor=actor, at=at) as (tx, row):
        row.status, row.returned_by, row.returned_reason = DraftStatus.DRAFT, actor.id, reason
        return _recorded(tx, ledger, row, Event.POLICY_RETURNED, actor=actor, at=at, reason=reason)


def retire_draft(store: Store, ledger: Ledger, *, draft: str, reason: str, actor: Actor, at: datetime) -> Drafted:
    """Give a draft up; it stays readable."""
    _check("", reason)
    with _acting(store, ledger, DraftAct.RETIRE, draft, reason=reason, actor=actor, at=at) as (tx, row):
        row.status, row.closed_at = DraftStatus.RETIRED, at
        return _recorded(tx, ledger, row, Event.POLICY_RETIRED, actor=actor, at=at, reason=reason)


def publish_draft(
    store: Store,
    ledger: Ledger,
    *,
    draft: str,
    reason: str,
    seen_digest: str,
    effective_from: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> PublishedPolicy:
    """Publish exactly the text that was read; it takes effect at once or at `effective_from`, and never changes."""
    _check("", reason)
    further = effect_refusals(effective_from or at, at=at)
    with _acting(store, ledger, DraftAct.PUBLISH, draft, reason=reason, actor=actor, at=at, further=further) as (
        tx,
        row,
    ):
        _same(row, seen_digest)
        published = publish(
            tx, ledger, row.body, author=row.author, reason=reason, effective_from=effective_from, actor=actor, at=at
        )
        row.status, row.closed_at, row.published_as = DraftStatus.PUBLISHED, at, published.id
        row.revision += 1
        tx.session.add(row)
        return published


def withdraw_policy(store: Store, ledger: Ledger, *, policy: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take a scheduled policy back before it takes effect; its version stays used."""
    _check("", reason)
    with store.reading() as session:
        name = _version(session, policy)
    entity = Entity("policy", f"{name.name} {name.version}")
    with deciding(store, ledger, "withdraw a policy", entity=entity, actor=actor, at=at) as tx:
        row = _version(tx.session, policy, to_decide=True)
        facts = PolicyFacts(row.effective_from, row.withdrawn_at is not None)
        _refuse((*withdraw_refusals(facts, actor, at=at), *act_reason_refusals(reason)))
        row.withdrawn_by, row.withdrawn_at, row.withdrawn_reason = actor.acting_as, at, reason
        tx.session.add(row)
        payload: dict[str, JsonValue] = {"digest": row.digest, "reason": reason}
        ledger.record(tx, Event.POLICY_WITHDRAWN, entity=entity, actor=actor, at=at, payload=payload)


@contextmanager
def _acting(
    store: Store,
    ledger: Ledger,
    act: DraftAct,
    number: str,
    *,
    reason: str,
    further: tuple[Refusal, ...] = (),
    actor: Actor,
    at: datetime,
) -> Iterator[tuple[Transaction, PolicyDraft]]:
    """A transaction on this draft, after the rules were asked."""
    with deciding(store, ledger, act, entity=Entity("draft", number), actor=actor, at=at) as tx:
        if act is DraftAct.PUBLISH:  # one publication at a time, or two could take one version
            tx.session.exec(select(PolicyVersion.id).order_by(col(PolicyVersion.id)).limit(1).with_for_update()).first()
        row = load_draft(tx.session, number, to_decide=True)
        stands = draft_refusals(draft_facts(tx.session, row, at=at), act, actor)
        _refuse((*stands, *act_reason_refusals(reason), *further))
        yield tx, row


def _recorded(
    tx: Transaction, ledger: Ledger, row: PolicyDraft, event: Event, *, actor: Actor, at: datetime, **said: str
) -> Drafted:
    row.revision += row.id is not None
    tx.session.add(row)
    tx.session.flush()
    payload: dict[str, JsonValue] = {"revision": row.revision, **said}
    entry = ledger.record(tx, event, entity=Entity("draft", row.number), actor=actor, at=at, payload=payload)
    return Drafted(row.number, row.revision, entry.index)


def _version(session: Session, policy: int, *, to_decide: bool = False) -> PolicyVersion:
    query = select(PolicyVersion).where(PolicyVersion.id == policy)
    row = session.exec(query.with_for_update() if to_decide else query).first()
    if row is None:
        raise NotFound("policy", policy)
    return row


def _same(row: PolicyDraft, seen_digest: str) -> None:
    if row.digest != seen_digest:
        raise Conflict(seen_digest[:8], row.digest[:8], "The text of the draft")


def _check(text: str, reason: str) -> None:
    """Raise `Unreadable` for what the store cannot hold."""
    problems = [
        Problem(f"more than {longest:,} characters", column=field)
        for field, value, longest in (("text", text, LONGEST_TEXT), ("reason", reason, LONGEST_REASON))
        if len(value) > longest
    ]
    problems += [
        Problem("a character that cannot be stored", column=field)
        for field, value in (("text", text), ("reason", reason))
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    ]
    if problems:
        raise Unreadable(problems)


def _refuse(reasons: tuple[Refusal, ...]) -> None:
    if reasons:
        raise Refused(reasons)
