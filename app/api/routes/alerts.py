"""Reads alerts for other systems, and lets a token acknowledge and close those of its owner."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.answers.alerts import AlertDone, AlertLine, AlertList, AlertView, ClosureWish, RecordView, StepView
from app.api.caller import Reader
from app.api.writing import Write
from core.monitoring.alerts.handling import acknowledge, close_alert
from core.monitoring.alerts.queries import AlertFilter, AlertRow, AlertState, alert_page, alerts
from core.policy.alerting.rules import AlertKind, Severity

router = APIRouter(prefix="/alerts", tags=["Alerts"])


@router.get("", operation_id="list_alerts")
def listed(
    reader: Reader,
    state: Annotated[AlertState | None, Query(description="Without it: all that are not closed")] = None,
    severity: Severity | None = None,
    kind: AlertKind | None = None,
    model: Annotated[str, Query(max_length=16)] = "",
    environment: Annotated[str, Query(max_length=60)] = "",
    group: Annotated[str, Query(max_length=16)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> AlertList:
    """Alerts, the most urgent first. Scope: `record:read`."""
    narrowed = AlertFilter(state=state, severity=severity, kind=kind, model=model, environment=environment, group=group)
    with reader.place.store.reading() as session:
        found = alerts(session, narrowed, limit=limit, offset=offset)
    return AlertList(alerts=[line(row) for row in found.rows], total=found.total, limit=limit, offset=offset)


@router.get("/{alert}", operation_id="read_alert")
def one(alert: str, reader: Reader) -> AlertView:
    """An alert with its history and what it is linked with. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = alert_page(session, alert)
    row = page.row.alert
    return AlertView(
        **line(page.row).model_dump(),
        former=row.former,
        closing=row.closing,
        history=[StepView(act=step.act, at=step.at, by=step.by, said=step.said) for step in page.steps],
        linked=[RecordView(kind=found.ref.kind.value, number=found.ref.number) for found in page.links],
    )


def line(row: AlertRow) -> AlertLine:
    """One alert as a list shows it."""
    alert = row.alert
    return AlertLine(
        alert=alert.number,
        state=row.state,
        severity=alert.severity,
        clause=alert.clause,
        kind=alert.kind,
        title=alert.title,
        detail=alert.detail,
        model=alert.model,
        version=alert.version,
        environment=alert.environment,
        group=alert.cluster,
        count=alert.count,
        raised_at=alert.raised_at,
        seen_at=alert.seen_at,
        recovered_at=alert.recovered_at,
        assignee=alert.assignee,
        escalations=alert.level,
        escalates_at=alert.escalate_at,
        snoozed_until=alert.snoozed_until,
        cause=alert.cause,
        closed_at=alert.closed_at,
    )


@router.post("/{alert}/acknowledgement", response_model=AlertDone, operation_id="acknowledge_alert")
def acknowledged(alert: str, write: Write) -> Response:
    """Say that somebody looks into it; it is escalated no more. Scope: `alert:handle`."""
    return write.answer(
        lambda store: acknowledge(store, alert=alert, **write.acting),
        lambda session, entry: AlertDone(alert=alert, ledger=write.proof(session, entry)),
        status=HTTPStatus.OK,
    )


@router.post("/{alert}/closure", response_model=AlertDone, operation_id="close_alert")
def closed(alert: str, wish: ClosureWish, write: Write) -> Response:
    """Close it with its cause and what was found. Scope: `alert:handle`."""
    return write.answer(
        lambda store: close_alert(store, alert=alert, cause=wish.cause, words=wish.found, **write.acting),
        lambda session, entry: AlertDone(alert=alert, ledger=write.proof(session, entry)),
        status=HTTPStatus.OK,
    )
