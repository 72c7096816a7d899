"""Rows by their numbers, many at a time."""

from collections.abc import Collection
from typing import Any, TypeVar

from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, select

from core.store.base import Row

Kind = TypeVar("Kind", bound=Row)


def rows_by_id(session: Session, kind: type[Kind], ids: Collection[int]) -> dict[int, Kind]:
    """The rows of these numbers, in one statement; what the session holds is not read again, as with `Session.get`."""
    wanted, key = set(ids), getattr(kind, "id")  # noqa: B009  a plain row has no number
    known: dict[int, Any] = {one: session.identity_map.get(identity_key(kind, one)) for one in wanted}
    found = {one: row for one, row in known.items() if row is not None}
    missing = wanted - found.keys()
    rows = session.exec(select(kind).where(key.in_(missing))).all() if missing else ()
    return found | {getattr(row, "id"): row for row in rows}  # noqa: B009
