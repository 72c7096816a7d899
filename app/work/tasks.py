"""One thing that waits for a person, ends soon or was asked for, with its address and how urgent it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

Row = TypeVar("Row")

MOST, LOOKED_AT = 15, 100  # of one kind on a desk, and rows that are asked about to find them
AT_FIRST = 30  # of these: in most cases enough are found among them
SOON = timedelta(days=7)
HORIZON = timedelta(days=30)
_SPACE = "\u00a0"


class State(NamedTuple):
    """A word of the status vocabulary and the number that belongs to it."""

    word: str
    detail: str = ""


@dataclass(frozen=True)
class Task:
    """What is asked, where it is done, on which model (number and name), since when, until when, and why of whom.

    `tier` and `due` are None where the thing has none; `model` is empty for what concerns a person.
    """

    what: str
    address: str
    query: tuple[tuple[str, str], ...]
    model: str
    model_name: str
    tier: int | None
    since: datetime
    due: datetime | None
    state: State
    why: str

    def overdue(self, at: datetime) -> bool:
        """Whether it should have been done before `at`."""
        return self.due is not None and self.due < at


@dataclass(frozen=True)
class Work:
    """What is on one person's desk, each list in the order in which it should be done.

    `more` says that of some kind more waits than the most urgent that are listed.
    """

    waiting: tuple[Task, ...]
    expiring: tuple[Task, ...]
    asked: tuple[Task, ...]
    more: bool = False


def in_two(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """The rows that are asked about at first, then the others, for whoever stops once enough are found."""
    yield from (part for part in (rows[:AT_FIRST], rows[AT_FIRST:]) if part)


def days_between(first: datetime, second: datetime) -> int:
    """Days from the one date to the other, in UTC, as a calendar counts them."""
    return (second.astimezone(UTC).date() - first.astimezone(UTC).date()).days


def urgency(due: datetime | None, at: datetime, otherwise: str) -> State:
    """Overdue, or due within a week, with the days; the word of its own step where there is time."""
    if due is None or due > at + SOON:
        return State(otherwise)
    days = days_between(at, due)
    if due < at:
        return State("Overdue", f"{-days}{_SPACE}d" if days else "")
    return State("Due soon", f"{days}{_SPACE}d" if days else "today")


def expiry(end: datetime, at: datetime) -> State:
    """Expiring, with the days that remain, or overdue once it has ended."""
    if end < at:
        return urgency(end, at, "")
    days = days_between(at, end)
    return State("Expiring", f"{days}{_SPACE}d" if days else "today")


def most_urgent_first(tasks: list[Task]) -> tuple[Task, ...]:
    """By due date, what has none last; of these the longest waiting first."""
    dated = sorted((task for task in tasks if task.due), key=lambda task: (task.due or task.since, task.since))
    return (*dated, *sorted((task for task in tasks if not task.due), key=lambda task: task.since))


def version_address(model: str, version: str, tab: str = "") -> tuple[tuple[str, str], ...]:
    """The query of a version's page, opened at a tab."""
    return (("model", model), ("version", version), *((("tab", tab),) if tab else ()))
