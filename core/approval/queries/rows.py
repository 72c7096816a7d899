"""What a page shows of a change: votes, dissents, checklist and conditions, as typed rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.approval.facts import ChangeRecord, functions_in, key_of, stands
from core.approval.filling import Filled
from core.approval.rules import Answer, Choice, ConditionAct
from core.approval.service.conditions import against_condition
from core.approval.tables import ChecklistAnswer, ChecklistItem, Condition
from core.errors import Refusal
from core.policy.rules import Function

LONG_ENOUGH = "x" * 10  # a text that no rule finds too short: the button asks about everything else


@dataclass(frozen=True)
class ConditionRow:
    """A condition of approval: what, whose, until when, who tied it to their vote, and what became of it.

    `refusals` says for each act what stands against it for the reader, apart from the text that goes with it.
    """

    text: str
    owner: str
    due_at: datetime
    set_by: str
    id: int = 0
    evidence: str = ""
    done_by: str | None = None
    done_at: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None
    note: str = ""
    refusals: Mapping[ConditionAct, tuple[Refusal, ...]] | None = None

    def state(self, at: datetime) -> str:
        """Verified, done, overdue, or open."""
        if self.verified_at:
            return "Verified"
        if self.done_at:
            return "Done"
        return "Overdue" if self.due_at < at else "Open"

    def may(self, act: ConditionAct) -> bool:
        """Whether the reader may do this now."""
        return self.refusals is not None and not self.refusals[act]


@dataclass(frozen=True)
class VoteRow:
    """A vote, the functions it speaks for, for whom it was cast if not for the voter; it stands unless voided."""

    person: str
    choice: Choice
    rationale: str
    evidence_digest: str
    cast_at: datetime
    stands: bool
    conditions: tuple[ConditionRow, ...]
    functions: frozenset[Function] = frozenset()
    on_behalf_of: str | None = None
    meaning: str = ""
    authenticated_at: datetime | None = None  # when the voter last proved who they are


@dataclass(frozen=True)
class DissentRow:
    """A written dissent; like a vote it stands unless the evidence changed since."""

    person: str
    text: str
    functions: frozenset[Function]
    meaning: str
    evidence_digest: str
    written_at: datetime
    stands: bool


@dataclass(frozen=True)
class ItemRow:
    """A checklist item with the reader's own answer, or the one that its check gives meanwhile."""

    code: str
    title: str
    guidance: str
    source: str
    required: bool
    answer: Answer | None
    reason: str
    answered_at: datetime | None
    frozen: bool
    evidence: str = ""
    filled: Filled | None = None  # what the item's check says now
    by_check: bool = False  # the answer is the check's, which the reader let stand so far

    @property
    def overruled(self) -> bool:
        """Whether the reader answered otherwise than the check."""
        return self.filled is not None and self.answer is not None and self.answer is not self.filled.answer


def vote_rows(session: Session, record: ChangeRecord, viewer: Actor) -> tuple[VoteRow, ...]:
    """Votes in the order in which they were cast, with their conditions."""
    conditions = session.exec(
        select(Condition).where(Condition.change_id == record.change.id).order_by(col(Condition.id))
    ).all()
    return tuple(
        VoteRow(
            person=vote.person,
            choice=vote.choice,
            rationale=vote.rationale,
            evidence_digest=vote.evidence_digest,
            cast_at=vote.cast_at,
            stands=stands(vote, record.version),
            conditions=tuple(
                condition_row(session, record, row, vote.person, viewer) for row in conditions if row.vote_id == vote.id
            ),
            functions=functions_in(vote.functions),
            on_behalf_of=vote.on_behalf_of,
            meaning=vote.meaning,
            authenticated_at=vote.authenticated_at,
        )
        for vote in record.votes
    )


def condition_row(session: Session, record: ChangeRecord, row: Condition, set_by: str, viewer: Actor) -> ConditionRow:
    """One condition as this reader sees it."""
    against = {act: against_condition(session, record, row, act, viewer, LONG_ENOUGH) for act in ConditionAct}
    return ConditionRow(
        text=row.text,
        owner=row.owner,
        due_at=row.due_at,
        set_by=set_by,
        id=key_of(row),
        evidence=row.evidence,
        done_by=row.done_by,
        done_at=row.done_at,
        verified_by=row.verified_by,
        verified_at=row.verified_at,
        note=row.note,
        refusals=against,
    )


def dissent_rows(record: ChangeRecord) -> tuple[DissentRow, ...]:
    """Dissents in the order in which they were written."""
    return tuple(
        DissentRow(
            one.person,
            one.text,
            functions_in(one.functions),
            one.meaning,
            one.evidence_digest,
            one.written_at,
            stands(one, record.version),
        )
        for one in record.dissents
    )


def item_rows(record: ChangeRecord, person: str, filled: Mapping[str, Filled]) -> tuple[ItemRow, ...]:
    """The checklist as this person answered it; what a check says stands in until they answer."""
    given = record.answers_of(person)
    return tuple(_item(item, given.get(key_of(item)), filled.get(item.code)) for item in record.items)


def _item(item: ChecklistItem, answer: ChecklistAnswer | None, filled: Filled | None) -> ItemRow:
    by_check = answer.filled if answer else filled is not None
    return ItemRow(
        code=item.code,
        title=item.title,
        guidance=item.guidance,
        source=item.source,
        required=item.required,
        answer=answer.answer if answer else filled.answer if filled else None,
        reason=answer.reason if answer else filled.says if filled else "",
        answered_at=answer.answered_at if answer else None,
        frozen=answer is not None and answer.frozen_at is not None,
        evidence=answer.evidence if answer else filled.evidence if filled else "",
        filled=filled,
        by_check=by_check,
    )
