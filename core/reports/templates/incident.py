"""The incident report: its sections and fields stand, and say that nothing is recorded yet."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.inventory.deployments.rules import Ending
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.reports.history.ledger import of, since
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import Badge, Cell, Facts, Section, Statement, Tone
from core.reports.layout.words import badge
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.texts import incident as texts
from core.reports.templates.values import Built, Frame, Template
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, Gap, SubjectKind
from core.validation.rules import FindingStatus
from core.validation.tables import Finding

VERSION = "incident report 1"
TABLES = (Person, RoleGrant, Model, ModelVersion, Finding, Deployment)


@dataclass(frozen=True)
class BesideLine:
    """A finding, or a version that was rolled back."""

    thing: str
    what: str
    at: datetime
    status: str


@dataclass(frozen=True)
class IncidentReport:
    """The report as data: the parts with their fields, none of which holds anything, and what is on record beside."""

    scope: str
    since: datetime | None
    as_of: datetime
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    incidents: tuple[str, ...]
    beside: tuple[BesideLine, ...]
    pending: int
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The empty report, with findings and rollbacks of the period."""
    beside, pending = _beside(session, asked)
    people = people_of(session, {frame.generated_by})
    data = IncidentReport(
        scope_of(session, asked), asked.since, asked.as_of, texts.SECTIONS, (), beside, pending, people
    )
    entries = list(frame.then.ledger.entries(of(Event.FINDING_RAISED, Event.PRODUCTION_RETURNED), *since(asked.since)))
    citing = Citing(frame, people, source_lines(entries))
    empty = tuple(
        Section(title, (Facts(texts.CAPTION, tuple((name, texts.NOT_RECORDED) for name in names)),))
        for title, names in texts.SECTIONS
    )
    values = (0, "incidents"), (0, "incidents / actions"), (0, "incidents / reviews"), (pending, "pending")
    cards = tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope,
        statement=Statement(Badge(texts.NOTHING, Tone.NONE), texts.STATEMENT, texts.BELOW), cards=cards,
        sections=(*empty, _beside_section(data, citing)), people=people,
    )  # fmt: skip
    gaps = tuple(Gap(title, texts.GAP) for title, _ in texts.SECTIONS)
    return Built(document, data, tuple(one.index for one in entries), gaps=gaps)


def _beside(session: Session, asked: Asked) -> tuple[tuple[BesideLine, ...], int]:
    found = session.exec(select(Finding).order_by(col(Finding.id))).all()
    lines = [BesideLine(f"finding {one.number}", one.title, one.raised_at, one.status.value) for one in found]
    rows = session.exec(
        select(Deployment, Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.id) == col(Deployment.version_id))
        .join(Model, col(Model.id) == col(Deployment.model_id))
        .where(Deployment.ended_as == Ending.ROLLED_BACK)
    ).all()
    lines += [
        BesideLine(
            f"model {model}", f"{model} {version}. {texts.ROLLED_BACK.format(environment=row.environment)}", row.until,
            row.ended_as.value,
        )
        for row, model, version in rows
        if row.until is not None and row.ended_as is not None
    ]  # fmt: skip
    within = [one for one in lines if asked.since is None or one.at >= asked.since]
    pending = sum(one.status is not FindingStatus.VERIFIED_CLOSED for one in found)
    return tuple(sorted(within, key=lambda one: (one.at, one.thing), reverse=True)), pending


def _beside_section(data: IncidentReport, citing: Citing) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{one.thing}: {one.what}", citing.moment(one.at, one.thing, "at"), badge(one.status)) for one in data.beside
    )
    columns = columns_of(texts.BESIDE_COLUMNS, 4, 1.6, 1.4, right=(1,))
    return table_or(texts.BESIDE, texts.BESIDE_CAPTION, columns, rows, texts.NO_BESIDE)


INCIDENT = Template(
    "incident", texts.TITLE, VERSION, (SubjectKind.MODEL, SubjectKind.ORGANISATION), True, texts.WHAT, TABLES, build
)
