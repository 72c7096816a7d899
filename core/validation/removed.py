"""Says to whoever would read a file of a validation that retention removed it, when and why."""

from collections.abc import Collection, Iterable, Mapping

from sqlmodel import Session, col, select

from core.errors import NotFound
from core.validation.tables import Evidence


def removal_in_words(evidence: Evidence) -> str:
    """“E0003 was removed on 2026-11-20: kept for 400 days by policy [data_keeping], ledger entry 812”; empty: it is
    there."""
    if evidence.removed_at is None:
        return ""
    day, entry = f"{evidence.removed_at:%Y-%m-%d}", evidence.removed_entry
    return f"{evidence.number} was removed on {day}: {evidence.removed_reason}, ledger entry {entry}"


def refuse_removed(rows: Iterable[Evidence]) -> None:
    """Raise `NotFound` with day and reason where the files of one of these are gone."""
    if said := "; ".join(words for row in rows if (words := removal_in_words(row))):
        raise NotFound("rows of a file", said)


def removals_of(session: Session, numbers: Collection[str]) -> Mapping[str, str]:
    """By number, those of this evidence whose files are gone, in words."""
    query = select(Evidence).where(col(Evidence.number).in_(list(numbers)), col(Evidence.removed_at).is_not(None))
    return {row.number: removal_in_words(row) for row in session.exec(query.order_by(col(Evidence.id)))}
