"""Where models stand by their checks, the most urgent first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, Subquery, case, func, or_, union
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.monitoring.checks.queries.results import results_by_id
from core.monitoring.checks.queries.rows import ModelState, ResultRow
from core.monitoring.checks.tables import MonitorSlot
from core.monitoring.checks.tables import MonitorState as MonitorState
from core.store.paging import Page
from core.store.types import choice

URGENCY = (
    MonitorState.CHECK_FAILED,
    MonitorState.BREACH,
    MonitorState.NO_DATA,
    MonitorState.INSUFFICIENT,
    MonitorState.WAITING,
    MonitorState.CALM,
)


def overview(
    session: Session,
    *,
    states: Sequence[MonitorState] = (),
    environment: str | None = None,
    tier: int | None = None,
    line: str | None = None,
    person: str | None = None,
    text: str = "",
    limit: int = 50,
    offset: int = 0,
) -> Page[ModelState]:
    """Every model that is in production or hands in data, the most urgent first; narrowed and paged in SQL.

    `line` is a business line, `person` the number of a model's owner or developer.
    """
    places = _places()
    state = _state_column()
    query = (
        select(Model, places.c.environment, col(ModelVersion.version), MonitorSlot)
        .add_columns(col(ProductionPointer.since))
        .select_from(places)
        .join(Model, col(Model.id) == places.c.model_id)
        .outerjoin(
            MonitorSlot,
            (col(MonitorSlot.model_id) == places.c.model_id) & (col(MonitorSlot.environment) == places.c.environment),
        )
        .outerjoin(
            ProductionPointer,
            (col(ProductionPointer.model_id) == places.c.model_id)
            & (col(ProductionPointer.environment) == places.c.environment),
        )
        .outerjoin(ModelVersion, col(ModelVersion.id) == col(ProductionPointer.version_id))
    )
    if states:
        query = query.where(state.in_(states))
    if environment is not None:
        query = query.where(places.c.environment == environment)
    if tier is not None:
        query = query.where(col(Model.tier) == tier)
    if line is not None:
        query = query.where(col(Model.business_line) == line)
    if person is not None:
        query = query.where(or_(col(Model.owner) == person, col(Model.developer) == person))
    if text.strip():
        wanted = text.strip()
        query = query.where(or_(col(Model.name).icontains(wanted, autoescape=True), col(Model.number) == wanted))
    total = session.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    urgency = case(*((state == one, place) for place, one in enumerate(URGENCY)), else_=len(URGENCY))
    rows = session.execute(
        query.order_by(urgency, col(Model.tier), col(Model.number), places.c.environment).limit(limit).offset(offset)
    ).all()
    worst = results_by_id(session, [slot.worst_result_id for _, _, _, slot, _ in rows if slot and slot.worst_result_id])
    return Page(tuple(_state(worst, *row) for row in rows), total)


def state_counts(session: Session, *, environment: str | None = None) -> Mapping[MonitorState, int]:
    """How many models stand in each state."""
    places = _places()
    state = _state_column()
    query = (
        select(state, func.count())
        .select_from(places)
        .outerjoin(
            MonitorSlot,
            (col(MonitorSlot.model_id) == places.c.model_id) & (col(MonitorSlot.environment) == places.c.environment),
        )
        .group_by(state)
    )
    if environment is not None:
        query = query.where(places.c.environment == environment)
    found = {MonitorState(key): count for key, count in session.execute(query).all()}
    return {one: found.get(one, 0) for one in URGENCY}


def model_states(session: Session, model: str) -> tuple[ModelState, ...]:
    """Where one model stands, in each environment; empty where it is nowhere in production and no data came."""
    known = session.exec(select(Model).where(Model.number == model)).first()
    if known is None:
        raise NotFound("model", model)
    page = overview(session, text=model, limit=100)
    return tuple(one for one in page.rows if one.model == model)


def environments_of(session: Session, model: str) -> tuple[str, ...]:
    """Where the model is in production or hands in data, production first."""
    found = {one.environment for one in model_states(session, model)}
    return tuple(sorted(found, key=lambda name: (name != PRODUCTION, name)))


def _state_column() -> ColumnElement[MonitorState]:
    return func.coalesce(col(MonitorSlot.state), MonitorState.WAITING, type_=choice(MonitorState))


def _places() -> Subquery:
    """Every model in production, and every other environment from which its data came."""
    produced = select(col(ProductionPointer.model_id), col(ProductionPointer.environment)).where(
        ProductionPointer.environment == PRODUCTION
    )
    return union(produced, select(col(MonitorSlot.model_id), col(MonitorSlot.environment))).subquery()


def _state(
    worst: Mapping[int, ResultRow],
    model: Model,
    environment: str,
    version: str | None,
    slot: MonitorSlot | None,
    since: datetime | None,
) -> ModelState:
    return ModelState(
        model=model.number,
        name=model.name,
        tier=model.tier,
        owner=model.owner,
        environment=environment,
        version=version,
        since=since,
        state=slot.state if slot else MonitorState.WAITING,
        last_data_at=slot.last_data_at if slot else None,
        last_run_at=slot.last_run_at if slot else None,
        error=slot.error if slot else "",
        worst=worst.get(slot.worst_result_id) if slot and slot.worst_result_id else None,
        series=tuple(orjson.loads(slot.series)) if slot else (),
    )
