"""How a table goes back to a moment, as data: which rows were there, and which columns had not been set yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlmodel import Session

from core.reports.history.ledger import LedgerThen
from core.store.base import Row

Values: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class Turn:
    """Columns that are set when something happens at the time in `at`; until then they stand as in `before`."""

    at: str
    before: Mapping[str, object]


@dataclass(frozen=True)
class Parent:
    """The row that a row belongs to: it was there only if that one was, and where `since` names a time, by then."""

    column: str
    row: type[Row]
    key: str = "id"
    since: str = ""


@dataclass(frozen=True)
class Rewound:
    """One table: when a row came to be (empty: with its parent), what it belongs to, and its turns."""

    row: type[Row]
    born: str = ""
    parents: tuple[Parent, ...] = ()
    turns: tuple[Turn, ...] = ()
    always: Mapping[str, object] = field(default_factory=dict)  # columns that no report reads, and how they stand


@dataclass(frozen=True)
class Lost:
    """Something that stood in the record then and cannot be told any more, and why."""

    what: str
    why: str


@dataclass
class Work:
    """A rewinding under way: today's store, the moment, the rows so far, and what is lost."""

    source: Session
    as_of: datetime
    ledger: LedgerThen
    model: str  # only this model; empty: all
    audit: str = ""  # only this audit; empty: none is read
    rows: dict[type[Row], list[Values]] = field(default_factory=dict)
    lost: list[Lost] = field(default_factory=list)

    def of(self, row: type[Row]) -> Sequence[Values]:
        """The rows of a table; none where it is not read."""
        return self.rows.get(row, ())

    def past(self, value: object) -> bool:
        """Whether a time lies after the moment."""
        return isinstance(value, datetime) and value > self.as_of


def keep_born(work: Work, rule: Rewound) -> None:
    """Leave out the rows whose parents were not there then."""
    for parent in rule.parents:
        there = {one[parent.key] for one in work.of(parent.row) if not parent.since or one[parent.since] is not None}
        work.rows[rule.row] = [one for one in work.of(rule.row) if one[parent.column] in there]


def take_back(work: Work, rule: Rewound) -> None:
    """Set every column back whose turn came later."""
    for one in work.of(rule.row):
        one.update(rule.always)
        for turn in rule.turns:
            if work.past(one[turn.at]):
                one.update(turn.before)
