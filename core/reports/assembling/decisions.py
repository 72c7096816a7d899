"""The decisions of a dossier: change requests with checklist, votes and conditions, and the ledger's entries."""

import json
import re

from sqlmodel import Session, col, select

from core.access.queries import names
from core.access.tables import RoleGrant
from core.approval.facts import ChangeRecord, load_change, stands
from core.approval.tables import ChangeRequest, Condition
from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.tables import LogEntry, LogPayload
from core.reports.values import (
    ConditionRecord,
    DecisionRecord,
    HistoryLine,
    ItemRecord,
    PersonLine,
    VoteRecord,
)

DIGEST = re.compile(r"[0-9a-f]{64}")
SHOWN = ("stage", "finding", "question", "run", "evidence", "severity", "outcome", "choice", "item", "answer", "reason")


def decision_records(session: Session, version: ModelVersion) -> tuple[DecisionRecord, ...]:
    """Every change request on this version, newest first."""
    numbers = session.exec(
        select(ChangeRequest.number)
        .where(ChangeRequest.version_id == version.id)
        .order_by(col(ChangeRequest.id).desc())
    ).all()
    return tuple(_decision(session, load_change(session, number)) for number in numbers)


def _decision(session: Session, record: ChangeRecord) -> DecisionRecord:
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
    )


def _checklist(record: ChangeRecord) -> tuple[ItemRecord, ...]:
    lines = []
    for item in record.items:
        given = [answer for answer in record.answers if answer.item_id == item.id]
        shared = {"code": item.code, "title": item.title, "clause": item.source}
        lines += [
            ItemRecord(
                **shared,
                required=item.required,
                answer=answer.answer,
                reason=answer.reason,
                author=answer.person,
                answered_at=answer.answered_at,
                frozen_at=answer.frozen_at,
            )
            for answer in given
        ]
        if not given:
            lines.append(
                ItemRecord(
                    **shared,
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
        )
        for vote in record.votes
    )


def _conditions(session: Session, record: ChangeRecord) -> tuple[ConditionRecord, ...]:
    by_vote = {vote.id: vote.person for vote in record.votes}
    rows = session.exec(
        select(Condition).where(Condition.change_id == record.change.id).order_by(col(Condition.id))
    ).all()
    return tuple(ConditionRecord(row.text, row.owner, row.due_at, by_vote[row.vote_id]) for row in rows)


def history(
    session: Session, model: Model, version: ModelVersion, decisions: tuple[DecisionRecord, ...]
) -> tuple[HistoryLine, ...]:
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
    rows = session.execute(
        select(LogEntry, LogPayload.body)
        .outerjoin(LogPayload, col(LogPayload.entry_id) == col(LogEntry.idx))
        .where(col(LogEntry.entity_id).in_(about) | (col(LogEntry.entity_kind) == "policy"))
        .order_by(col(LogEntry.idx))
    ).all()
    return tuple(_line(entry, payload) for entry, payload in rows)


def _line(entry: LogEntry, payload: str | None) -> HistoryLine:
    particulars = json.loads(payload) if payload else {}
    detail = "; ".join(f"{key} {_short(particulars[key])}" for key in SHOWN if particulars.get(key))
    return HistoryLine(
        index=entry.idx,
        at=entry.at,
        actor=entry.actor,
        role=entry.role,
        action=entry.action,
        entity=f"{entry.entity_kind} {entry.entity_id}",
        detail=detail[:200],
        leaf=entry.leaf.hex(),
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
