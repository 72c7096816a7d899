"""Publishes policies and tells which one is in force."""

import hashlib
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


def publish(tx: Transaction, ledger: Ledger, text: str, *, actor: Actor, at: datetime) -> PublishedPolicy:
    """Parse, store and record a policy that takes effect at once; raises `Unreadable`.

    What is published never changes: a version that exists, under whatever text, is refused.
    """
    policy = parse_policy(text)
    twin = select(PolicyVersion).where(PolicyVersion.name == policy.name, PolicyVersion.version == policy.version)
    if tx.session.exec(twin).first():
        found = f"{policy.name} {policy.version}"
        raise Unreadable([Problem("this version of the policy is published", column="version", found=found)])
    row = PolicyVersion(
        name=policy.name,
        version=policy.version,
        body=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        published_by=actor.acting_as,
        published_at=at,
        effective_from=at,
    )
    tx.session.add(row)
    tx.session.flush()
    ledger.record(
        tx,
        Event.POLICY_PUBLISHED,
        entity=Entity("policy", f"{policy.name} {policy.version}"),
        actor=actor,
        at=at,
        payload={"digest": row.digest},
    )
    return _published(row)


def policy_in_force(session: Session, *, at: datetime) -> PublishedPolicy:
    """The policy with the latest effective date that is not after `at`."""
    row = session.exec(
        select(PolicyVersion)
        .where(col(PolicyVersion.effective_from) <= at)
        .order_by(col(PolicyVersion.effective_from).desc(), col(PolicyVersion.id).desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("policy in force at", at.isoformat())
    return _published(row)


def policy_by_id(session: Session, policy_id: int) -> PublishedPolicy:
    """The policy of this row."""
    row = session.get(PolicyVersion, policy_id)
    if row is None:
        raise NotFound("policy", policy_id)
    return _published(row)


def _published(row: PolicyVersion) -> PublishedPolicy:
    if row.id is None:
        raise NotFound("stored policy", row.name)
    return PublishedPolicy(row.id, row.name, row.version, row.digest, _parsed(row.digest, row.body))


@lru_cache(maxsize=64)
def _parsed(_digest: str, body: str) -> Policy:
    return parse_policy(body)
