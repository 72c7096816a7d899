"""Reads the register of findings, raises a finding from what was seen in use, and records what was done about one."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.answers.register import FindingRecorded, FindingWish, ItemView, RegisterList, RemediationWish
from app.api.caller import Reader
from app.api.writing import Write
from core.improvement.findings import raise_from_record
from core.links import RecordKind, Ref
from core.register import queries
from core.register.values import Item, Kind, RegisterFilter, Source, State
from core.validation.findings import Shown, remediate
from core.validation.rules import Severity

router = APIRouter(prefix="/findings", tags=["Findings"])


@router.get("", operation_id="list_findings")
def listed(
    reader: Reader,
    kind: Kind | None = None,
    source: Source | None = None,
    severity: Severity | None = None,
    state: State | None = None,
    pending: Annotated[bool, Query(description="Not closed")] = False,
    overdue: bool = False,
    owner: Annotated[str | None, Query(max_length=16)] = None,
    model: Annotated[str | None, Query(max_length=16)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> RegisterList:
    """Findings, audit findings, deviations and actions in one list: overdue first, then worst first.
    Scope: `record:read`."""
    narrowed = RegisterFilter(kind, source, severity, state, pending, owner, model, overdue)
    with reader.place.store.reading() as session:
        counts = queries.summary(session, narrowed, at=reader.at)
        found = queries.register(session, narrowed, at=reader.at, counts=counts, limit=limit, offset=offset)
    return RegisterList(
        items=[_item(one, reader) for one in found.rows],
        total=found.total,
        pending=counts.of(pending=True),
        overdue=counts.of(overdue=True),
        limit=limit,
        offset=offset,
    )


@router.post("", status_code=HTTPStatus.CREATED, response_model=FindingRecorded, operation_id="raise_finding")
def raised(wish: FindingWish, write: Write) -> Response:
    """Raise a finding from an alert, a chunk or an incident, linked with it. Scope: `alert:handle`."""
    return write.answer(
        lambda store: raise_from_record(
            store, **write.acting, source=Ref(RecordKind(wish.source), wish.number), title=wish.title,
            detail=wish.detail, severity=wish.severity, version=wish.version,
        ),
        lambda session, number: FindingRecorded(finding=number, ledger=write.newest(session)),
    )  # fmt: skip


@router.post("/{finding}/remediation", response_model=FindingRecorded, operation_id="remediate_finding")
def remediated(finding: str, wish: RemediationWish, write: Write) -> Response:
    """Record what was done about a finding, and the records that show it; a validator then verifies it. A finding of
    high or critical severity takes evidence. Scope: `finding:remediate`."""
    evidence = [Shown(one.kind, one.key) for one in wish.evidence]
    return write.answer(
        lambda store: remediate(store, **write.acting, finding=finding, text=wish.text, evidence=evidence),
        lambda session, done: FindingRecorded(finding=done.finding, ledger=write.proof(session, done.entry)),
        status=HTTPStatus.OK,
    )


def _item(one: Item, reader: Reader) -> ItemView:
    return ItemView(
        number=one.number, kind=one.kind, source=one.source, title=one.title, severity=one.severity, state=one.state,
        overdue=one.overdue(reader.at), owner=one.owner, role=one.role, model=one.model, version=one.version,
        belongs_to=one.parent, raised_at=one.raised_at, due_at=one.due_at, closed_at=one.closed_at,
        evidence=one.evidence, links=one.links, came_back=one.repeat,
    )  # fmt: skip
