"""One change request with everything that a decision on it needs, as one reader sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.reach.belonging import about_models
from core.access.rules import Actor
from core.approval.code.facts import commits_of
from core.approval.code.rules import code_refusals
from core.approval.facts import change_facts, key_of, load_change, path_of
from core.approval.filling import filled_items
from core.approval.meaning import APPROVE, meaning
from core.approval.people import functions_of, represented_by
from core.approval.queries.evidence import Comparison, EvidenceLine, compared, in_reading_order
from core.approval.queries.exceptions import ExceptionRow, exception_row_of, standing_for
from core.approval.queries.rows import (
    ConditionRow,
    DissentRow,
    ItemRow,
    VoteRow,
    dissent_rows,
    item_rows,
    vote_rows,
)
from core.approval.rules import ChangeStatus, missing_functions, refusals
from core.approval.tables import ChangeRequest
from core.errors import Refusal
from core.inventory.rules import Action, Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.policy.exceptions import standing_exceptions
from core.policy.rules import ChangeKind, Function, Path
from core.policy.service import policy_by_id
from core.validation.evidence import latest_run, lifted_findings
from core.validation.queries import checks_of, version_evidence

ASKED = (
    Action.ANSWER_ITEM,
    Action.VOTE_APPROVE,
    Action.VOTE_REJECT,
    Action.EXECUTE,
    Action.WITHDRAW_CHANGE,
    Action.RESUME_CHANGE,
    Action.RETURN_CHANGE,
    Action.RETURN_TO_VALIDATION,
)


@dataclass(frozen=True)
class ChangePage:
    """The change as one reader sees it; people are numbers. `refusals` holds every reason against each act."""

    number: str
    kind: ChangeKind
    status: ChangeStatus
    rationale: str
    restriction: str
    lifts: str  # the change whose restriction this one ends
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
    path: Path  # as the policy said when it was asked
    quorum: int
    required: frozenset[Function]  # the functions that must be among the votes to approve
    missing: frozenset[Function]  # those for which none speaks yet
    approvals: int
    evidence_digest: str
    approved_digest: str | None
    replaces: str | None  # the version in production now, or the one that this change superseded
    evidence: tuple[EvidenceLine, ...]
    comparison: tuple[Comparison, ...]
    votes: tuple[VoteRow, ...]
    checklist: tuple[ItemRow, ...]
    conditions: tuple[ConditionRow, ...]  # of standing votes
    dissents: tuple[DissentRow, ...]
    returned_by: str | None
    returned_at: datetime | None
    return_reason: str
    exception: ExceptionRow | None  # that this change asks for
    exceptions: tuple[ExceptionRow, ...]  # that stand for the version now
    speaks_for: frozenset[Function]  # what the reader's own vote would speak for
    may_represent: tuple[str, ...]  # approvers who delegated their vote to the reader
    code: tuple[Refusal, ...]  # what the code behind the version lacks of the reviews that its path demands
    meaning: str  # what the reader's signature under an approval says
    refusals: Mapping[Action, tuple[Refusal, ...]]

    @property
    def answered(self) -> int:
        """How many items the reader has answered."""
        return sum(item.answered_at is not None for item in self.checklist)

    @property
    def filled(self) -> int:
        """How many items a check answers, as long as the reader does not."""
        return sum(item.by_check and item.answered_at is None for item in self.checklist)

    def may(self, action: Action) -> bool:
        """Whether the reader may do this now."""
        return not self.refusals[action]


def change(session: Session, number: str, viewer: Actor, *, at: datetime) -> ChangePage:
    """The change with this number as `viewer` sees it at this moment; raises `NotFound`."""
    record = load_change(session, number)
    row, model, version = record.change, record.model, record.version
    published = policy_by_id(session, row.policy_version_id)
    held = version_evidence(session, row.version_id)
    former = _former(session, row, model, version)
    run = latest_run(session, former) if former else None
    standing = standing_exceptions(session, version_id=row.version_id, model_id=key_of(model), at=at)
    comparison = compared(published.policy, held.checks, checks_of(session, key_of(run)) if run else (), standing, at)
    lifted = lifted_findings(session, version, at=at)
    filled = filled_items(session, version, record.items, at=at)
    facts = change_facts(session, record, viewer.id, at=at, filled=filled)
    votes = vote_rows(session, record, viewer)
    path = path_of(session, record)
    return ChangePage(
        number=row.number,
        kind=row.kind,
        status=row.status,
        rationale=row.rationale,
        restriction=row.restriction,
        lifts=row.lifts,
        model=model.number,
        model_name=model.name,
        tier=row.tier or model.tier,
        version=version.version,
        stage=version.stage,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        due_at=row.due_at,
        decided_at=row.decided_at,
        executed_by=row.executed_by,
        executed_at=row.executed_at,
        policy=f"{published.name} {published.version}",
        path=path,
        quorum=row.quorum,
        required=record.required,
        missing=missing_functions(record.ballots, record.required),
        approvals=record.approvals,
        evidence_digest=version.evidence_digest,
        approved_digest=row.approved_digest,
        replaces=former.version if former else None,
        evidence=in_reading_order(version, held, comparison, lifted),
        comparison=comparison,
        votes=votes,
        checklist=item_rows(record, viewer.id, filled),
        conditions=tuple(condition for vote in votes if vote.stands for condition in vote.conditions),
        dissents=dissent_rows(record),
        returned_by=row.returned_by,
        returned_at=row.returned_at,
        return_reason=row.return_reason,
        exception=exception_row_of(session, record, at=at),
        exceptions=standing_for(session, model, version, at=at),
        speaks_for=functions_of(session, viewer.id, at=at),
        may_represent=represented_by(session, viewer.id, about=about_models(session, [model.number]), at=at),
        code=code_refusals(path.code_reviews, commits_of(session, key_of(version)) if path.code_reviews else ()),
        meaning=meaning(record, APPROVE),
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
