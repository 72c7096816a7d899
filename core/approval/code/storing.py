"""Keeps the newest of what was said of code; the word of the forge itself is not overruled by a pipeline's."""

from datetime import datetime

from sqlmodel import select

from core.approval.code.rules import ReviewState, Source
from core.approval.code.tables import CodeChange, CodeCheck, CodeReview
from core.approval.code.values import CodeReport, SaidChange, SaidCheck, SaidReview
from core.approval.facts import key_of
from core.store import Transaction

# a comment after an approval leaves it standing, as the forges themselves hold it
DECISIVE = frozenset({ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED, ReviewState.DISMISSED})


def store_report(tx: Transaction, report: CodeReport, source: Source, *, at: datetime) -> None:
    """Store pull request, reviews and results; what is older than what is known changes nothing."""
    if report.change is not None:
        change = _change(tx, report.repository, report.change, source, at)
        for review in sorted(report.reviews, key=lambda one: one.at):
            _review(tx, change, review, source)
    for check in sorted(report.checks, key=lambda one: one.at):
        _check(tx, report.repository, check.revision or report.revision, check, source)


def _overrules(source: Source, known: Source) -> bool:
    return source is not Source.PIPELINE or known is Source.PIPELINE


def _change(tx: Transaction, repository: str, said: SaidChange, source: Source, at: datetime) -> CodeChange:
    row = tx.session.exec(
        select(CodeChange)
        .where(CodeChange.repository == repository, CodeChange.number == said.number)
        .with_for_update()
    ).first()
    if row is None:
        row = CodeChange(repository=repository, number=said.number, source=source, told_at=at)
    if _overrules(source, row.source):
        row.title, row.author = said.title or row.title, said.author or row.author
        row.head, row.merged_as = said.head or row.head, said.merged_as or row.merged_as
        row.source, row.told_at = source, at
    tx.session.add(row)
    tx.session.flush()
    return row


def _review(tx: Transaction, change: CodeChange, said: SaidReview, source: Source) -> None:
    row = tx.session.exec(
        select(CodeReview).where(CodeReview.change_id == change.id, CodeReview.reviewer == said.reviewer)
    ).first()
    if row is None:
        row = CodeReview(change_id=key_of(change), reviewer=said.reviewer, state=said.state, at=said.at, source=source)
    elif said.at >= row.at and _overrules(source, row.source) and (said.state in DECISIVE or row.state not in DECISIVE):
        row.state, row.at, row.source = said.state, said.at, source
    tx.session.add(row)
    tx.session.flush()


def _check(tx: Transaction, repository: str, revision: str, said: SaidCheck, source: Source) -> None:
    row = tx.session.exec(
        select(CodeCheck).where(
            CodeCheck.repository == repository, CodeCheck.revision == revision, CodeCheck.name == said.name
        )
    ).first()
    if row is None:
        row = CodeCheck(
            repository=repository, revision=revision, name=said.name, state=said.state, at=said.at, source=source
        )
    elif said.at >= row.at and _overrules(source, row.source):
        row.state, row.at, row.source = said.state, said.at, source
    tx.session.add(row)
    tx.session.flush()
