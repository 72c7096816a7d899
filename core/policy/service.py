"""Publishes policies and tells which one is in force."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.errors import NotFound, Problem, Unreadable
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.policy.parse import parse_policy
from core.policy.rules import Policy
from core.policy.tables import PolicyVersion
from core.store import Transaction
from core.store.rows import rows_by_id


@dataclass(frozen=True)
class PublishedPolicy:
    """A policy together with the row that proves which text it was."""

    id: int
    name: str
    version: str
    digest: str
    policy: Policy


def default_policy_text() -> str:
    """The policy that an installation begins with."""
    return files("core.policy").joinpath("data/default.toml").read_text(encoding="utf-8")


def publish(
    tx: Transaction,
    ledger: Ledger,
    text: str,
    *,
    author: str = "",
    reason: str = "",
    effective_from: datetime | None = None,
    actor: Actor,
    at: datetime,
) -> PublishedPolicy:
    """Parse, store and record a policy that takes effect at `effective_from`, or at once; raises `Unreadable`.

    What is published never changes: a version that exists, under whatever text, is refused.
    """
    policy = parse_policy(text)
    taken = taken_by(tx.session, policy)
    if taken:
        raise Unreadable([Problem("this version of the policy is published", column="version", found=taken)])
    row = PolicyVersion(
        name=policy.name,
        version=policy.version,
        body=text,
        digest=digest_of(text),
        author=author,
        reason=reason,
        published_by=actor.acting_as,
        published_at=at,
        effective_from=effective_from or at,
    )
    tx.session.add(row)
    tx.session.flush()
    ledger.record(
        tx,
        Event.POLICY_PUBLISHED,
        entity=Entity("policy", f"{policy.name} {policy.version}"),
        actor=actor,
        at=at,
        payload={
            "digest": row.digest,
            "effective": row.effective_from.isoformat(),
            **({"author": author, "reason": reason} if author else {}),
        },
    )
    return _published(row)


def policy_in_force(session: Session, *, at: datetime) -> PublishedPolicy:
    """The policy with the latest effective date that is not after `at`; one that was withdrawn never was in force."""
    row = session.exec(
        select(PolicyVersion)
        .where(col(PolicyVersion.effective_from) <= at, col(PolicyVersion.withdrawn_at).is_(None))
        .order_by(col(PolicyVersion.effective_from).desc(), col(PolicyVersion.id).desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("policy in force at", at.isoformat())
    return _published(row)


def taken_by(session: Session, policy: Policy) -> str:
    """The published policy of this name and version, in words; empty where there is none."""
    return taken_among(session, [policy]).get((policy.name, policy.version), "")


def taken_among(session: Session, policies: Collection[Policy]) -> Mapping[tuple[str, str], str]:
    """The names and versions of these policies that are published, with the words for them."""
    names = {policy.name for policy in policies}
    published = select(PolicyVersion.name, PolicyVersion.version).where(col(PolicyVersion.name).in_(names))
    return {(name, version): f"{name} {version}" for name, version in session.exec(published)} if names else {}


def digest_of(text: str) -> str:
    """SHA-256 of a policy's text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def policy_by_id(session: Session, policy_id: int) -> PublishedPolicy:
    """The policy of this row; raises `NotFound`."""
    row = session.get(PolicyVersion, policy_id)
    if row is None:
        raise NotFound("policy", policy_id)
    return _published(row)


def policies_by_id(session: Session, ids: Collection[int]) -> Mapping[int, PublishedPolicy]:
    """The policies of these rows, by row number, in one statement."""
    return {key: _published(row) for key, row in rows_by_id(session, PolicyVersion, ids).items()}


def _published(row: PolicyVersion) -> PublishedPolicy:
    if row.id is None:
        raise NotFound("stored policy", row.name)
    return PublishedPolicy(row.id, row.name, row.version, row.digest, _parsed(row.digest, row.body))


@lru_cache(maxsize=64)
def _parsed(_digest: str, body: str) -> Policy:
    return parse_policy(body, published=True)
