"""Reads of policies and their drafts for pages and the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, and_, col, func, or_, select

from core.access.rules import Actor
from core.errors import NotFound, Problem, Refusal
from core.policy.draft_facts import draft_facts, draft_facts_of, load_draft, pending_simulation, problems_of
from core.policy.life import (
    OPEN,
    DraftAct,
    DraftFacts,
    DraftStatus,
    PolicyFacts,
    Standing,
    draft_refusals,
    simulate_refusals,
    standing,
    withdraw_refusals,
)
from core.policy.parse import parse_policy
from core.policy.rules import Policy
from core.policy.service import policy_in_force
from core.policy.tables import PolicyDraft, PolicyVersion
from core.store.paging import Page


@dataclass(frozen=True)
class PolicyRow:
    """A published policy in a list; people are numbers, an empty author is the installation itself."""

    id: int
    name: str
    version: str
    digest: str
    standing: Standing
    author: str
    published_by: str
    published_at: datetime
    effective_from: datetime
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class DraftRow:
    """A draft in a list; its name and version as far as its text says them."""

    number: str
    status: DraftStatus
    author: str
    reason: str
    based_on: int | None
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    closed_at: datetime | None
    published_as: int | None
    digest: str
    revision: int
    returned_by: str
    returned_reason: str


@dataclass(frozen=True)
class PolicyPage:
    """One published policy as one reader sees it."""

    row: PolicyRow
    text: str
    policy: Policy
    against_withdrawal: tuple[Refusal, ...]


@dataclass(frozen=True)
class DraftPage:
    """One draft as one reader sees it; `policy` is None while its text has problems."""

    id: int
    row: DraftRow
    text: str
    problems: tuple[Problem, ...]
    policy: Policy | None
    facts: DraftFacts
    refusals: Mapping[DraftAct, tuple[Refusal, ...]]
    pending: str

    def may(self, act: DraftAct) -> bool:
        """Whether the reader may do this now."""
        return not self.refusals[act]


def policies(
    session: Session, *, at: datetime, former: bool | None = None, limit: int = 25, offset: int = 0
) -> Page[PolicyRow]:
    """Published policies, the latest effective date first: all, or those that are former or not.

    Former are those that were replaced or withdrawn; the others are in force or scheduled.
    """
    in_force = policy_in_force(session, at=at).id
    standing = or_(
        col(PolicyVersion.id) == in_force,
        and_(col(PolicyVersion.withdrawn_at).is_(None), col(PolicyVersion.effective_from) > at),
    )
    wanted = [] if former is None else [~standing if former else standing]
    total = session.exec(select(func.count(col(PolicyVersion.id))).where(*wanted)).one()
    query = select(PolicyVersion).where(*wanted)
    query = query.order_by(col(PolicyVersion.effective_from).desc(), col(PolicyVersion.id).desc())
    return Page(
        tuple(_policy_row(row, in_force, at=at) for row in session.exec(query.limit(limit).offset(offset)).all()), total
    )


def policy_page(session: Session, policy_id: int, viewer: Actor, *, at: datetime) -> PolicyPage:
    """The published policy of this row; raises `NotFound`."""
    row = session.get(PolicyVersion, policy_id)
    if row is None:
        raise NotFound("policy", policy_id)
    facts = PolicyFacts(row.effective_from, row.withdrawn_at is not None)
    return PolicyPage(
        _policy_row(row, policy_in_force(session, at=at).id, at=at),
        row.body,
        parse_policy(row.body, published=True),
        withdraw_refusals(facts, viewer, at=at),
    )


def drafts(session: Session, *, still_open: bool = True, limit: int = 25, offset: int = 0) -> Page[DraftRow]:
    """Drafts, submitted ones first, then the ones changed last."""
    wanted = col(PolicyDraft.status).in_(OPEN) if still_open else col(PolicyDraft.status).not_in(OPEN)
    total = session.exec(select(func.count(col(PolicyDraft.id))).where(wanted)).one()
    query = select(PolicyDraft).where(wanted)
    query = query.order_by(
        (col(PolicyDraft.status) == DraftStatus.SUBMITTED).desc(),
        col(PolicyDraft.changed_at).desc(),
        col(PolicyDraft.id).desc(),
    )
    return Page(tuple(_draft_row(row) for row in session.exec(query.limit(limit).offset(offset)).all()), total)


def drafts_to_publish(session: Session, viewer: Actor, *, at: datetime) -> tuple[DraftRow, ...]:
    """Submitted drafts that the rules let this person publish or return, the one that waited longest first."""
    query = select(PolicyDraft).where(PolicyDraft.status == DraftStatus.SUBMITTED)
    rows = session.exec(query.order_by(col(PolicyDraft.submitted_at))).all()
    facts = draft_facts_of(session, rows, at=at) if rows else {}
    return tuple(_draft_row(row) for row in rows if not draft_refusals(facts[row.number], DraftAct.RETURN, viewer))


def draft_page(session: Session, number: str, viewer: Actor, *, at: datetime) -> DraftPage:
    """The draft with this number; raises `NotFound`."""
    row = load_draft(session, number)
    facts, problems, pending = draft_facts(session, row, at=at), problems_of(row.body), pending_simulation(session, row)
    against = {act: draft_refusals(facts, act, viewer) for act in DraftAct}
    against[DraftAct.SIMULATE] = simulate_refusals(facts, pending, viewer)
    return DraftPage(
        id=row.id or 0,
        row=_draft_row(row),
        text=row.body,
        problems=problems,
        policy=None if problems else parse_policy(row.body),
        facts=facts,
        refusals=against,
        pending=pending,
    )


def _policy_row(row: PolicyVersion, in_force: int, *, at: datetime) -> PolicyRow:
    facts = PolicyFacts(row.effective_from, row.withdrawn_at is not None)
    return PolicyRow(
        id=row.id or 0,
        name=row.name,
        version=row.version,
        digest=row.digest,
        standing=standing(facts, row.id == in_force, at=at),
        author=row.author,
        published_by=row.published_by,
        published_at=row.published_at,
        effective_from=row.effective_from,
        reason=row.reason,
        withdrawn_by=row.withdrawn_by or "",
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )


def _draft_row(row: PolicyDraft) -> DraftRow:
    return DraftRow(
        number=row.number,
        status=row.status,
        author=row.author,
        reason=row.reason,
        based_on=row.based_on,
        created_at=row.created_at,
        changed_at=row.changed_at,
        submitted_at=row.submitted_at,
        closed_at=row.closed_at,
        published_as=row.published_as,
        digest=row.digest,
        revision=row.revision,
        returned_by=row.returned_by or "",
        returned_reason=row.returned_reason,
    )
