"""Which rows in quarantine reach their end while nobody decided on them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.inventory.classes.gaps import keeping_in_force
from core.inventory.classes.rules import CLAUSE, policy_days
from core.inventory.tables import Model
from core.monitoring.controls.rules import HeldStatus
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.rules import BatchKind
from core.policy.keeping.rules import DataKeeping
from core.privacy.classes.meeting import PLACES
from core.privacy.retention.holds import holds
from core.privacy.retention.planning import NOTICE, FileEnding, Kept, Term, terms_by_model


def quarantine_endings(
    session: Session, *, at: datetime, within: timedelta = NOTICE, only: Collection[str] | None = None
) -> tuple[FileEnding, ...]:
    """Every lot whose time ends within this time from `at`, or has ended, the first to end first.

    Days count from when the rows came: for as many as production data of their model are kept. Where nobody
    registered the model or classed its columns, the fewest days count that the policy names for any class.
    """
    policy, terms = keeping_in_force(session, at=at), terms_by_model(session, at=at)
    query = select(HeldRows, Model).outerjoin(Model, col(Model.id) == col(HeldRows.model_id))
    query = query.where(HeldRows.status == HeldStatus.HELD).order_by(col(HeldRows.id))
    if only is not None:
        query = query.where(col(HeldRows.number).in_(list(only)))
    ending: list[tuple[HeldRows, Model | None, Term]] = [
        (row, model, term)
        for row, model in session.execute(query)
        if (term := _term(BatchKind(row.kind), terms.get(model.number, {}) if model else {}, policy)) is not None
        and row.received_at + timedelta(days=term.days) <= at + within
    ]
    holding = holds(session, at=at) if ending else None
    found = []
    for row, model, term in ending:
        first, last = row.first_at or row.received_at, row.last_at or row.received_at
        held = holding.of([model.number] if model else [], row.number, first, last) if holding else ()
        found.append(
            FileEnding(
                Kept.QUARANTINE, row.number, model.number if model else "", model.name if model else row.model,
                row.environment, row.kind, row.rows, row.size, row.received_at, term,
                row.received_at + timedelta(days=term.days), held,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.ends_at, one.record)))


def _term(kind: BatchKind, of_model: Mapping[BatchKind, Term], policy: DataKeeping) -> Term | None:
    if kind in of_model:
        return of_model[kind]
    days = policy_days(PLACES[kind], tuple(policy.by_class), policy)
    return Term(days, f"policy {CLAUSE}, as nobody classed what they hold") if days is not None else None
