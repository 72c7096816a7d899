"""Column types that make the wrong thing hard to store."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, Dialect, Enum, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """A moment as microseconds since 1970 in UTC: exact, sortable and the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else instant(value)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970; a moment without a zone is refused."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    return (moment - EPOCH) // timedelta(microseconds=1)


def instant(value: int) -> datetime:
    """The inverse of `microseconds`, in UTC."""
    return EPOCH + timedelta(microseconds=value)


def choice(kind: type[StrEnum], name: str = "") -> Enum:
    """A closed vocabulary, stored by value, with a CHECK made from the enum; a second one in a table needs a `name`."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        name=name or kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
        length=max(len(member.value) for member in kind) + 16,  # room for a longer word without a type change
    )


def row_id() -> TypeEngine[int]:
    """A row number: BIGINT where the database has one, INTEGER on SQLite, which alone numbers by itself."""
    return BigInteger().with_variant(Integer(), "sqlite")
