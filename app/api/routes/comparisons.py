"""Compares a challenger with a champion, and reads what policy decided about going back."""

from http import HTTPStatus
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import Response

from app.api.answers.comparisons import (
    ComparisonAsked,
    ComparisonList,
    ComparisonView,
    ComparisonWish,
    DecisionList,
    DecisionView,
    Promotion,
    PromotionWish,
    ReasonView,
)
from app.api.caller import Reader
from app.api.writing import Write
from core.improvement.comparisons.asking import ask_comparison
from core.improvement.comparisons.promoting import request_promotion
from core.improvement.comparisons.queries import ComparisonPage, comparison, comparisons
from core.improvement.rollback.queries import DecisionRow, decisions
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.service import check_environment
from core.inventory.moves import load_model

router = APIRouter(tags=["Challengers and rollback"])
Limit = Annotated[int, Query(ge=1, le=200)]
Offset = Annotated[int, Query(ge=0, le=10**9)]


@router.post(
    "/models/{model}/comparisons",
    status_code=HTTPStatus.CREATED,
    response_model=ComparisonAsked,
    operation_id="ask_comparison",
)
def ask(model: str, wish: ComparisonWish, write: Write) -> Response:
    """Queue a comparison of a challenger with a champion on the same rows; read it until it is finished. Scope:
    `comparison:run`."""
    caller = write.caller
    return write.answer(
        lambda store: ask_comparison(
            store, caller.place.ledger, question=wish.entered(model), actor=caller.actor, at=caller.at
        ),
        lambda session, done: ComparisonAsked(comparison=done.number, ledger=write.proof(session, done.entry)),
    )


@router.get("/models/{model}/comparisons", operation_id="list_comparisons")
def comparisons_of(model: str, reader: Reader, limit: Limit = 50, offset: Offset = 0) -> ComparisonList:
    """Comparisons of a model, the newest first. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        load_model(session, model)
        page = comparisons(session, model=model, limit=limit, offset=offset)
    return ComparisonList(comparisons=[row.number for row in page.rows], total=page.total, limit=limit, offset=offset)


@router.get("/comparisons/{number}", operation_id="read_comparison")
def read(number: str, reader: Reader) -> ComparisonView:
    """A comparison with its recommendation, every reason and every figure. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        return _view(comparison(session, number, reader.actor))


@router.post(
    "/comparisons/{number}/promotion",
    status_code=HTTPStatus.CREATED,
    response_model=Promotion,
    operation_id="request_promotion",
)
def promote(number: str, wish: PromotionWish, write: Write) -> Response:
    """Request that the challenger go into production, where the comparison recommends it; its votes and rollout follow.
    Scope: `change:request`."""
    caller = write.caller
    return write.answer(
        lambda store: request_promotion(
            store,
            caller.place.ledger,
            comparison=number,
            rationale=wish.rationale,
            actor=caller.actor,
            at=caller.at,
        ),
        lambda session, done: Promotion(change=done.change, ledger=write.proof(session, done.entry)),
    )


@router.get("/models/{model}/rollback-decisions", operation_id="list_rollback_decisions")
def rollback_decisions(
    model: str,
    reader: Reader,
    environment: Annotated[str, Query(max_length=50)] = PRODUCTION,
    limit: Limit = 50,
    offset: Offset = 0,
) -> DecisionList:
    """What the policy's rollback clauses came to: considered, held back and why, or done. Scope: `record:read`."""
    with reader.place.store.reading() as session:
        load_model(session, model)
        check_environment(session, environment)
        page = decisions(session, model, environment, limit=limit, offset=offset)
    return DecisionList(decisions=[_decision(one) for one in page.rows], total=page.total, limit=limit, offset=offset)


def _view(page: ComparisonPage) -> ComparisonView:
    row, result = page.row, page.result
    return ComparisonView(
        comparison=row.number, model=row.model, champion=row.champion, challenger=row.challenger, source=row.source,
        status=row.status, step=page.step, error=page.error, pairs=row.pairs, recommendation=row.recommendation,
        reasons=[ReasonView(side=one.side, said=one.said, clause=one.clause) for one in result.reasons]
        if result
        else [],
        result=orjson.loads(result.to_json()) if result else None, result_digest=page.result_digest,
        change=row.change or None, asked_at=row.asked_at, finished_at=row.finished_at,
    )  # fmt: skip


def _decision(one: DecisionRow) -> DecisionView:
    return DecisionView(
        decision=one.number, at=one.at, outcome=one.outcome, clause=one.clause, found=one.said, version=one.version,
        former=one.former, chunks=list(one.chunks), needed=one.needed, against=list(one.against),
        incident=one.incident or None, alert=one.alert or None,
    )  # fmt: skip
