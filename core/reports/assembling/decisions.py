"""The decisions of a dossier: change requests with checklist, votes and conditions, and the ledger's entries."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.queries import names
from core.access.tables import RoleGrant
from core.approval.facts import ChangeRecord, load_change, stands
from core.approval.queries.exceptions import ExceptionRow, exception_row_of, exceptions
from core.approval.tables import ChangeRequest, Condition
from core.inventory.tables import Dataset, Model, ModelVersion
from core.reports.history.ledger import ENTRY, Entry, LedgerThen
from core.reports.values import (
    ConditionRecord,
    DecisionRecord,
    DissentRecord,
    ExceptionRecord,
    HistoryLine,
    ItemRecord,
    PersonLine,
    VoteRecord,
)

DIGEST = re.compile(r"[0-9a-f]{64}")
SHOWN = ("stage", "finding", "question", "run", "evidence", "severity", "outcome", "choice", "item", "answer", "reason")


def decision_records(session: Session, version: ModelVersion, *, at: datetime) -> tuple[DecisionRecord, ...]:
    """Every change request on this version, newest first, as it stood at `at`."""
    numbers = session.exec(
        select(ChangeRequest.number)
        .where(ChangeRequest.version_id == version.id)
        .order_by(col(ChangeRequest.id).desc())
    ).all()
    return tuple(_decision(session, load_change(session, number), at) for number in numbers)


def exception_records(
    session: Session, model: Model, version: ModelVersion, *, at: datetime
) -> tuple[ExceptionRecord, ...]:
    """Every policy exception that was asked for this version or its whole model, what stands at `at` first."""
    rows = exceptions(session, at=at, model=model.number, limit=1000).rows
    return tuple(_exception(row) for row in rows if row.whole_model or row.version == version.version)


def _exception(row: ExceptionRow) -> ExceptionRecord:
    return ExceptionRecord(
        number=row.number,
        change=row.change,
        clause=row.clause,
        title=row.title,
        covers="every version of the model" if row.whole_model else f"version {row.version}",
        threshold=row.threshold,
        figure=row.figure,
        controls=row.controls,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state.value,
    )


def _decision(session: Session, record: ChangeRecord, at: datetime) -> DecisionRecord:
    change = record.change
    replaced = session.get(ModelVersion, change.replaced_version_id) if change.replaced_version_id else None
    return DecisionRecord(
        number=change.number,
        status=change.status,
        rationale=change.rationale,
        quorum=change.quorum,
        requested_by=change.requested_by,
        requested_at=change.requested_at,
        due_at=change.due_at,
        approved_digest=change.approved_digest,
        decided_at=change.decided_at,
        executed_by=change.executed_by,
        executed_at=change.executed_at,
        replaced=replaced.version if replaced else None,
        checklist=_checklist(record),
        votes=_votes(record),
        conditions=_conditions(session, record),
        kind=change.kind,
        functions=tuple(sorted(record.required)),
        restriction=change.restriction,
        lifts=change.lifts,
        exception=_asked(session, record, at),
        dissents=_dissents(record),
        returned_by=change.returned_by,
        returned_at=change.returned_at,
        return_reason=change.return_reason if change.returned_at else "",
    )


def _asked(session: Session, record: ChangeRecord, at: datetime) -> ExceptionRecord | None:
    row = exception_row_of(session, record, at=at)
    return _exception(row) if row else None


def _dissents(record: ChangeRecord) -> tuple[DissentRecord, ...]:
    return tuple(
        DissentRecord(
            person=one.person,
            text=one.text,
            functions=tuple(one.functions.split()),
            meaning=one.meaning,
            evidence_digest=one.evidence_digest,
            written_at=one.written_at,
            stands=stands(one, record.version) or one.evidence_digest == record.change.approved_digest,
        )
        for one in record.dissents
    )


def _checklist(record: ChangeRecord) -> tuple[ItemRecord, ...]:
    lines = []
    for item in record.items:
        given = [answer for answer in record.answers if answer.item_id == item.id]
        lines += [
            ItemRecord(
                code=item.code,
                title=item.title,
                clause=item.source,
                required=item.required,
                answer=answer.answer,
                reason=answer.reason,
                author=answer.person,
                answered_at=answer.answered_at,
                frozen_at=answer.frozen_at,
                evidence=answer.evidence,
                filled=answer.filled,
            )
            for answer in given
        ]
        if not given:
            lines.append(
                ItemRecord(
                    code=item.code,
                    title=item.title,
                    clause=item.source,
                    required=item.required,
                    answer=None,
                    reason="",
                    author=None,
                    answered_at=None,
                    frozen_at=None,
                )
            )
    return tuple(lines)


def _votes(record: ChangeRecord) -> tuple[VoteRecord, ...]:
    return tuple(
        VoteRecord(
            person=vote.person,
            role="approver",
            choice=vote.choice,
            rationale=vote.rationale,
            evidence_digest=vote.evidence_digest,
            cast_at=vote.cast_at,
            stands=stands(vote, record.version) or vote.evidence_digest == record.change.approved_digest,
            voided_at=vote.voided_at,
            functions=tuple(vote.functions.split()),
            on_behalf_of=vote.on_behalf_of,
            meaning=vote.meaning,
        )
        for vote in record.votes
    )


def _conditions(session: Session, record: ChangeRecord) -> tuple[ConditionRecord, ...]:
    by_vote = {vote.id: vote.person for vote in record.votes}
    rows = session.exec(
        select(Condition).where(Condition.change_id == record.change.id).order_by(col(Condition.id))
    ).all()
    return tuple(
        ConditionRecord(
            row.text,
            row.owner,
            row.due_at,
            by_vote[row.vote_id],
            row.evidence,
            row.done_by,
            row.done_at,
            row.verified_by,
            row.verified_at,
        )
        for row in rows
    )


def history_entries(
    session: Session, ledger: LedgerThen, model: Model, version: ModelVersion, decisions: tuple[DecisionRecord, ...]
) -> tuple[Entry, ...]:
    """Ledger entries on the model, this version, its datasets, its changes and the policies, in the ledger's order."""
    datasets = session.exec(
        select(Dataset.number).where(col(Dataset.id).in_((version.training_dataset_id, version.test_dataset_id)))
    ).all()
    about = [
        model.number,
        f"{model.number} {version.version}",
        *datasets,
        *(decision.number for decision in decisions),
    ]
    found = [*ledger.about(about), *ledger.entries(ENTRY.entity_kind == "policy")]  # one OR would read every entry
    return tuple({one.index: one for one in sorted(found, key=lambda one: one.index)}.values())


def history(entries: Sequence[Entry]) -> tuple[HistoryLine, ...]:
    """The entries as lines of the dossier."""
    return tuple(_line(entry) for entry in entries)


def _line(entry: Entry) -> HistoryLine:
    detail = "; ".join(f"{key} {_short(entry.said[key])}" for key in SHOWN if entry.said.get(key))
    return HistoryLine(
        index=entry.index,
        at=entry.at,
        actor=entry.actor,
        role=entry.role,
        action=entry.action,
        entity=f"{entry.kind} {entry.entity}",
        detail=detail[:200],
        leaf=entry.leaf,
    )


def _short(value: object) -> str:
    """A digest by its first 8 digits; the entry itself holds all of it."""
    text = str(value)
    return text[:8] if DIGEST.fullmatch(text) else text


def people_lines(session: Session, numbers: set[str]) -> tuple[PersonLine, ...]:
    """Who the numbers in a dossier stand for, with the roles they ever held."""
    known = names(session)
    grants = session.exec(select(RoleGrant).where(col(RoleGrant.person).in_(numbers))).all()
    return tuple(
        PersonLine(
            number,
            known[number],
            tuple(sorted({grant.role.value for grant in grants if grant.person == number})),
        )
        for number in sorted(numbers & set(known))
    )
