"""The summary that New York City Local Law 144 wants published, from the newest finished run of a version."""

from sqlmodel import Session

from core.inventory.moves import load_version
from core.ledger.events import Event
from core.reports.assembling.decisions import history_entries
from core.reports.history.tracing import source_lines
from core.reports.templates.citing import Citing
from core.reports.templates.dossier import TABLES as DOSSIER_TABLES
from core.reports.templates.ll144.data import audit_of, read_data
from core.reports.templates.ll144.sections import cards, missing_section, source, statement, tables
from core.reports.templates.parts import document_of, people_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import ll144 as texts
from core.reports.values.report import Asked, Gap, SubjectKind
from core.validation.evidence import latest_run
from core.validation.tables import BiasAuditStatement

TABLES = (*DOSSIER_TABLES, BiasAuditStatement)
VERSION = "LL144 summary 3"


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The summary of the version as it was."""
    model, version = load_version(session, asked.subject.number, asked.subject.version)
    run = latest_run(session, version)
    found = audit_of(session, run) if run and run.result else None
    people = people_of(session, {frame.generated_by})
    data = read_data(session, asked, model.name, version, run, found, people)
    entries = history_entries(session, frame.then.ledger, model, version, ())
    citing = Citing(frame, people, source_lines(entries))
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=data.scope,
        statement=statement(data),
        cards=cards(data, citing),
        sections=(tables(data, citing, found), source(data, citing), missing_section(data)),
        people=people,
    )
    gaps = tuple(Gap(texts.MISSING, texts.GAP.format(element=one.element, clause=one.clause)) for one in data.missing)
    gaps = gaps or (() if found else (Gap(texts.TABLES, texts.NONE_COMPUTED),))
    about = tuple(one.index for one in entries if one.action == Event.RUN_FINISHED)
    return Built(document, data, about, gaps=gaps)


LL144 = Template("ll144", texts.TITLE, VERSION, (SubjectKind.VERSION,), False, texts.WHAT, TABLES, build)
