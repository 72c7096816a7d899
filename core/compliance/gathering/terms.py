"""Facts about time: reviews, findings, actions after audits, evidence, answers and documents."""

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from core.audits.rules.life import FINAL
from core.audits.rules.life import FindingStatus as AuditFindingStatus
from core.audits.tables import Audit, AuditFinding
from core.compliance.gathering.decisions import in_production
from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import AnswerTerm, AuditAction, EvidenceAge, KeptDocument, OpenFinding, ReviewTerm
from core.coverage.tables import CoverageAnswer
from core.documents.tables import Document
from core.inventory.tables import Model, ModelVersion
from core.policy.packs.service import known_packs
from core.policy.packs.signals import SignalKind, parse_signal
from core.policy.packs.values import Pack
from core.policy.service import policy_in_force
from core.validation.rules import BLOCKING, EvidenceKind, FindingStatus
from core.validation.tables import Evidence, Finding


def reviews(session: Session, _reading: Reading) -> Read[ReviewTerm]:
    """Every model in use whose next review has a date."""
    query = select(col(Model.number), col(Model.owner), col(Model.next_review)).where(
        col(Model.retired_at).is_(None), col(Model.next_review).is_not(None)
    )
    return Read(tuple(ReviewTerm(model, model, owner, due) for model, owner, due in session.execute(query) if due))


def blocking_findings(session: Session, _reading: Reading) -> Read[OpenFinding]:
    """Every finding of high or critical severity that is not verified closed, of a model in use."""
    query = (
        select(col(Finding.number), col(Model.number), col(Finding.owner), col(Finding.severity), col(Finding.due_at))
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(
            col(Finding.severity).in_(tuple(BLOCKING)),
            col(Finding.status) != FindingStatus.VERIFIED_CLOSED,
            col(Model.retired_at).is_(None),
        )
    )
    return Read(
        tuple(
            OpenFinding(number, model, owner, severity.value, due)
            for number, model, owner, severity, due in session.execute(query)
        )
    )


def audit_actions(session: Session, _reading: Reading) -> Read[AuditAction]:
    """Every finding of an audit under way that waits for its owner."""
    status, open_ = col(AuditFinding.status), AuditFindingStatus.OPEN
    query = (
        select(col(AuditFinding.number), col(AuditFinding.owner), status, AuditFinding.respond_by, AuditFinding.due_at)  # type: ignore[call-overload]
        .join(Audit, col(Audit.id) == col(AuditFinding.audit_id))
        .where(col(Audit.status).not_in(FINAL), status.in_((open_, AuditFindingStatus.ANSWERED)))
    )
    return Read(tuple(_action(*row) for row in session.execute(query) if row[2] is open_ or row[4] is not None))


def _action(number: str, owner: str, status: AuditFindingStatus, respond_by: datetime, due: datetime) -> AuditAction:
    waits = status is AuditFindingStatus.OPEN
    return AuditAction(
        number, owner, "response to the finding" if waits else "promised action", respond_by if waits else due
    )


def evidence(session: Session, reading: Reading) -> Read[EvidenceAge]:
    """Every version in production with the time of its newest predictions that nothing replaced."""
    one, policy = in_production(), policy_in_force(session, at=reading.at).policy
    newest = (
        select(col(Evidence.version_id).label("version"), func.max(col(Evidence.uploaded_at)).label("at"))
        .where(col(Evidence.kind) == EvidenceKind.PREDICTIONS, col(Evidence.replaced_at).is_(None))
        .group_by(col(Evidence.version_id))
        .subquery("newest_evidence")
    )
    query = select(one.c.number, one.c.owner, one.c.name, one.c.tier, newest.c.at).outerjoin(
        newest, newest.c.version == one.c.version
    )
    return Read(
        tuple(
            EvidenceAge(f"{model} {name}", model, owner, at, policy.review_months(tier))
            for model, owner, name, tier, at in session.execute(query)
        )
    )


def answers(session: Session, _reading: Reading) -> Read[AnswerTerm]:
    """Every answer that was not withdrawn, whether a later one stands, and whether its pack applies still."""
    later = aliased(CoverageAnswer)
    same_model = or_(
        col(later.model_id) == col(CoverageAnswer.model_id),
        and_(col(later.model_id).is_(None), col(CoverageAnswer.model_id).is_(None)),
    )
    renewed = (
        select(col(later.id))
        .where(
            same_model, col(later.pack) == col(CoverageAnswer.pack), col(later.item) == col(CoverageAnswer.item),
            col(later.id) > col(CoverageAnswer.id), col(later.withdrawn_at).is_(None),
        )
        .exists()
    )  # fmt: skip
    query = (
        select(CoverageAnswer, Model.number, Model.packs, Model.retired_at, renewed)  # type: ignore[call-overload]
        .outerjoin(Model, col(Model.id) == col(CoverageAnswer.model_id))
        .where(col(CoverageAnswer.withdrawn_at).is_(None))
    )
    used = {pack for row in session.execute(select(col(Model.packs)).distinct()) for pack in row[0].split()}
    return Read(
        tuple(
            AnswerTerm(
                row.number, model or "", row.given_by, row.pack, row.item, row.expires_at, bool(again),
                retired is None and row.pack in (packs.split() if model else used),
            )
            for row, model, packs, retired, again in session.execute(query)
        )
    )  # fmt: skip


def kept_documents(session: Session, _reading: Reading) -> Read[KeptDocument]:
    """For every version in production each kind of document that its packs ask for, kept or not."""
    one = in_production()
    query = select(
        one.c.number, one.c.owner, one.c.name, one.c.packs, col(Document.kind), col(Document.open_places)
    ).outerjoin(Document, col(Document.version_id) == one.c.version)
    asked = {name: _asked(pack) for name, pack in known_packs(session).items()}
    kept: dict[tuple[str, str, str, str], dict[str, int]] = {}
    for model, owner, name, packs, kind, left in session.execute(query):
        found = kept.setdefault((model, owner, name, packs), {})
        if kind is not None:
            found[kind.value] = left
    return Read(
        tuple(
            KeptDocument(f"{model} {name} {kind}", model, owner, name, kind, kind in found, found.get(kind, 0))
            for (model, owner, name, packs), found in kept.items()
            for kind in sorted({kind for pack in packs.split() for kind in asked.get(pack, ())})
        )
    )


def _asked(pack: Pack) -> frozenset[str]:
    """The kinds of documents that items of the pack ask for wherever they apply."""
    signals = (parse_signal(word) for item in pack.items if not item.only_if for word in item.shown_by)
    return frozenset(one.name for one in signals if one and one.kind is SignalKind.DOCUMENT)
