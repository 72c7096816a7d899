"""Lists of the models in use in an order that no column holds: by what was computed about each of them."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from core.inventory.tables import Model
from core.store.paging import Page

Value = TypeVar("Value")


def in_use(session: Session, *, text: str, tier: int | None, business_line: str | None) -> Sequence[int]:
    """The row numbers, in order, of models that are not retired; empty and None mean everything.

    `text` is a part of the name or number.
    """
    conditions: list[ColumnElement[bool]] = [col(Model.retired_at).is_(None)]
    if text:
        texts = (col(Model.name), col(Model.number))
        conditions.append(or_(*(one.icontains(text, autoescape=True) for one in texts)))
    if tier:
        conditions.append(col(Model.tier) == tier)
    if business_line:
        conditions.append(col(Model.business_line) == business_line)
    found = session.exec(select(Model.id).where(*conditions).order_by(col(Model.id)))
    return [key for key in found if key is not None]


def page_in_use(
    session: Session, ordered: Sequence[tuple[int, Value]], *, limit: int, offset: int
) -> Page[tuple[Model, Value]]:
    """One page of what was computed, in this order, each beside its model."""
    shown = ordered[offset : offset + limit]
    rows = session.exec(select(Model).where(col(Model.id).in_([key for key, _ in shown]))).all() if shown else ()
    models = {row.id: row for row in rows}
    return Page(tuple((models[key], value) for key, value in shown if key in models), len(ordered))
