"""Regulation coverage: how every pack stands over all models, and item by item for one."""

from sqlmodel import Session

from core.access.tables import Person, RoleGrant
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Vote
from core.coverage.reading import model_coverage
from core.coverage.tables import CoverageAnswer
from core.documents.tables import Document, DocumentVersion
from core.inventory.tables import (
    Dataset,
    Link,
    Model,
    ModelVersion,
    PackDecision,
    PeriodicReview,
    ProductionPointer,
    RiskFactor,
)
from core.policy.exceptions.tables import PolicyException
from core.policy.packs.tables import RegulationPack
from core.policy.tables import PolicyVersion
from core.reports.templates.citing import Citing
from core.reports.templates.coverage.data import CoverageReport, counts_of, read_items
from core.reports.templates.coverage.sections import by_model, by_pack, cards, item_sections, statement
from core.reports.templates.parts import document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import coverage as texts
from core.reports.values.report import Asked, SubjectKind
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run

__all__ = ["COVERAGE", "TABLES", "VERSION", "build", "counts_of"]

VERSION = "regulation coverage 1"
TABLES = (
    Person, RoleGrant, Model, ModelVersion, Dataset, ProductionPointer, Evidence, Run, CheckResult, Finding, Question,
    Conclusion, Document, DocumentVersion, ChangeRequest, ChecklistItem, ChecklistAnswer, Vote, PolicyException,
    PolicyVersion, RegulationPack, CoverageAnswer, RiskFactor, PackDecision, PeriodicReview, Link,
)  # fmt: skip


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """Coverage as it stood."""
    one = asked.subject.kind is SubjectKind.MODEL
    covered = model_coverage(session, asked.subject.number, at=asked.as_of) if one else None
    items = read_items(covered) if covered else ()
    people = people_of(session, {line.answered_by for line in items} | {frame.generated_by})
    data = CoverageReport(scope_of(session, asked), asked.as_of, counts_of(session, asked.as_of), items, people)
    newest = frame.then.ledger.newest("model")
    citing = Citing(frame, people)
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=data.scope,
        statement=statement(data),
        cards=cards(data, citing),
        sections=(
            by_pack(data, citing),
            by_model(data, newest),
            *item_sections(data, citing),
        ),
        people=people,
    )
    models = {line.model for line in data.counts}
    return Built(document, data, tuple(sorted(newest[one].index for one in models if one in newest)))


COVERAGE = Template(
    "coverage", texts.TITLE, VERSION, (SubjectKind.ORGANISATION, SubjectKind.MODEL), False, texts.WHAT, TABLES, build
)
