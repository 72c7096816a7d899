"""Reads of drills of access for pages, the API and reports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from core.assurance.drill.service import load_drill
from core.assurance.rules import DrillStatus
from core.assurance.tables import AccessDrill, DrillDifference
from core.store.paging import Page

FINISHED = (DrillStatus.HOLDS, DrillStatus.DIFFERS)


@dataclass(frozen=True)
class DrillPage:
    """One drill with all that differed, open doors first, and how many cells of each act were open and shut."""

    drill: AccessDrill
    differences: tuple[DrillDifference, ...]
    parts: Mapping[str, Mapping[str, int]]  # part -> how it was seen -> cells
    acts: Mapping[tuple[str, str, str], Mapping[str, int]]  # part, principal, act -> open, shut -> cells


def drills(session: Session, *, limit: int, offset: int) -> Page[AccessDrill]:
    """Drills, the newest first."""
    total = session.exec(select(func.count()).select_from(AccessDrill)).one()
    query = select(AccessDrill).order_by(col(AccessDrill.id).desc()).limit(limit).offset(offset)
    return Page(tuple(session.exec(query).all()), total)


def newest_finished(session: Session) -> str | None:
    """The number of the last drill that came to something."""
    query = select(AccessDrill.number).where(col(AccessDrill.status).in_(FINISHED))
    return session.exec(query.order_by(col(AccessDrill.id).desc()).limit(1)).first()


def drill_page(session: Session, number: str) -> DrillPage:
    """The drill with this number; raises `NotFound`."""
    row = load_drill(session, number)
    found = select(DrillDifference).where(DrillDifference.drill_id == row.id)
    differences = tuple(session.exec(found.order_by(col(DrillDifference.seen), col(DrillDifference.id))).all())
    said = json.loads(row.counts) if row.counts else {"parts": {}, "acts": {}}
    parts: dict[str, dict[str, int]] = {}
    for key, cells in said["parts"].items():
        part, seen = key.split(" | ")
        parts.setdefault(part, {})[seen] = cells
    acts: dict[tuple[str, str, str], dict[str, int]] = {}
    for key, cells in said["acts"].items():
        part, principal, act, how = key.split(" | ")
        acts.setdefault((part, principal, act), {})[how] = cells
    return DrillPage(row, differences, parts, acts)
