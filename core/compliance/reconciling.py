"""Holds the deviations of a run against what is open: opens what is new, closes what is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from core.access.rules import SYSTEM
from core.compliance.catalogue import CheckText
from core.compliance.rules import Deviation
from core.compliance.tables import ComplianceFinding
from core.compliance.vocabulary import FindingStatus
from core.ledger.events import Event
from core.ledger.service import Entity, Happening, Ledger
from core.store import Transaction
from core.store.numbers import next_numbers

LONGEST = 200  # a subject, and the key of a cause


@dataclass(frozen=True)
class Reconciled:
    """What one check opened and closed in a run."""

    text: CheckText
    opened: tuple[ComplianceFinding, ...]
    closed: tuple[ComplianceFinding, ...]

    def record(self, tx: Transaction, ledger: Ledger, *, at: datetime) -> None:
        """One entry for each; the installation's, as the rules decided it and no person."""
        found = [
            Happening(
                Event.DEVIATION_FOUND,
                entity_of(row),
                {"check": row.check_key, "subject": row.subject, "said": row.said, "due": row.due_at.isoformat(),
                 "owner": row.owner or row.role, "repeat": row.repeat},
            )
            for row in self.opened
        ]  # fmt: skip
        found += [
            Happening(Event.DEVIATION_ENDED, entity_of(row), {"check": row.check_key, "reason": row.closing_reason})
            for row in self.closed
        ]
        if found:
            ledger.record_many(tx, found, actor=SYSTEM, at=at)


def entity_of(row: ComplianceFinding) -> Entity:
    """Named after its model where there is one, so that the model's history shows it."""
    return Entity("deviation", f"{row.model} {row.number}" if row.model else row.number)


def open_of(session: Session, key: str) -> Mapping[str, ComplianceFinding]:
    """What is open of a check, by subject."""
    query = select(ComplianceFinding).where(
        ComplianceFinding.check_key == key, ComplianceFinding.status == FindingStatus.OPEN
    )
    return {row.subject: row for row in session.exec(query)}


def open_subjects(session: Session, key: str) -> frozenset[str]:
    """As `open_of`, the subjects alone."""
    query = select(ComplianceFinding.subject).where(
        ComplianceFinding.check_key == key, ComplianceFinding.status == FindingStatus.OPEN
    )
    return frozenset(session.exec(query).all())


def reconcile(
    session: Session, run: str, text: CheckText, deviations: Sequence[Deviation], *, at: datetime
) -> Reconciled:
    """Open what deviates and is not open, once; close what is open and holds again, with the run that saw it."""
    standing = open_of(session, text.key)
    found = {one.subject[:LONGEST]: one for one in deviations}
    new = [one for subject, one in found.items() if subject not in standing]
    opened = _opened(session, run, text, new, at)
    gone = tuple(row for subject, row in standing.items() if subject not in found)
    for row in gone:
        row.status, row.closed_in, row.closed_at = FindingStatus.CLOSED, run, at
        row.closing_reason = f"The check holds again: run {run} read the record and did not find it any more."
        session.add(row)
    session.flush()
    return Reconciled(text, opened, gone)


def _opened(
    session: Session, run: str, text: CheckText, new: Sequence[Deviation], at: datetime
) -> tuple[ComplianceFinding, ...]:
    if not new:
        return ()
    repeats = _repeats(session, text.key)
    rows = tuple(
        ComplianceFinding(
            number=number, check_key=text.key, subject=one.subject[:LONGEST], model=one.model, said=one.said[:1000],
            cause_kind=one.cause.value, cause=one.key[:LONGEST], severity=text.severity, owner=one.owner,
            role="" if one.owner else text.role.value, due_at=at + timedelta(days=text.due_days),
            repeat=repeats.get(one.subject[:LONGEST], 0), opened_in=run, opened_at=at,
        )
        for number, one in zip(next_numbers(session, "CD", len(new)), new, strict=True)
    )  # fmt: skip
    session.add_all(rows)
    return rows


def _repeats(session: Session, key: str) -> Mapping[str, int]:
    query = (
        select(ComplianceFinding.subject, func.count())
        .where(ComplianceFinding.check_key == key, ComplianceFinding.status == FindingStatus.CLOSED)
        .group_by(col(ComplianceFinding.subject))
    )
    return dict(session.execute(query).all())
