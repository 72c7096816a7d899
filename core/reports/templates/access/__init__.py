"""The access report: acts by person, grants, refusals, times to a decision, and how personal data was taken out."""

from sqlmodel import Session

from core.access.personal_data.tables import ColumnDecision
from core.access.tables import Person, RoleGrant
from core.approval.tables import ChangeRequest, FunctionGrant
from core.inventory.tables import Dataset, Model, ModelVersion
from core.reports.history.ledger import of, since
from core.reports.history.tracing import source_lines
from core.reports.layout.words import counted
from core.reports.templates.access.acted import acted_sections, attached_records, read_acted
from core.reports.templates.access.gathering import (
    DECIDING,
    DENIED,
    GRANTING,
    datasets,
    read_grants,
    read_held,
    read_times,
    refusal,
)
from core.reports.templates.access.sections import (
    act_section,
    cards,
    dataset_section,
    grant_section,
    refusal_section,
    statement,
    time_section,
)
from core.reports.templates.access_data import (
    AccessReport,
    ActLine,
)
from core.reports.templates.access_more import gather, sections
from core.reports.templates.allowed import columns_decided, columns_section
from core.reports.templates.citing import Citing
from core.reports.templates.parts import document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import access as texts
from core.reports.values.report import Asked, Gap, SubjectKind

VERSION = "access report 5"
TABLES = (Person, RoleGrant, FunctionGrant, Model, ModelVersion, ChangeRequest, Dataset, ColumnDecision)


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """Who had access to what, and used it, in the period."""
    ledger, span = frame.then.ledger, since(asked.since)
    denied = list(ledger.entries(of(*DENIED), *span))
    refusals = tuple(refusal(one) for one in reversed(denied))
    acts = tuple(
        ActLine(actor, action, times, last.at, last.index, last.leaf)
        for actor, action, times, last in ledger.acts(*span)
    )
    acted = read_acted(ledger, *span)
    grants = read_grants(session, asked)
    used = [(one.actor, one.times, one.last_at) for one in acts]
    more = gather(
        ledger,
        read_held(grants, ledger, asked.as_of),
        ((one.actor, one.reasons) for one in refusals),
        used=used,
        begins=asked.since,
    )
    named = {one.actor for one in acts} | {one.person for one in grants} | more.people
    named |= {name for one in grants for name in (one.granted_by, one.confirmed_by) if name}
    people = people_of(session, named | {frame.generated_by})
    data = AccessReport(
        scope_of(session, asked), asked.since, asked.as_of, acts, acted, grants, refusals, read_times(session, asked),
        datasets(session), columns_decided(session, asked), more, people,
    )  # fmt: skip
    entries = [*ledger.entries(of(*GRANTING, *DECIDING)), *denied]
    citing = Citing(frame, people, source_lines(entries))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=statement(data),
        cards=cards(data, citing),
        sections=(
            act_section(data, citing), *acted_sections(acted, citing), grant_section(data, citing),
            refusal_section(data, citing), *sections(more, citing), time_section(data, citing), dataset_section(data),
            columns_section(data.columns),
        ),
        people=people,
    )  # fmt: skip
    told = sorted({one.entry for one in acts} | {one.entry for one in refusals} | more.entries)
    erased = sum(one.erased for one in denied)
    gaps = (Gap(texts.ERASED, texts.GAP.format(entries=counted(erased, "entry"))),) if erased else ()
    attached = attached_records(ledger, acted, *span)
    return Built(document, data, tuple(told), attachments=attached, gaps=gaps)


ACCESS = Template("access", texts.TITLE, VERSION, (SubjectKind.ORGANISATION,), True, texts.WHAT, TABLES, build)
