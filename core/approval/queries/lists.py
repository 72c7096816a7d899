"""Lists of change requests: all of them, and those that a person asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlmodel import Session, col

from core.approval.facts import functions_in
from core.approval.rules import ASIDE, OPEN, ChangeStatus, Choice
from core.approval.tables import ChangeRequest, Vote
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion
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
COUNTED = 10_000


def changes(session: Session, narrowed: ChangeFilter, *, limit: int, offset: int) -> Page[ChangeRow]:
    """Changes, undecided ones first and of these the soonest due, then the newest decided; counted up to 10,000."""
    ids = _ids(narrowed).where(*_conditions(narrowed))
    page = page_of_parts(session, ids, _parts_of_list(), limit=limit, offset=offset, counted=COUNTED)
    return Page(tuple(change_row(*found) for found in rows_of(session, page.rows)), page.total, more=page.more)


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


def rows_of(session: Session, chosen: Sequence[int]) -> list[Row[ChangeRequest, Model, ModelVersion, int]]:
    """Changes in this order, each with its model, version and the number of approvals that stand."""
    found = session.execute(_rows().where(col(ChangeRequest.id).in_(chosen))).all() if chosen else ()
    by_key = {row[0].id: row for row in found}
    return [by_key[key] for key in chosen]


def my_changes(session: Session, person: str) -> tuple[ChangeRow, ...]:
    """What this person requested and is not yet in production, rejected or withdrawn; soonest due first."""
    wanted = (*OPEN, ChangeStatus.APPROVED)
    query = _rows().where(col(ChangeRequest.status).in_(wanted), col(ChangeRequest.requested_by) == person)
    return tuple(change_row(*row) for row in session.execute(query.order_by(col(ChangeRequest.due_at))).all())


def _rows() -> Rows:
    """Changes with model, version and the number of people whose standing vote is for it."""
    approvals = (
        select(func.count(func.distinct(col(Vote.person))))
        .where(col(Vote.change_id) == col(ChangeRequest.id), col(Vote.choice) == Choice.APPROVE, vote_stands())
        .correlate(ChangeRequest, ModelVersion)
        .scalar_subquery()
    )
    return (
        select(ChangeRequest, Model, ModelVersion, approvals)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
    )


def vote_stands() -> ColumnElement[bool]:
    """A vote counts while it is not voided and the evidence is what it was cast on."""
    return and_(col(Vote.voided_at).is_(None), col(Vote.evidence_digest) == col(ModelVersion.evidence_digest))


def change_row(change: ChangeRequest, model: Model, version: ModelVersion, approvals: int) -> ChangeRow:
    """A change as a list shows it."""
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
