"""Execution for pipelines: steps of a rollout, who and what is in production, the way back, and the code behind it."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import AwareDatetime
from sqlmodel import Session

from app.api.answers.rollout import (
    CodeReported,
    DeploymentList,
    DrillView,
    Production,
    RolloutStep,
    StayView,
    WentBack,
)
from app.api.caller import Reader
from app.api.views_rollout import production_view, stay_view
from app.api.wishes_code import CodeWish, DrillWish, PlaceWish, RollbackWish, RolloutWish
from app.api.writing import Write, Writing
from app.delivery.registry import registry_trouble
from core.approval.code.service import report_code
from core.approval.rollout import placing, returning, stepping
from core.approval.rollout.holding import release_hold
from core.approval.rollout.rules import Act
from core.inventory.deployments import queries
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model
from core.store import Store

router = APIRouter(tags=["Execution"])
Environment = Annotated[str, Query(max_length=50, description="Environment; production unless told")]


@router.get("/models/{model}/production", operation_id="read_production")
def production(
    model: str,
    reader: Reader,
    environment: Environment = PRODUCTION,
    at: Annotated[AwareDatetime | None, Query(description="As it stood at this moment; now unless told")] = None,
) -> Production:
    """Who brought what into production, now or at any moment before, with the bounds of its use, so that a deployment
    can ask before it serves. Scope: `record:read`."""
    moment: datetime = at or reader.at
    with reader.place.store.reading() as session:
        load_model(session, model)
        check_environment(session, environment)
        standing = queries.in_production_at(session, model, at=moment, environment=environment)
        bounds = queries.restrictions(session, model, at=moment)
    return production_view(model, environment, moment, standing, bounds)


@router.get("/models/{model}/deployments", operation_id="list_deployments")
def deployments(
    model: str,
    reader: Reader,
    environment: Annotated[str | None, Query(max_length=50)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
) -> DeploymentList:
    """Every stay of a version in an environment, newest first: who, when, from, to, phase, share and change. Scope:
    `record:read`."""
    with reader.place.store.reading() as session:
        load_model(session, model)
        page = queries.stays(session, model, environment=environment, limit=limit, offset=offset)
    rows: list[StayView] = [stay_view(row) for row in page.rows]
    return DeploymentList(deployments=rows, total=page.total, limit=limit, offset=offset)


@router.post(
    "/changes/{change}/rollout",
    status_code=HTTPStatus.CREATED,
    response_model=RolloutStep,
    operation_id="step_rollout",
)
def step(change: str, wish: RolloutWish, write: Write) -> Response:
    """Take a step of a rollout. A token halts and aborts, under scope `production:return`; beginning, advancing,
    resuming and releasing a hold are acts of people, and answer 403 with every reason."""
    return write.answer(
        lambda store: _step(store, change, wish, write), lambda session, done: _step_said(write, session, done)
    )


@router.post(
    "/models/{model}/rollback", status_code=HTTPStatus.CREATED, response_model=WentBack, operation_id="roll_back"
)
def roll_back(model: str, wish: RollbackWish, write: Write) -> Response:
    """Go back at once to the last approved version that stood before. Scope: `production:return`."""
    caller = write.caller
    return write.answer(
        lambda store: returning.return_to_former(
            store,
            caller.place.ledger,
            model=model,
            reason=wish.reason,
            environment=wish.environment,
            seen=wish.seen,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: WentBack(
            model=done.model,
            environment=done.environment,
            former=done.former,
            version=done.now,
            ledger=write.proof(session, done.entry),
        ),
    )


@router.post(
    "/models/{model}/drills", status_code=HTTPStatus.CREATED, response_model=DrillView, operation_id="rehearse"
)
def rehearse(model: str, wish: DrillWish, write: Write) -> Response:
    """Play the rollback against rules and registry without moving anything, and record what it came to. Scope:
    `production:return`."""
    caller = write.caller
    return write.answer(
        lambda store: returning.rehearse(
            store,
            caller.place.ledger,
            model=model,
            environment=wish.environment,
            registry=lambda number: registry_trouble(caller.place, number, wish.environment),
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: DrillView(
            model=done.model,
            outcome=done.outcome,
            former=done.current,
            version=done.former,
            found=list(done.found),
            microseconds=done.microseconds,
            ledger=write.proof(session, done.entry),
        ),
    )


@router.post(
    "/models/{model}/versions/{version}/code",
    status_code=HTTPStatus.CREATED,
    response_model=CodeReported,
    operation_id="report_code",
)
def code(model: str, version: str, wish: CodeWish, write: Write) -> Response:
    """Put the commit behind a version on record, with its pull request, reviews and results. Scope: `code:report`."""
    caller = write.caller
    return write.answer(
        lambda store: report_code(
            store,
            caller.place.ledger,
            model=model,
            version=version,
            report=wish.entered(),
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: CodeReported(
            model=done.model, version=done.version, ledger=write.proof(session, done.entry)
        ),
    )


@router.post(
    "/models/{model}/versions/{version}/placements",
    status_code=HTTPStatus.CREATED,
    response_model=CodeReported,
    operation_id="place_version",
)
def place(model: str, version: str, wish: PlaceWish, write: Write) -> Response:
    """Let a version stand in an environment beside production. An act of people: no token has a scope for it, so this
    answers 403 with every reason, as the page would."""
    caller = write.caller
    return write.answer(
        lambda store: placing.place_version(
            store,
            caller.place.ledger,
            model=model,
            version=version,
            environment=wish.environment,
            reason=wish.reason,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: CodeReported(
            model=done.model, version=done.version, ledger=write.proof(session, done.entry)
        ),
    )


def _step(store: Store, change: str, wish: RolloutWish, write: Writing) -> stepping.Stepped:
    ledger, actor, at = write.caller.place.ledger, write.caller.actor, write.caller.at
    match wish.act:
        case Act.BEGIN:
            return stepping.begin(store, ledger, change=change, strategy=wish.strategy, actor=actor, at=at)
        case Act.ADVANCE:
            return stepping.advance(store, ledger, change=change, actor=actor, at=at)
        case Act.HALT:
            return stepping.halt(store, ledger, change=change, reason=wish.reason, actor=actor, at=at)
        case Act.RESUME:
            return stepping.resume(store, ledger, change=change, actor=actor, at=at)
        case Act.ABORT:
            return stepping.abort(store, ledger, change=change, reason=wish.reason, actor=actor, at=at)
        case Act.RELEASE:
            return release_hold(store, ledger, change=change, reason=wish.reason, actor=actor, at=at)


def _step_said(write: Writing, session: Session, done: stepping.Stepped) -> RolloutStep:
    return RolloutStep(
        change=done.change,
        status=done.status,
        rollout=done.rollout,
        step=done.step,
        ledger=write.proof(session, done.entry),
    )
