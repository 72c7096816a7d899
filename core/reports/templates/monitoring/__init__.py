"""The monitoring summary: recorded events, runs on drift and performance, and what served in a period."""

from sqlmodel import Session

from core.access.tables import Person, RoleGrant
from core.inventory.deployments.tables import Deployment
from core.inventory.tables import Model, ModelVersion
from core.ledger.batches.tables import EventBatch
from core.ledger.events import Event
from core.reports.history.ledger import of, since
from core.reports.history.tracing import source_lines
from core.reports.templates.citing import Citing
from core.reports.templates.monitoring.data import MonitoringSummary, read_batches, read_checks, read_served
from core.reports.templates.monitoring.figures import figure_section, read_figures
from core.reports.templates.monitoring.sections import cards, check_section, event_section, served_section, statement
from core.reports.templates.monitoring_alerts import alert_section, alerts_of, checked_in, checks_of
from core.reports.templates.parts import document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import monitoring as texts
from core.reports.values.report import Asked, SubjectKind
from core.validation.tables import CheckResult, Evidence, Run

__all__ = ["MONITORING", "TABLES", "VERSION", "MonitoringSummary", "build"]

VERSION = "monitoring summary 3"
TABLES = (Person, RoleGrant, Model, ModelVersion, Deployment, Evidence, Run, CheckResult, EventBatch)


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """What was on record of the period."""
    people = people_of(session, {frame.generated_by})
    checks = checks_of(frame.then.ledger, asked)
    figures = read_figures(frame.then.ledger.session, asked, checks)
    data = MonitoringSummary(
        scope_of(session, asked), asked.since, asked.as_of, read_batches(session, asked), read_checks(session, asked),
        read_served(session, asked), alerts_of(frame.then.ledger, asked), checked_in(checks), figures, people,
    )  # fmt: skip
    entries = list(frame.then.ledger.entries(of(Event.EVENTS_RECORDED, Event.RUN_FINISHED), *since(asked.since)))
    runs = {f"run {one.run}" for one in data.checks}
    lines = [one for one in source_lines(entries) if not one.thing.startswith("run ") or one.thing in runs]
    citing = Citing(frame, people, lines)
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=statement(data),
        cards=cards(data, citing),
        sections=(
            alert_section(data.alerts, citing), figure_section(data.figures, citing), event_section(data, citing),
            check_section(data, citing), served_section(data, citing),
        ),
        people=people,
    )  # fmt: skip
    told = sorted(
        {line.entry for line in lines} | {one.entry for one in data.batches} | {one.entry for one in data.alerts}
    )
    return Built(document, data, tuple(told))


MONITORING = Template(
    "monitoring", texts.TITLE, VERSION, (SubjectKind.ORGANISATION, SubjectKind.MODEL), True, texts.WHAT, TABLES, build
)
