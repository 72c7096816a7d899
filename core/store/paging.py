"""One page of a longer list, and lists that are read in parts so that none of them is sorted as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlmodel import Session

Item = TypeVar("Item", covariant=True)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """The rows of this page and how many there are in all; counting stops at `total` where there are `more`."""

    rows: tuple[Item, ...]
    total: int
    more: bool = False


@dataclass(frozen=True)
class Part:
    """Some of a list's rows, and their order; an index gives both."""

    conditions: Sequence[ColumnElement[bool]]
    order: Sequence[SQLColumnExpression[Any]]  # columns of any type


def page_of_parts(
    session: Session, ids: Select[int | None], parts: Sequence[Part], *, limit: int, offset: int, counted: int
) -> Page[int]:
    """The ids of one page of a list that consists of these parts, one after the other, counted up to `counted`."""
    chosen: list[int] = []
    total = 0
    for part in parts:
        rows = ids.where(*part.conditions)
        missing, skipped = limit - len(chosen), max(0, offset - total)
        page = rows.order_by(*part.order).limit(missing).offset(skipped)
        found = session.execute(page).scalars().all() if missing > 0 else ()
        chosen += found
        if len(found) < missing and (found or not skipped):  # the part ends on this page: it need not be counted
            total += skipped + len(found)
        elif total <= counted:
            some = rows.limit(counted + 1 - total).subquery()
            total += session.execute(select(func.count()).select_from(some)).scalar_one()
    return Page(tuple(chosen), min(total, counted), more=total > counted)
