"""Lists of change requests: all of them, mine, and those that wait for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, union
from sqlmodel import Session, col

from core.access.rules import Actor
from core.approval.facts import functions_in
from core.approval.rules import ASIDE, OPEN, ChangeFacts, ChangeStatus, Choice, refusals
from core.approval.tables import ChangeRequest, Dissent, Vote
from core.inventory.rules import PERMISSION_OF, Action, Duty, Stage, VersionFacts
from core.inventory.tables import Contribution, Model, ModelVersion
from core.policy.rules import ChangeKind, Function
from core.store.paging import Page, Part, page_of_parts


@dataclass(frozen=True)
class ChangeFilter:
    """What the list is narrowed to; None means everything."""

    status: ChangeStatus | None = None
    kind: ChangeKind | None = None
    model: str | None = None
    tier: int | None = None
    requested_by: str | None = None
    overdue_at: datetime | None = None  # only open changes that were due before this moment
    open_only: bool = False


@dataclass(frozen=True)
class ChangeRow:
    """One change in a list; `approvals` counts standing votes for it, `waits_for` says who acts next."""

    number: str
    kind: ChangeKind
    status: ChangeStatus
    model: str
    model_name: str
    version: str
    stage: Stage
    tier: int
    requested_by: str
    requested_at: datetime
    due_at: datetime
    decided_at: datetime | None
    approvals: int
    quorum: int
    functions: frozenset[Function] = frozenset()
    returned: bool = False
    lifts: str = ""

    @property
    def waits_for(self) -> str:
        """Approvers, a new validation, the requester to resume, someone to execute, or nobody."""
        if self.status is ChangeStatus.APPROVED and self.kind is not ChangeKind.POLICY_EXCEPTION:
            return "execution"
        if self.status not in OPEN:
            return "nobody"
        if self.kind in ASIDE:
            return "requester" if self.returned else "approvers"
        return {Stage.IN_APPROVAL: "approvers", Stage.VALIDATED: "requester"}.get(self.stage, "validation")


Rows = Select[ChangeRequest, Model, ModelVersion, int]
COUNTED, MOST_WAITING = 10_000, 50


def changes(session: Session, narrowed: ChangeFilter, *, limit: int, offset: int) -> Page[ChangeRow]:
    """Changes, undecided ones first and of these the soonest due, then the newest decided; counted up to 10,000."""
    ids = _ids(narrowed).where(*_conditions(narrowed))
    page = page_of_parts(session, ids, _parts_of_list(), limit=limit, offset=offset, counted=COUNTED)
    rows = {found[0].id: _row(*found) for found in _of(session, page.rows)}
    return Page(tuple(rows[key] for key in page.rows), page.total, more=page.more)


def _parts_of_list() -> tuple[Part, ...]:
    due, decided, key = col(ChangeRequest.due_at), col(ChangeRequest.decided_at), col(ChangeRequest.id)
    still_open = col(ChangeRequest.status).in_(OPEN)
    return (
        Part([still_open], [due.asc(), key.desc()]),
        Part([~still_open, decided.is_not(None)], [decided.desc(), key.desc()]),
        Part([~still_open, decided.is_(None)], [due.asc(), key.desc()]),
    )


def _ids(narrowed: ChangeFilter) -> Select[int | None]:
    """Ids of changes, beside their models only where the filter asks for them."""
    ids = select(col(ChangeRequest.id))
    if narrowed.model is None and narrowed.tier is None:
        return ids
    return ids.join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id)).join(
        Model, col(Model.id) == col(ModelVersion.model_id)
    )


def _of(session: Session, chosen: Sequence[int]) -> Sequence[Row[ChangeRequest, Model, ModelVersion, int]]:
    return session.execute(_rows().where(col(ChangeRequest.id).in_(chosen))).all() if chosen else []


def my_changes(session: Session, person: str) -> tuple[ChangeRow, ...]:
    """What this person requested and is not yet in production, rejected or withdrawn; soonest due first."""
    wanted = (*OPEN, ChangeStatus.APPROVED)
    query = _rows().where(col(ChangeRequest.status).in_(wanted), col(ChangeRequest.requested_by) == person)
    return tuple(_row(*row) for row in session.execute(query.order_by(col(ChangeRequest.due_at))).all())


def waiting_for(session: Session, actor: Actor) -> tuple[ChangeRow, ...]:
    """Changes on which this actor may vote now, soonest due first: those that the rules do not refuse."""
    in_review = or_(col(ModelVersion.stage) == Stage.IN_APPROVAL, col(ChangeRequest.kind).in_(ASIDE))
    wanted = [col(ChangeRequest.status).in_(OPEN), col(ChangeRequest.returned_at).is_(None), in_review]
    return _allowed(session, wanted, Action.VOTE_REJECT, actor)


def to_execute(session: Session, actor: Actor) -> tuple[ChangeRow, ...]:
    """Approved changes that this actor may bring into production, soonest due first."""
    approved = col(ChangeRequest.status) == ChangeStatus.APPROVED
    wanted = [approved, col(ChangeRequest.kind) != ChangeKind.POLICY_EXCEPTION]
    return _allowed(session, wanted, Action.EXECUTE, actor)


def _rows() -> Rows:
    """Changes with model, version and the number of people whose standing vote is for it."""
    approvals = (
        select(func.count(func.distinct(col(Vote.person))))
        .where(col(Vote.change_id) == col(ChangeRequest.id), col(Vote.choice) == Choice.APPROVE, _stands())
        .correlate(ChangeRequest, ModelVersion)
        .scalar_subquery()
    )
    return (
        select(ChangeRequest, Model, ModelVersion, approvals)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
    )


def _stands() -> ColumnElement[bool]:
    return and_(col(Vote.voided_at).is_(None), col(Vote.evidence_digest) == col(ModelVersion.evidence_digest))


def _row(change: ChangeRequest, model: Model, version: ModelVersion, approvals: int) -> ChangeRow:
    return ChangeRow(
        number=change.number,
        kind=change.kind,
        status=change.status,
        model=model.number,
        model_name=model.name,
        version=version.version,
        stage=version.stage,
        tier=model.tier,
        requested_by=change.requested_by,
        requested_at=change.requested_at,
        due_at=change.due_at,
        decided_at=change.decided_at,
        approvals=approvals,
        quorum=change.quorum,
        functions=functions_in(change.functions),
        returned=change.returned_at is not None,
        lifts=change.lifts,
    )


def _conditions(narrowed: ChangeFilter) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if narrowed.status:
        wanted.append(col(ChangeRequest.status) == narrowed.status)
    if narrowed.kind:
        wanted.append(col(ChangeRequest.kind) == narrowed.kind)
    if narrowed.model:
        wanted.append(col(Model.number) == narrowed.model)
    if narrowed.tier:
        wanted.append(col(Model.tier) == narrowed.tier)
    if narrowed.requested_by:
        wanted.append(col(ChangeRequest.requested_by) == narrowed.requested_by)
    if narrowed.overdue_at:
        wanted.append(col(ChangeRequest.due_at) < narrowed.overdue_at)
    if narrowed.open_only or narrowed.overdue_at:
        wanted.append(col(ChangeRequest.status).in_(OPEN))
    return wanted


def _allowed(
    session: Session, wanted: Sequence[ColumnElement[bool]], action: Action, actor: Actor
) -> tuple[ChangeRow, ...]:
    """The soonest due of those that the rules do not refuse, at most 50."""
    if PERMISSION_OF[action] not in actor.permissions:
        return ()
    ids = select(col(ChangeRequest.id)).join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
    ordered = ids.where(*wanted).order_by(col(ChangeRequest.due_at), col(ChangeRequest.id)).limit(MOST_WAITING)
    allowed: list[ChangeRow] = []
    seen = 0
    while len(allowed) < MOST_WAITING:
        chosen = session.execute(ordered.offset(seen)).scalars().all()
        seen += len(chosen)
        rows = {row[0].id: row for row in _of(session, chosen)}
        found = [rows[key] for key in chosen]
        parts = _parts(session, [version.id or 0 for _, _, version, _ in found])
        voters = _voters(session, [change.id or 0 for change, _, _, _ in found])
        allowed += (
            _row(change, model, version, approvals)
            for change, model, version, approvals in found
            if not refusals(_facts(change, version, parts, voters), action, actor)
        )
        if len(found) < MOST_WAITING:
            break
    return tuple(allowed[:MOST_WAITING])


def _facts(
    change: ChangeRequest,
    version: ModelVersion,
    parts: frozenset[tuple[int, Duty, str]],
    voters: frozenset[tuple[int, str]],
) -> ChangeFacts:
    people = {duty: frozenset(who for key, part, who in parts if key == version.id and part is duty) for duty in Duty}
    return ChangeFacts(
        version=VersionFacts(version.stage, people[Duty.DEVELOPMENT], people[Duty.VALIDATION], people[Duty.APPROVAL]),
        status=change.status,
        evidence_digest=version.evidence_digest,
        concluded_digest=None,  # only a vote to approve asks for it
        approved_digest=change.approved_digest,
        voters=frozenset(who for key, who in voters if key == change.id),
        kind=change.kind,
        requester=change.requested_by,
        returned=change.returned_at is not None,
        lifts=bool(change.lifts),
    )


def _parts(session: Session, versions: list[int]) -> frozenset[tuple[int, Duty, str]]:
    rows = session.execute(
        select(col(Contribution.version_id), col(Contribution.duty), col(Contribution.person)).where(
            col(Contribution.version_id).in_(versions)
        )
    ).all()
    return frozenset((version, duty, person) for version, duty, person in rows)


def _voters(session: Session, changes: list[int]) -> frozenset[tuple[int, str]]:
    """Everybody who is counted on these changes: who voted, for whom they voted, and who dissented."""
    votes = (
        select(col(Vote.change_id), who)
        .join(ChangeRequest, col(ChangeRequest.id) == col(Vote.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(col(Vote.change_id).in_(changes), who.is_not(None), _stands())
        for who in (col(Vote.person), col(Vote.on_behalf_of))
    )
    dissents = (
        select(col(Dissent.change_id), col(Dissent.person))
        .join(ChangeRequest, col(ChangeRequest.id) == col(Dissent.change_id))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(
            col(Dissent.change_id).in_(changes),
            col(Dissent.voided_at).is_(None),
            col(Dissent.evidence_digest) == col(ModelVersion.evidence_digest),
        )
    )
    rows = session.execute(union(*votes, dissents)).all()
    return frozenset((change, person) for change, person in rows)
