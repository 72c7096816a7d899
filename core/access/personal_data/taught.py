"""What people decided of columns, given back to the scans that follow, and columns put up for a decision."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened
from core.access.personal_data.rules import ColumnFinding, Kind, Level, ScanResult
from core.access.personal_data.tables import ColumnDecision, ColumnFound, ColumnVerdict
from core.errors import Refusal, Refused
from core.store.numbers import next_number


@dataclass(frozen=True)
class Lesson:
    """A decision that counts now: this column may hold these kinds, or what was taken for them is something else."""

    number: str
    column: str
    kinds: frozenset[str]
    verdict: ColumnVerdict


class Stopped(Refused):
    """The refusal of a table, with what was found in it, so that its columns can be put up for a decision."""

    def __init__(self, refusals: Sequence[Refusal], scan: ScanResult) -> None:
        super().__init__(refusals)
        self.scan = scan


def lessons(session: Session, scopes: Collection[str], *, at: datetime) -> tuple[Lesson, ...]:
    """What counts at this moment for a model and its datasets."""
    rows = session.exec(
        select(ColumnDecision).where(
            col(ColumnDecision.scope).in_(scopes),
            col(ColumnDecision.until) > at,
            col(ColumnDecision.withdrawn_at).is_(None),
            col(ColumnDecision.verdict) != ColumnVerdict.KEPT_OUT,
        )
    ).all()
    return tuple(Lesson(row.number, row.column_name, frozenset(row.kinds.split(", ")), row.verdict) for row in rows)


def taught(scan: ScanResult, decided: Sequence[Lesson]) -> ScanResult:
    """The scan after what was decided: an allowed column goes to review, a false alarm counts no more.

    A decision covers the kinds that it was given for; another kind in the same column stops the table as before.
    """
    if not decided:
        return scan
    return replace(scan, columns=tuple(_after(column, decided) for column in scan.columns))


def _after(found: ColumnFinding, decided: Iterable[Lesson]) -> ColumnFinding:
    kinds = frozenset(kind.value for kind in found.kinds)
    for lesson in decided:
        if found.level is Level.BLOCK and lesson.column == found.column and kinds <= lesson.kinds:
            allowed = lesson.verdict is ColumnVerdict.ALLOWED
            return replace(found, level=Level.REVIEW if allowed else Level.NONE)
    return found


def put_up(
    session: Session, scan: ScanResult, *, scope: str, where: str, besides: Collection[str] = (), by: str, at: datetime
) -> tuple[str, ...]:
    """Put every column that stops a table up for a decision; one that waits already is counted once more.

    `besides` names columns that were declared and did not stop it. Answers the numbers.
    """
    stopped = [found for found in scan.at_level(Level.BLOCK) if found.column not in besides]
    return tuple(_put_up(session, found, scope, where, by, at) for found in stopped)


def _put_up(session: Session, found: ColumnFinding, scope: str, where: str, by: str, at: datetime) -> str:
    kinds = ", ".join(sorted(kind.value for kind in found.kinds))
    column = screened(found.column, where=Entrance.MACHINE).text[:200]
    row = session.exec(
        select(ColumnFound).where(
            ColumnFound.scope == scope,
            ColumnFound.column_name == column,
            ColumnFound.kinds == kinds,
            ColumnFound.decision == "",
        )
    ).first()
    if row is None:
        row = ColumnFound(
            number=next_number(session, "PF"), scope=scope, where_met=where, column_name=column, kinds=kinds,
            said="", shape="", share=0.0, handed_in_by=by, found_at=at, last_at=at, times=0,
        )  # fmt: skip
    row.said, row.shape, row.share, row.first_line = found.words, found.masked_example, found.share, found.first_line
    row.last_at, row.handed_in_by, row.times = at, by, row.times + 1
    session.add(row)
    session.flush()
    return row.number


def kinds_of(words: str) -> frozenset[Kind]:
    """The kinds that a row names."""
    return frozenset(Kind(word) for word in words.split(", ") if word)
