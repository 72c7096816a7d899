"""Loads a change request with all that a decision on it rests on, and says it as facts for the rules."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from core.approval.rules import OPEN, Answer, ChangeFacts, Choice
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Vote
from core.errors import NotFound
from core.inventory.moves import facts_of, version_by_id
from core.inventory.tables import Model, ModelVersion
from core.store.base import Row
from core.validation.evidence import blocking_findings, latest_conclusion
from core.validation.rules import Outcome


@dataclass(frozen=True)
class ChangeRecord:
    """A change request with its version, checklist, answers and votes, in the order in which they came."""

    change: ChangeRequest
    model: Model
    version: ModelVersion
    items: tuple[ChecklistItem, ...]
    answers: tuple[ChecklistAnswer, ...]
    votes: tuple[Vote, ...]

    @property
    def standing(self) -> tuple[Vote, ...]:
        """The votes that count: cast on the evidence as it is now, and not voided."""
        return tuple(vote for vote in self.votes if stands(vote, self.version))

    @property
    def approvals(self) -> int:
        """How many people stand for the change."""
        return len({vote.person for vote in self.standing if vote.choice is Choice.APPROVE})

    def answers_of(self, person: str) -> dict[int, ChecklistAnswer]:
        """This person's answers by the item's row number."""
        return {answer.item_id: answer for answer in self.answers if answer.person == person}


def key_of(row: Row) -> int:
    """The row number of a stored row; a row that was never stored raises `NotFound`."""
    key = getattr(row, "id", None)
    if not isinstance(key, int):
        raise NotFound("stored row of", type(row).__name__)
    return key


def stands(vote: Vote, version: ModelVersion) -> bool:
    """Whether a vote counts: it does not once it is voided or the evidence is not what it was cast on."""
    return vote.voided_at is None and vote.evidence_digest == version.evidence_digest


def load_change(session: Session, number: str, *, to_decide: bool = False) -> ChangeRecord:
    """The change with this number; raises `NotFound`.

    `to_decide` lets one decision on a change follow another: the row is locked before anything else is read, so
    that two last votes cannot each miss the other. Evidence is not held by this lock but by compare-and-set.
    """
    query = select(ChangeRequest).where(ChangeRequest.number == number)
    change = session.exec(query.with_for_update() if to_decide else query).first()
    if change is None:
        raise NotFound("change request", number)
    model, version = version_by_id(session, change.version_id)
    items = session.exec(
        select(ChecklistItem).where(ChecklistItem.change_id == change.id).order_by(col(ChecklistItem.position))
    ).all()
    answers = session.exec(
        select(ChecklistAnswer)
        .join(ChecklistItem, col(ChecklistItem.id) == col(ChecklistAnswer.item_id))
        .where(ChecklistItem.change_id == change.id)
        .order_by(col(ChecklistAnswer.id))
    ).all()
    votes = session.exec(select(Vote).where(Vote.change_id == change.id).order_by(col(Vote.id))).all()
    return ChangeRecord(change, model, version, tuple(items), tuple(answers), tuple(votes))


def open_change(session: Session, version: ModelVersion) -> ChangeRequest | None:
    """The request for this version that is still to be decided, or None."""
    return session.exec(
        select(ChangeRequest).where(ChangeRequest.version_id == version.id, col(ChangeRequest.status).in_(OPEN))
    ).first()


def change_facts(session: Session, record: ChangeRecord, person: str) -> ChangeFacts:
    """Everything the rules of this step ask for, with the checklist as this person answered it."""
    conclusion = latest_conclusion(session, record.version)
    validated = conclusion is not None and conclusion.outcome is Outcome.VALIDATED
    given = record.answers_of(person)
    return ChangeFacts(
        version=facts_of(session, record.version),
        status=record.change.status,
        evidence_digest=record.version.evidence_digest,
        concluded_digest=conclusion.evidence_digest if conclusion and validated else None,
        approved_digest=record.change.approved_digest,
        blocking_findings=blocking_findings(session, record.version),
        unanswered_items=tuple(item.title for item in record.items if item.id not in given),
        unmet_items=tuple(
            item.title
            for item in record.items
            if item.required and item.id in given and given[item.id].answer is Answer.NOT_MET
        ),
        voters=frozenset(vote.person for vote in record.standing),
        parties=frozenset({record.change.requested_by, record.model.owner}),
    )
