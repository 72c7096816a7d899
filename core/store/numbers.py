"""Numbers that people read, such as M0217: gapless within a committed history and never given twice."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, col, select

from core.store.base import Row


class NumberSeries(Row, table=True):
    """The last number given for one prefix."""

    __tablename__ = "number_series"

    prefix: str = Field(primary_key=True, max_length=8)
    last: int


def next_number(session: Session, prefix: str) -> str:
    """The next of the series, with at least four digits; concurrent callers wait for one another."""
    return next_numbers(session, prefix, 1)[0]


def coming_numbers(session: Session, prefix: str, count: int) -> tuple[str, ...]:
    """What the next `count` of the series would be now; whoever draws them first gets them."""
    last = session.exec(select(NumberSeries.last).where(NumberSeries.prefix == prefix)).first() or 0
    return tuple(f"{prefix}{number:04d}" for number in range(last + 1, last + count + 1))


def next_numbers(session: Session, prefix: str, count: int) -> tuple[str, ...]:
    """The next `count` of the series; with 0 nothing is given, and other callers wait all the same."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(NumberSeries)
        .values(prefix=prefix, last=count)
        .on_conflict_do_update(index_elements=["prefix"], set_={"last": col(NumberSeries.last) + count})
        .returning(col(NumberSeries.last))
    )
    last = session.execute(statement).scalar_one()
    return tuple(f"{prefix}{number:04d}" for number in range(last - count + 1, last + 1))
