"""The controls of a model and what they found lately, batch by batch."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from core.inventory.moves import load_model, versions_by_id
from core.monitoring.controls.declaring import own_controls
from core.monitoring.controls.rules import in_force
from core.monitoring.controls.tables import ControlResult, OwnControl
from core.policy.controls.rules import Control, for_tier
from core.policy.service import policy_in_force
from core.store.paging import Page

LATELY = timedelta(days=30)
MOST_BATCHES = 60  # in a sparkline


@dataclass(frozen=True)
class ControlState:
    """A control that holds now, and what it found lately; `shares` are those of the last batches, oldest first."""

    control: Control
    own: bool
    reason: str  # why the model declared it
    declared_by: str
    rows: int
    found: int
    put_up: int
    last: "ResultRow | None"
    shares: tuple[float, ...]

    @property
    def share(self) -> float | None:
        """Of the rows looked at lately; none where there were none."""
        return self.found / self.rows if self.rows else None

    @property
    def is_exceeded(self) -> bool:
        """Whether its last batch was beyond the share that raises an alert."""
        return self.last is not None and self.last.is_exceeded


@dataclass(frozen=True)
class ResultRow:
    """What one control found in one batch."""

    batch: str
    clause: str
    title: str
    own: bool
    kind: str
    action: str
    version: str
    environment: str
    rows: int
    found: int
    columns: Mapping[str, int]
    absent: tuple[str, ...]
    alert_above: float | None
    put_up: int
    seed: str
    at: datetime

    @property
    def share(self) -> float:
        """Of the rows of the batch that were looked at."""
        return self.found / self.rows if self.rows else 0.0

    @property
    def is_exceeded(self) -> bool:
        """Whether an alert was raised of it."""
        return self.alert_above is not None and self.rows > 0 and self.share > self.alert_above


def control_states(session: Session, model: str, environment: str, *, at: datetime) -> tuple[ControlState, ...]:
    """Every control that holds for this model now: the policy's in its order, then its own."""
    row = load_model(session, model)
    policy = policy_in_force(session, at=at).policy
    held = in_force(for_tier(policy.controls, row.tier), own_controls(session, row.id or 0))
    query = select(OwnControl).where(OwnControl.model_id == row.id, col(OwnControl.ended_at).is_(None))
    own = {one.number: one for one in session.exec(query)}
    found = _lately(session, row.id or 0, environment, at)
    return tuple(_state(one, is_own, own.get(one.clause), found.get(one.clause, [])) for one, is_own in held)


def results(
    session: Session, model: str, *, environment: str | None = None, clause: str = "", found_only: bool = False,
    limit: int, offset: int = 0,
) -> Page[ResultRow]:  # fmt: skip
    """What controls found, the newest batch first."""
    query = select(ControlResult).where(ControlResult.model_id == load_model(session, model).id)
    query = query.where(ControlResult.environment == environment) if environment is not None else query
    query = query.where(ControlResult.clause == clause) if clause else query
    query = query.where(ControlResult.found > 0) if found_only else query
    total = session.exec(select(func.count()).select_from(query.subquery())).one()
    rows = session.exec(query.order_by(col(ControlResult.id).desc()).limit(limit).offset(offset)).all()
    return Page(_told(session, rows), total)


def _lately(session: Session, model_id: int, environment: str, at: datetime) -> dict[str, list[ResultRow]]:
    query = select(ControlResult).where(
        ControlResult.model_id == model_id, ControlResult.environment == environment, ControlResult.at > at - LATELY
    )
    found: dict[str, list[ResultRow]] = {}
    for one in _told(session, session.exec(query.order_by(col(ControlResult.id))).all()):
        found.setdefault(one.clause, []).append(one)
    return found


def _state(control: Control, own: bool, row: OwnControl | None, found: list[ResultRow]) -> ControlState:
    return ControlState(
        control, own, row.reason if row else "", row.declared_by if row else "", sum(one.rows for one in found),
        sum(one.found for one in found), sum(one.put_up for one in found), found[-1] if found else None,
        tuple(one.share for one in found if one.rows)[-MOST_BATCHES:],
    )  # fmt: skip


def _told(session: Session, rows: Sequence[ControlResult]) -> tuple[ResultRow, ...]:
    found = versions_by_id(session, {row.version_id for row in rows if row.version_id})
    names = {key: one.version for key, (_, one) in found.items()}
    return tuple(
        ResultRow(
            row.batch, row.clause, row.title, row.own, row.kind, row.action, names.get(row.version_id or 0, ""),
            row.environment, row.rows, row.found, json.loads(row.columns), tuple(json.loads(row.absent)),
            row.alert_above, row.put_up, row.seed, row.at,
        )
        for row in rows
    )  # fmt: skip
