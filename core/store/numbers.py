"""Numbers that people read, such as M0217: gapless within a committed history and never given twice."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, col

from core.store.base import Row


class NumberSeries(Row, table=True):
    """The last number given for one prefix."""

    __tablename__ = "number_series"

    prefix: str = Field(primary_key=True, max_length=8)
    last: int


def next_number(session: Session, prefix: str) -> str:
    """The next of the series, with at least four digits; concurrent callers wait for one another."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(NumberSeries)
        .values(prefix=prefix, last=1)
        .on_conflict_do_update(index_elements=["prefix"], set_={"last": col(NumberSeries.last) + 1})
        .returning(col(NumberSeries.last))
    )
    return f"{prefix}{session.execute(statement).scalar_one():04d}"
