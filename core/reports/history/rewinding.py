"""How each table goes back to a moment: which rows were there, and which of their columns were not set yet, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from core.store.base import Row

Values: TypeAlias = dict[str, object]


@dataclass(frozen=True)
class Turn:
    """Columns that are set when something happens at the time in `at`; before that they stand as in `before`."""

    at: str
    before: Mapping[str, object]


@dataclass(frozen=True)
class Rewound:
    """A table: the time at which a row came to be (empty: from elsewhere), and its turns."""

    row: type[Row]
    born: str
    turns: tuple[Turn, ...] = ()
    scope: str = ""  # the column that narrows it to one model: model_id or version_id; empty: it is read whole
