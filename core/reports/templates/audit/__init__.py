"""The audit report: plan, criteria, samples, fieldwork, findings with responses and follow-up, and closing."""

from sqlmodel import Session

from core.access.tables import Person, RoleGrant
from core.audits.queries import whole_audit
from core.audits.tables import (
    Audit,
    AuditCriterion,
    AuditFinding,
    AuditItem,
    AuditMember,
    AuditSample,
    AuditTest,
)
from core.reports.history.ledger import ENTRY
from core.reports.history.tracing import source_lines
from core.reports.templates.audit.data import named, read_data
from core.reports.templates.audit.sections import (
    cards,
    closing_section,
    criteria_section,
    fieldwork_section,
    findings_section,
    plan_section,
    samples_section,
    statement,
    tests_on_record,
)
from core.reports.templates.citing import Citing
from core.reports.templates.parts import document_of, people_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import audit as texts
from core.reports.values.dossier import Attachment
from core.reports.values.report import Asked, SubjectKind

VERSION = "audit report 2"
TABLES = (
    Person, RoleGrant, Audit, AuditMember, AuditCriterion, AuditSample, AuditItem, AuditTest, AuditFinding,
)  # fmt: skip


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The audit as it stood; raises `NotFound` for one that was not planned by then."""
    whole = whole_audit(session, asked.subject.number)
    people = people_of(session, named(whole) | {frame.generated_by})
    data = read_data(whole, asked, people)
    about = (ENTRY.entity_id == data.number) | ENTRY.entity_id.startswith(f"{data.number} ", autoescape=True)
    entries = list(frame.then.ledger.entries(ENTRY.entity_kind.in_(("audit", "audit finding")), about, said=False))
    citing = Citing(frame, people, source_lines(entries))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, people=people,
        scope=texts.AUDIT.format(number=data.number, title=data.title), statement=statement(data),
        cards=cards(data, citing),
        sections=(
            plan_section(data, citing), criteria_section(data), samples_section(data, citing),
            fieldwork_section(data, citing, tests_on_record(data, frame)), findings_section(data, citing),
            closing_section(data, citing),
        ),
    )  # fmt: skip
    attached = tuple(
        Attachment(
            f"population-{one.ordinal}.txt", "text/plain", texts.POPULATION.format(ordinal=one.ordinal),
            one.members.encode(),
        )
        for one in whole.samples
    )  # fmt: skip
    return Built(document, data, tuple(one.index for one in entries), attached)


AUDIT = Template("audit", texts.TITLE, VERSION, (SubjectKind.AUDIT,), False, texts.WHAT, TABLES, build)
