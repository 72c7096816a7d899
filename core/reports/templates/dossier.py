"""The model dossier as one of the templates: everything on record about one version as it was."""

from sqlmodel import Session

from core.access.redactions.tables import FileRedaction
from core.access.tables import Person, RoleGrant
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Condition, Dissent, Vote
from core.inventory.moves import load_version
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.exceptions.tables import PolicyException
from core.policy.packs.tables import RegulationPack
from core.policy.tables import PolicyVersion
from core.reports.assembling.dossier import assemble_as_of
from core.reports.layout.document import dossier_document
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import dossier as texts
from core.reports.values import TEMPLATE
from core.reports.values.report import Asked, SubjectKind
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run

TABLES = (
    Person, RoleGrant, Model, ModelVersion, Dataset, Evidence, FileRedaction, Run, CheckResult, Finding, Question,
    Conclusion, ChangeRequest, ChecklistItem, ChecklistAnswer, Vote, Condition, Dissent, PolicyException, PolicyVersion,
    RegulationPack,
)  # fmt: skip


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The dossier of the version as it was."""
    _, version = load_version(session, asked.subject.number, asked.subject.version)
    dossier = assemble_as_of(
        session,
        version.id or 0,
        frame.then.ledger,
        reference=frame.reference,
        origin=frame.origin,
        generated_by=frame.generated_by,
        at=frame.at,
        as_of=asked.as_of,
    )
    entries = tuple(line.index for line in dossier.history)
    return Built(dossier_document(dossier), dossier, entries, dossier.attachments)


DOSSIER = Template(
    key="dossier",
    title=texts.TITLE,
    version=TEMPLATE,
    subjects=(SubjectKind.VERSION,),
    has_period=False,
    what=texts.WHAT,
    tables=TABLES,
    build=build,
)
