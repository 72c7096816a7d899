"""Controls on streams: what they found, outputs that people review, and rows in quarantine."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.answers.controls import (
    ControlDeclared,
    ControlEnded,
    ControlList,
    ControlView,
    HeldList,
    HeldView,
    OpinionView,
    OutputDetail,
    OutputList,
    OutputView,
    ResultList,
    ResultView,
    RowsDecided,
)
from app.api.caller import Reader
from app.api.wishes_controls import ControlWish, EndingWish, TakeOverWish
from app.api.writing import Write
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.controls.adopting import As, adopt, discard
from core.monitoring.controls.declaring import declare_control, end_control
from core.monitoring.controls.queries import (
    HeldRow,
    Narrowed,
    OutputRow,
    Queued,
    ResultRow,
    control_states,
    output_page,
    output_queue,
    quarantine,
    queue_figures,
    results,
)
from core.monitoring.controls.rules import HeldStatus
from core.policy.controls.words import control_said
from core.store import Store

router = APIRouter(tags=["Controls"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]
Environment = Annotated[str, Query(max_length=50)]


@router.get("/models/{model}/controls", operation_id="list_controls")
def controls(model: str, reader: Reader, environment: Environment = PRODUCTION) -> ControlList:
    """The controls that hold for a model now, and what each found within 30 days. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        states = control_states(session, model, environment, at=reader.at)
    return ControlList(
        controls=[
            ControlView(
                clause=one.control.clause, title=one.control.title, says=control_said(one.control), own=one.own,
                reason=one.reason, rows=one.rows, found=one.found, last=_result(one.last) if one.last else None,
            )
            for one in states
        ]
    )  # fmt: skip


@router.get("/models/{model}/control-results", operation_id="list_control_results")
def control_results(
    model: str,
    reader: Reader,
    environment: Environment = PRODUCTION,
    clause: Annotated[str, Query(max_length=40, description="Otherwise of every control")] = "",
    found_only: Annotated[bool, Query(description="Leave out batches in which nothing was found")] = False,
    limit: Limit = 50,
    offset: Offset = 0,
) -> ResultList:
    """What controls found in each batch, the newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = results(session, model, environment=environment, clause=clause, found_only=found_only, limit=limit,
                       offset=offset)  # fmt: skip
    return ResultList(results=[_result(row) for row in page.rows], total=page.total, limit=limit, offset=offset)


@router.post(
    "/models/{model}/controls", status_code=HTTPStatus.CREATED, response_model=ControlDeclared,
    operation_id="declare_control",
)  # fmt: skip
def declare(model: str, wish: ControlWish, write: Write) -> Response:
    """Declare a control of one model, from its next batch on. One that is looser than the policy is refused.
    Scope: `model:edit`."""
    return write.answer(
        lambda store: declare_control(store, model=model, control=wish.entered(), reason=wish.reason, **write.acting),
        lambda session, done: ControlDeclared(control=done, ledger=write.newest(session)),
    )


@router.post(
    "/controls/{control}/ending", status_code=HTTPStatus.CREATED, response_model=ControlEnded,
    operation_id="end_control",
)  # fmt: skip
def end(control: str, wish: EndingWish, write: Write) -> Response:
    """End a control that a model declared; those of the policy go on. Scope: `model:edit`."""
    return write.answer(
        lambda store: end_control(store, control=control, reason=wish.reason, **write.acting),
        lambda session, _: ControlEnded(control=control, ledger=write.newest(session)),
    )


@router.get("/outputs", operation_id="list_outputs")
def outputs(
    reader: Reader,
    shown: Queued = Queued.WAITING,
    model: Annotated[str, Query(max_length=16)] = "",
    limit: Limit = 50,
    offset: Offset = 0,
) -> OutputList:
    """The queue of outputs that people review, and how it stands; what an output says is masked. People decide on the
    page, not by a token. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = output_queue(session, Narrowed(shown, model), reader.actor, at=reader.at, limit=limit, offset=offset)
        figures = queue_figures(session, at=reader.at, model=model)
    return OutputList(
        outputs=[OutputView(**_output(row, reader)) for row in page.rows], total=page.total, limit=limit,
        offset=offset, waiting=figures.waiting, overdue=figures.overdue, oldest=figures.oldest,
        decided=dict(figures.decided),
    )  # fmt: skip


@router.get("/outputs/{output}", operation_id="read_output")
def output(output: str, reader: Reader) -> OutputDetail:
    """One output with its inputs and the decisions. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = output_page(session, output, reader.actor)
    decisions = [
        OpinionView(person=one.person, verdict=one.verdict, words=one.words, at=one.at) for one in page.opinions
    ]
    return OutputDetail(**_output(page.row, reader), inputs=dict(page.inputs), decisions=decisions)


@router.get("/quarantine", operation_id="list_quarantine")
def held(reader: Reader, status: HeldStatus = HeldStatus.HELD, limit: Limit = 50, offset: Offset = 0) -> HeldList:
    """Rows in quarantine, or what became of them. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        page = quarantine(session, reader.actor, status=status, limit=limit, offset=offset)
    return HeldList(quarantine=[_held(row) for row in page.rows], total=page.total, limit=limit, offset=offset)


@router.post(
    "/quarantine/{number}/taking-over", status_code=HTTPStatus.CREATED, response_model=RowsDecided,
    operation_id="take_rows_over",
)  # fmt: skip
def take_over(number: str, wish: TakeOverWish, write: Write) -> Response:
    """Take rows over into production data, once their model and version are registered. Scope: `model:register` for
    rows of strangers, `model:edit` for rows that a control refused."""
    files, as_ = write.caller.place.files, As(wish.model, wish.version)
    return write.answer(
        lambda store: adopt(store, files=files, quarantine=number, as_=as_, reason=wish.reason, **write.acting),
        lambda session, done: RowsDecided(
            quarantine=number, batches=list(done.batches), rows=done.rows, ledger=write.newest(session)
        ),
    )


@router.post(
    "/quarantine/{number}/discarding", status_code=HTTPStatus.CREATED, response_model=RowsDecided,
    operation_id="discard_rows",
)  # fmt: skip
def throw_away(number: str, wish: EndingWish, write: Write) -> Response:
    """Leave rows out of production data for good; their file is removed. Scope: as for taking them over."""
    files = write.caller.place.files

    def act(store: Store) -> None:
        discard(store, files=files, quarantine=number, reason=wish.reason, **write.acting)

    return write.answer(
        act, lambda session, _: RowsDecided(quarantine=number, batches=[], rows=0, ledger=write.newest(session))
    )


def _result(row: ResultRow) -> ResultView:
    return ResultView(
        batch=row.batch, clause=row.clause, title=row.title, own=row.own, kind=row.kind, action=row.action,
        version=row.version, environment=row.environment, rows=row.rows, found=row.found, columns=dict(row.columns),
        absent=list(row.absent), alert_above=row.alert_above, above=row.is_exceeded, put_up=row.put_up, seed=row.seed,
        at=row.at,
    )  # fmt: skip


def _output(row: OutputRow, reader: Reader) -> dict:  # type: ignore[type-arg]
    return {
        "output": row.number, "model": row.model, "version": row.version, "tier": row.tier,
        "environment": row.environment, "batch": row.batch, "row": row.output_id, "answered_at": row.output_at,
        "says": dict(row.output), "clauses": list(row.clauses), "reasons": list(row.reasons),
        "flagged_at": row.flagged_at, "due_at": row.due_at, "overdue": row.is_overdue(reader.at),
        "status": row.status, "people": row.people, "verdict": row.verdict, "decided_at": row.decided_at,
    }  # fmt: skip


def _held(row: HeldRow) -> HeldView:
    return HeldView(
        quarantine=row.number, because=row.because, kind=row.kind, model=row.model, version=row.version,
        environment=row.environment, file=row.digest, rows=row.rows, columns=list(row.columns),
        clauses=list(row.clauses), reason=row.reason, discovery=row.discovery, received_by=row.received_by,
        received_at=row.received_at, status=row.status, decided_by=row.decided_by, decided_at=row.decided_at,
        decision=row.decision, batches=list(row.batches),
    )  # fmt: skip
