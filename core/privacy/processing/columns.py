"""Categories of personal data from the classes of columns, for a record of processing (GDPR 30(1)(c))."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from core.inventory.classes.queries import OF_PEOPLE
from core.inventory.classes.tables import DataColumn
from core.inventory.tables import Dataset, Model
from core.policy.keeping.rules import DataClass

NAMED = 12  # columns of one purpose that a record names


def described(session: Session, model: Model, data: Sequence[Dataset]) -> str:
    """By class and purpose the columns of people in the model's datasets and production data; empty where none is
    decided, so that what the datasets say in words stands."""
    by_purpose: dict[tuple[DataClass, str, str], list[str]] = defaultdict(list)
    for row in _rows(session, model, data):
        basis = ", ".join(str(one) for one in (row.basis, row.condition) if one)
        names = by_purpose[row.data_class or DataClass.PERSONAL, row.purpose, basis]
        if row.name not in names:
            names.append(row.name)
    return "; ".join(_said(*key, names) for key, names in by_purpose.items())


def holds_special(session: Session, model: Model, data: Sequence[Dataset]) -> bool:
    """Whether a column of theirs is classed as a special category."""
    return any(row.data_class is DataClass.SPECIAL for row in _rows(session, model, data))


def _rows(session: Session, model: Model, data: Sequence[Dataset]) -> Iterable[DataColumn]:
    holders = [model.number, *(one.number for one in data)]
    query = select(DataColumn).where(col(DataColumn.holder).in_(holders), col(DataColumn.data_class).in_(OF_PEOPLE))
    return session.exec(query.order_by(col(DataColumn.data_class).desc(), col(DataColumn.name), col(DataColumn.id)))


def _said(data_class: DataClass, purpose: str, basis: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    what = f"{data_class.value}: {', '.join(names[:NAMED])}{more}"
    why = "; ".join(part for part in (purpose.rstrip("."), basis) if part)
    return f"{what} ({why})" if why else what
