"""What is missing for the data of each dataset and model: classes, purposes, legal bases, and an end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.inventory.classes.queries import line, names_in_use, places
from core.inventory.classes.rules import Condition, Gap, Where, kept_days
from core.inventory.classes.tables import DataColumn, DataHolder
from core.policy.keeping.rules import DataClass, DataKeeping
from core.policy.service import policy_in_force


@dataclass(frozen=True)
class HolderGaps:
    """What is missing for the data of a holder: gaps of its columns by name, and gaps of the whole."""

    holder: str
    name: str
    owner: str
    columns: Mapping[Gap, tuple[str, ...]]
    whole: tuple[Gap, ...]


def holder_gaps(
    session: Session, inputs: Mapping[str, frozenset[str]], *, at: datetime, holders: Collection[str] | None = None
) -> tuple[HolderGaps, ...]:
    """What is missing for each holder in use; `inputs` are the declared inputs of models, by number."""
    policy = keeping_in_force(session, at=at)
    rows: dict[str, list[DataColumn]] = defaultdict(list)
    query = select(DataColumn) if holders is None else select(DataColumn).where(col(DataColumn.holder).in_(holders))
    for row in session.exec(query.order_by(col(DataColumn.name))):
        rows[row.holder].append(row)
    own = dict(session.exec(select(DataHolder.holder, DataHolder.days)).all())
    found = []
    for known in session.execute(names_in_use()):
        if known.holder in rows:
            said = _Known(known.holder, own.get(known.holder), known.words, known.registered_at, policy)
            columns = _missing(rows[known.holder], inputs.get(known.holder, frozenset()))
            whole = said.missing(rows[known.holder], at)
            found.append(HolderGaps(known.holder, known.name, known.owner, columns, whole))
    return tuple(found)


def keeping_in_force(session: Session, *, at: datetime) -> DataKeeping:
    """How long the policy in force keeps production data; without a policy it says no end."""
    try:
        return policy_in_force(session, at=at).policy.data
    except NotFound:
        return DataKeeping()


@dataclass(frozen=True)
class _Known:
    """What decides whether the data of a holder have an end: its own days, its words, and the policy."""

    holder: str
    days: int | None
    words: str | None  # of a dataset; None: a model
    registered_at: datetime
    policy: DataKeeping

    def missing(self, rows: Iterable[DataColumn], at: datetime) -> tuple[Gap, ...]:
        classes: dict[Where, set[DataClass]] = defaultdict(set)
        for row in rows:
            for where in places(row.met):
                if row.data_class is not None:
                    classes[where].add(row.data_class)
        if self.words is not None:
            past = self.days is not None and self.registered_at + timedelta(days=self.days) < at
            endless = self.days is None and not self.words.strip() and _of_people(classes.values())
            return (*((Gap.PAST,) if past else ()), *((Gap.RETENTION,) if endless else ()))
        endless = any(
            _of_people([held]) and kept_days(where, held, self.policy, self.days) is None
            for where, held in classes.items()
        )
        return (Gap.RETENTION,) if endless else ()


def _missing(rows: Sequence[DataColumn], inputs: frozenset[str]) -> Mapping[Gap, tuple[str, ...]]:
    found: dict[Gap, list[str]] = defaultdict(list)
    for row in rows:
        for gap in line(row).gaps:
            found[gap].append(row.name)
        if row.condition is Condition.BIAS and row.name in inputs:
            found[Gap.OTHER_USE].append(row.name)
    return {gap: tuple(found[gap]) for gap in Gap if gap in found}


def _of_people(classes: Iterable[Collection[DataClass]]) -> bool:
    return any(one.of_people for held in classes for one in held)
