"""One change request with everything that a decision on it needs, as one reader sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Actor
from core.approval.facts import ChangeRecord, change_facts, key_of, load_change, stands
from core.approval.queries.evidence import Comparison, EvidenceLine, compared, in_reading_order
from core.approval.rules import Answer, ChangeStatus, Choice, refusals
from core.approval.tables import ChangeRequest, Condition
from core.errors import Refusal
from core.inventory.rules import Action, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.policy.service import policy_by_id
from core.validation.evidence import latest_run
from core.validation.queries import checks_of, version_evidence

ASKED = (
    Action.ANSWER_ITEM,
    Action.VOTE_APPROVE,
    Action.VOTE_REJECT,
    Action.EXECUTE,
    Action.WITHDRAW_CHANGE,
    Action.RESUME_CHANGE,
)


@dataclass(frozen=True)
class ConditionRow:
    """A condition of approval: what, whose, until when, and who tied it to their vote."""

    text: str
    owner: str
    due_at: datetime
    set_by: str


@dataclass(frozen=True)
class VoteRow:
    """A vote; it stands unless the evidence changed since."""

    person: str
    choice: Choice
    rationale: str
    evidence_digest: str
    cast_at: datetime
    stands: bool
    conditions: tuple[ConditionRow, ...]


@dataclass(frozen=True)
class ItemRow:
    """A checklist item with the reader's own answer, if there is one."""

    code: str
    title: str
    guidance: str
    source: str
    required: bool
    answer: Answer | None
    reason: str
    answered_at: datetime | None
    frozen: bool


@dataclass(frozen=True)
class ChangePage:
    """The change as one reader sees it; people are numbers. `refusals` holds every reason against each act."""

    number: str
    status: ChangeStatus
    rationale: str
    model: str
    model_name: str
    tier: int
    version: str
    stage: Stage
    requested_by: str
    requested_at: datetime
    due_at: datetime
    decided_at: datetime | None
    executed_by: str | None
    executed_at: datetime | None
    policy: str
    quorum: int
    approvals: int
    evidence_digest: str
    approved_digest: str | None
    replaces: str | None  # the version in production now, or the one that this change superseded
    evidence: tuple[EvidenceLine, ...]
    comparison: tuple[Comparison, ...]
    votes: tuple[VoteRow, ...]
    checklist: tuple[ItemRow, ...]
    conditions: tuple[ConditionRow, ...]  # of standing votes
    refusals: Mapping[Action, tuple[Refusal, ...]]

    @property
    def answered(self) -> int:
        """How many items the reader has answered."""
        return sum(item.answer is not None for item in self.checklist)

    def may(self, action: Action) -> bool:
        """Whether the reader may do this now."""
        return not self.refusals[action]


def change(session: Session, number: str, viewer: Actor) -> ChangePage:
    """The change with this number as `viewer` sees it; raises `NotFound`."""
    record = load_change(session, number)
    row, model, version = record.change, record.model, record.version
    published = policy_by_id(session, row.policy_version_id)
    held = version_evidence(session, row.version_id)
    former = _former(session, row, model, version)
    run = latest_run(session, former) if former else None
    comparison = compared(published.policy, held.checks, checks_of(session, key_of(run)) if run else ())
    facts = change_facts(session, record, viewer.id)
    votes = _votes(session, record)
    return ChangePage(
        number=row.number,
        status=row.status,
        rationale=row.rationale,
        model=model.number,
        model_name=model.name,
        tier=model.tier,
        version=version.version,
        stage=version.stage,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        executed_by=row.executed_by,
        executed_at=row.executed_at,
        policy=f"{published.name} {published.version}",
        quorum=row.quorum,
        approvals=record.approvals,
        evidence_digest=version.evidence_digest,
        approved_digest=row.approved_digest,
        replaces=former.version if former else None,
        evidence=in_reading_order(version, held, comparison),
        comparison=comparison,
        votes=votes,
        checklist=_checklist(record, viewer.id),
        conditions=tuple(condition for vote in votes if vote.stands for condition in vote.conditions),
        refusals={action: refusals(facts, action, viewer) for action in ASKED},
    )


def _former(session: Session, change: ChangeRequest, model: Model, version: ModelVersion) -> ModelVersion | None:
    """The version that this change superseded, or, before execution, the one that it would supersede."""
    if change.status is ChangeStatus.EXECUTED:
        return session.get(ModelVersion, change.replaced_version_id) if change.replaced_version_id else None
    return session.exec(
        select(ModelVersion)
        .join(ProductionPointer, col(ProductionPointer.version_id) == col(ModelVersion.id))
        .where(
            ProductionPointer.model_id == model.id,
            ProductionPointer.environment == "production",
            ModelVersion.id != version.id,
        )
    ).first()


def _votes(session: Session, record: ChangeRecord) -> tuple[VoteRow, ...]:
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
                ConditionRow(row.text, row.owner, row.due_at, vote.person)
                for row in conditions
                if row.vote_id == vote.id
            ),
        )
        for vote in record.votes
    )


def _checklist(record: ChangeRecord, person: str) -> tuple[ItemRow, ...]:
    given = record.answers_of(person)
    rows = []
    for item in record.items:
        answer = given.get(key_of(item))
        rows.append(
            ItemRow(
                code=item.code,
                title=item.title,
                guidance=item.guidance,
                source=item.source,
                required=item.required,
                answer=answer.answer if answer else None,
                reason=answer.reason if answer else "",
                answered_at=answer.answered_at if answer else None,
                frozen=answer is not None and answer.frozen_at is not None,
            )
        )
    return tuple(rows)
