"""What else a draft would ask: votes of open changes, reviews and findings by its deadlines, and required evidence."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.approval.rules import OPEN
from core.approval.simulation.values import Demand, Overdue
from core.approval.tables import ChangeRequest
from core.inventory.building import MONTH
from core.inventory.rules import Stage
from core.inventory.tables import Dataset, Model, ModelVersion, ProductionPointer
from core.policy.exceptions import AllStanding, Standing, covers_missing
from core.policy.rules import ALL_TIERS, DatasetPart, Policy
from core.policy.service import policy_by_id
from core.validation.bias_purposes import bias_purposes, compared_groups
from core.validation.evidence import stated_of
from core.validation.requiring import missing_evidence, missing_statements
from core.validation.rules import FindingStatus, MissingClause, Severity
from core.validation.stress.queries import passed_at
from core.validation.stress.rules import age_in_days, missing_stress
from core.validation.tables import Evidence, Finding

ENVIRONMENT = "production"


def open_changes(session: Session) -> int:
    """How many change requests wait for a decision."""
    return _count(session, select(sql.count(col(ChangeRequest.id))).where(col(ChangeRequest.status).in_(OPEN)))


def demands(session: Session, draft: Policy) -> Iterator[Demand]:
    """The open changes that would need further votes, functions or code reviews, had the draft asked for them."""
    query = (
        select(ChangeRequest, col(Model.tier))
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(ChangeRequest.status).in_(OPEN))
        .order_by(col(ChangeRequest.due_at), col(ChangeRequest.id))
    )
    asked_by: dict[int, Policy] = {}
    for row, tier in session.execute(query).all():
        if row.policy_version_id not in asked_by:
            asked_by[row.policy_version_id] = policy_by_id(session, row.policy_version_id).policy
        tier = row.tier or tier
        asked, wanted = asked_by[row.policy_version_id].path(row.kind, tier), draft.path(row.kind, tier)
        votes, reviews = max(0, wanted.quorum - row.quorum), max(0, wanted.code_reviews - asked.code_reviews)
        functions = tuple(sorted({one.value for one in wanted.functions} - set(row.functions.split())))
        if votes or functions or reviews:
            yield Demand(row.number, tier, votes, functions, reviews)


def overdue_reviews(session: Session, in_force: Policy, draft: Policy, *, at: datetime) -> Overdue:
    """Models whose next review has passed, now and with the draft's months since the last one."""
    moved = {tier: (draft.review_months(tier) - in_force.review_months(tier)) * MONTH for tier in sorted(ALL_TIERS)}
    then = or_(*(and_(col(Model.tier) == tier, col(Model.next_review) < at - by) for tier, by in moved.items()))
    return Overdue(
        _count(session, select(sql.count(col(Model.id))).where(col(Model.next_review) < at)),
        _count(session, select(sql.count(col(Model.id))).where(then)),
    )


def overdue_findings(session: Session, draft: Policy, *, at: datetime) -> Overdue:
    """Open findings past their date, now and with the draft's days since they were raised."""
    still = select(sql.count(col(Finding.id))).where(col(Finding.status) != FindingStatus.VERIFIED_CLOSED)
    past = or_(
        *(
            and_(
                col(Finding.severity) == severity,
                col(Finding.raised_at) < at - timedelta(days=draft.remediation_days(severity.value)),
            )
            for severity in Severity
        )
    )
    return Overdue(_count(session, still.where(col(Finding.due_at) < at)), _count(session, still.where(past)))


def productions(session: Session) -> int:
    """How many versions are in production."""
    found = select(sql.count(col(ProductionPointer.id))).where(col(ProductionPointer.environment) == ENVIRONMENT)
    return _count(session, found)


def lacking(session: Session, draft: Policy, standing: AllStanding, *, at: datetime) -> tuple[int, int]:
    """How many versions in validation or production lack evidence or dataset records that the draft requires.

    The second number counts versions of which granted exceptions cover all that they lack; the first does not.
    """
    if not draft.required_evidence and not draft.required_datasets and not draft.stress.required:
        return 0, 0
    training, test = aliased(Dataset), aliased(Dataset)
    concerned = or_(
        col(ModelVersion.stage) == Stage.IN_VALIDATION,
        col(ModelVersion.id).in_(
            select(col(ProductionPointer.version_id)).where(col(ProductionPointer.environment) == ENVIRONMENT)
        ),
    )
    kinds: dict[int, set[str]] = {}
    mappings: dict[int, set[str]] = {}
    purposes = bias_purposes(session, [draft], at=at)
    at_hand = select(col(Evidence.version_id), col(Evidence.kind), col(Evidence.mapping))
    for version_id, kind, mapping in session.execute(at_hand.where(col(Evidence.replaced_at).is_(None))):
        kinds.setdefault(version_id, set()).add(kind.value)
        mappings.setdefault(version_id, set()).add(mapping)
    rows = session.execute(
        select(col(ModelVersion.id), col(Model.id), col(Model.tier), training, test)
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .join(training, col(training.id) == col(ModelVersion.training_dataset_id))
        .join(test, col(test.id) == col(ModelVersion.test_dataset_id))
        .where(concerned)
    )
    passed = passed_at(session) if draft.stress.required else {}
    uncovered = covered = 0
    for version_id, model_id, tier, first, second in rows:
        compared = compared_groups(mappings.get(version_id or 0, set()))
        stated = {
            part: stated_of(one, bias_purpose=purposes.cover(compared, one.id))
            for part, one in ((DatasetPart.TRAINING, first), (DatasetPart.TEST, second))
        }
        at_hand_now = kinds.get(version_id or 0, set())
        found = [
            *missing_evidence(draft, tier, at_hand_now),
            *missing_statements(draft, tier, stated),
            *missing_stress(draft.stress.required, tier, age_in_days(passed.get(version_id or 0), at)),
        ]
        granted = standing.for_version(version_id or 0, model_id or 0)
        left = [one for one in found if not _covered(one, granted, at)]
        uncovered += bool(left)
        covered += bool(found) and not left
    return uncovered, covered


def _covered(missing: MissingClause, granted: Sequence[Standing], at: datetime) -> bool:
    return any(covers_missing(one, clause=missing.clause, lacks=missing.lacks, at=at) for one in granted)


def _count(session: Session, query: Select[int]) -> int:
    return int(session.execute(query).scalar_one())
