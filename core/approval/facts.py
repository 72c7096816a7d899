"""Loads a change request with all that a decision on it rests on, and says it as facts for the rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.approval.code.facts import commits_of
from core.approval.filling import Filled, filled_items
from core.approval.rules import ASIDE, OPEN, Answer, ChangeFacts, Choice
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Dissent, Vote
from core.errors import NotFound
from core.inventory.deployments.queries import restriction_of
from core.inventory.moves import facts_of, keys_of, version_by_id
from core.inventory.tables import Model, ModelVersion
from core.policy.exceptions.tables import PolicyException
from core.policy.rules import ChangeKind, DemandedFrom, Function, Path
from core.policy.service import policy_by_id
from core.store.base import Row
from core.validation.evidence import blocking_findings, latest_conclusion, latest_run, missing_clauses
from core.validation.rules import Outcome


@dataclass(frozen=True)
class ChangeRecord:
    """A change request with its version, checklist, answers, votes and dissents, in the order in which they came."""

    change: ChangeRequest
    model: Model
    version: ModelVersion
    items: tuple[ChecklistItem, ...]
    answers: tuple[ChecklistAnswer, ...]
    votes: tuple[Vote, ...]
    dissents: tuple[Dissent, ...] = ()
    exception: PolicyException | None = None

    @property
    def standing(self) -> tuple[Vote, ...]:
        """The votes that count: cast on the evidence as it is now, and not voided."""
        return tuple(vote for vote in self.votes if stands(vote, self.version))

    @property
    def ballots(self) -> tuple[frozenset[Function], ...]:
        """For each standing vote to approve, the functions that it speaks for."""
        return tuple(functions_in(vote.functions) for vote in self.standing if vote.choice is Choice.APPROVE)

    @property
    def approvals(self) -> int:
        """How many people stand for the change."""
        return len({vote.person for vote in self.standing if vote.choice is Choice.APPROVE})

    @property
    def required(self) -> frozenset[Function]:
        """The functions of which one each must vote to approve."""
        return functions_in(self.change.functions)

    @property
    def counted(self) -> frozenset[str]:
        """Everybody who has had their say: by a vote, by a delegate's vote in their place, or by a dissent."""
        voted = {vote.person for vote in self.standing}
        represented = {vote.on_behalf_of for vote in self.standing if vote.on_behalf_of}
        dissenting = {one.person for one in self.dissents if stands(one, self.version)}
        return frozenset(voted | represented | dissenting)

    def answers_of(self, person: str) -> dict[int, ChecklistAnswer]:
        """This person's answers by the item's row number."""
        return {answer.item_id: answer for answer in self.answers if answer.person == person}


def key_of(row: Row) -> int:
    """The row number of a stored row; a row that was never stored raises `NotFound`."""
    key = getattr(row, "id", None)
    if not isinstance(key, int):
        raise NotFound("stored row of", type(row).__name__)
    return key


def stands(said: Vote | Dissent, version: ModelVersion) -> bool:
    """Whether a vote counts: it does not once it is voided or the evidence is not what it was cast on."""
    return said.voided_at is None and said.evidence_digest == version.evidence_digest


def functions_in(text: str) -> frozenset[Function]:
    """The functions that a column holds, separated by a space."""
    return frozenset(Function(word) for word in text.split())


def functions_text(functions: frozenset[Function]) -> str:
    """The inverse of `functions_in`, in one order."""
    return " ".join(sorted(functions))


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
    dissents = session.exec(select(Dissent).where(Dissent.change_id == change.id).order_by(col(Dissent.id))).all()
    return ChangeRecord(
        change,
        model,
        version,
        tuple(items),
        tuple(answers),
        tuple(votes),
        tuple(dissents),
        _exception(session, change),
    )


def _exception(session: Session, change: ChangeRequest) -> PolicyException | None:
    if change.kind is not ChangeKind.POLICY_EXCEPTION:
        return None
    return session.exec(select(PolicyException).where(PolicyException.change == change.number)).first()


def open_change(session: Session, version: ModelVersion) -> ChangeRequest | None:
    """The request to bring this version into use that is still to be decided, or None."""
    return open_changes_of(session, [version]).get(version.id or 0)


def open_changes_of(session: Session, versions: Sequence[ModelVersion]) -> Mapping[int, ChangeRequest]:
    """As `open_change`, by the version's row number where there is one; the oldest, should there be more."""
    rows = session.exec(
        select(ChangeRequest)
        .where(
            col(ChangeRequest.version_id).in_(keys_of(versions)),
            col(ChangeRequest.status).in_(OPEN),
            col(ChangeRequest.kind).not_in(ASIDE),
        )
        .order_by(col(ChangeRequest.id).desc())
    )
    return {row.version_id: row for row in rows}


def change_facts(
    session: Session,
    record: ChangeRecord,
    person: str,
    *,
    at: datetime,
    filled: Mapping[str, Filled] | None = None,
) -> ChangeFacts:
    """Everything the rules of this step ask for, with the checklist as this person answered it.

    `filled` are the items that fill themselves, where the caller has read them.
    """
    path = path_of(session, record)
    before = path.code_reviews if path.code_reviews_from is DemandedFrom.APPROVAL else 0
    bound = restriction_of(session, record.change.lifts) if record.change.lifts else None
    conclusion = latest_conclusion(session, record.version)
    validated = conclusion is not None and conclusion.outcome is Outcome.VALIDATED
    filled = filled_items(session, record.version, record.items, at=at) if filled is None else filled
    answers = given_or_filled(record, person, filled)
    return ChangeFacts(
        version=facts_of(session, record.version),
        status=record.change.status,
        evidence_digest=record.version.evidence_digest,
        concluded_digest=conclusion.evidence_digest if conclusion and validated else None,
        approved_digest=record.change.approved_digest,
        blocking_findings=blocking_findings(session, record.version, at=at),
        unanswered_items=tuple(item.title for item in record.items if item.code not in answers),
        unmet_items=tuple(
            item.title for item in record.items if item.required and answers.get(item.code) is Answer.NOT_MET
        ),
        voters=record.counted,
        parties=frozenset({record.change.requested_by, record.model.owner}),
        kind=record.change.kind,
        requester=record.change.requested_by,
        returned=record.change.returned_at is not None,
        over=record.exception is not None and record.exception.ends_at <= at,
        lifts=bool(record.change.lifts),
        missing_clauses=missing_clauses(session, record.version, latest_run(session, record.version), at=at),
        code_reviews=before,
        commits=commits_of(session, key_of(record.version)) if before else (),
        lifted=bound is not None and bound.until is not None,
    )


def path_of(session: Session, record: ChangeRecord) -> Path:
    """How the policy under which the change was asked for lets it through."""
    policy = policy_by_id(session, record.change.policy_version_id).policy
    return policy.path(record.change.kind, record.change.tier or record.model.tier)


def given_or_filled(record: ChangeRecord, person: str, filled: Mapping[str, Filled]) -> Mapping[str, Answer]:
    """By the item's code, this person's answer, or the one that a check gives where they gave none."""
    given = record.answers_of(person)
    found = {code: one.answer for code, one in filled.items()}
    return found | {item.code: given[key_of(item)].answer for item in record.items if item.id in given}
