"""Builds any report: what was asked is checked, the record goes back to its moment, and the template tells it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from sqlmodel import Session

from core.errors import Problem, Unreadable
from core.improvement.incidents.facts import load_incident
from core.reports.formats.laying import cells
from core.reports.history import record_as_of
from core.reports.layout.blocks import Cited, Document
from core.reports.screening import screened_report
from core.reports.templates.access import ACCESS
from core.reports.templates.audit import AUDIT
from core.reports.templates.board import BOARD
from core.reports.templates.changes import CHANGES
from core.reports.templates.coverage import COVERAGE
from core.reports.templates.dossier import DOSSIER
from core.reports.templates.incident import INCIDENT
from core.reports.templates.inventory import INVENTORY
from core.reports.templates.ll144 import LL144
from core.reports.templates.monitoring import MONITORING
from core.reports.templates.register import REGISTER
from core.reports.templates.validation import FAIRNESS, VALIDATION
from core.reports.templates.values import Frame, Template
from core.reports.values.report import Asked, Gap, Report, SubjectKind

ALL = (
    DOSSIER, INVENTORY, VALIDATION, FAIRNESS, LL144, CHANGES, INCIDENT, MONITORING, ACCESS, REGISTER, COVERAGE, BOARD,
    AUDIT,
)  # fmt: skip
TEMPLATES: Mapping[str, Template] = MappingProxyType({one.key: one for one in ALL})


def report_problems(asked: Asked, *, at: datetime) -> tuple[Problem, ...]:
    """Everything that is wrong with what was asked, told at once; empty means that it can be built."""
    template, found = TEMPLATES.get(asked.template), []
    if template is None:
        return (Problem("no such report", column="template", found=asked.template, expected=", ".join(TEMPLATES)),)
    subject = asked.subject
    if subject.kind not in template.subjects:
        expected = " or ".join(template.subjects)
        found.append(Problem("not what this report is about", column="subject", found=subject.kind, expected=expected))
    if subject.kind is not SubjectKind.ORGANISATION and not subject.number:
        found.append(Problem("a number is needed", column="subject"))
    if subject.kind is SubjectKind.VERSION and not subject.version:
        found.append(Problem("a version is needed", column="subject"))
    if asked.as_of > at:
        found.append(Problem("a moment that has not come", column="as_of", found=asked.as_of.isoformat()))
    if not template.has_period and asked.since is not None:
        found.append(Problem("this report covers no period", column="since", found=asked.since.isoformat()))
    if asked.since is not None and asked.since >= asked.as_of:
        found.append(Problem("a period that ends before it begins", column="since", found=asked.since.isoformat()))
    return tuple(found)


def build_report(
    session: Session, asked: Asked, *, reference: str, origin: str, vkey: str, generated_by: str, at: datetime
) -> Report:
    """The report on the record as of `asked.as_of`; raises `Unreadable`, and `NotFound` for what was not there then."""
    (report,) = build_reports(
        session, [asked], reference=reference, origin=origin, vkey=vkey, generated_by=generated_by, at=at
    )
    return report


def build_reports(
    session: Session,
    wanted: Sequence[Asked],
    *,
    reference: str,
    origin: str,
    vkey: str,
    generated_by: str,
    at: datetime,
) -> Iterator[Report]:
    """Several reports of one template, one moment and one model, from one reading of the record; as `build_report`."""
    first = wanted[0]
    problems = [problem for asked in wanted for problem in report_problems(asked, at=at)]
    if problems:
        raise Unreadable(problems)
    template = TEMPLATES[first.template]
    with record_as_of(session, first.as_of, tables=template.tables, vkey=vkey, **_scope(session, first)) as then:
        frame = Frame(then, reference, origin, generated_by, at)
        for asked in wanted:
            built = template.build(then.session, asked, frame)
            report = Report(
                reference=reference,
                asked=asked,
                template_version=template.version,
                generated_at=at,
                generated_by=generated_by,
                origin=origin,
                document=built.document,
                data=built.data,
                checkpoint=then.ledger.checkpoint,
                entries=tuple(sorted({*built.entries, *cited_entries(built.document)})),
                attachments=built.attachments,
                gaps=(*built.gaps, *(Gap(one.what, one.why) for one in then.lost)),
            )
            yield screened_report(report)


def cited_entries(document: Document) -> set[int]:
    """The entries that figures lead to, so that a bundle carries the proof of each."""
    sources = (cell.source for cell in cells(document) if isinstance(cell, Cited))
    return {one.entry for one in sources if one.entry is not None}


def _scope(session: Session, asked: Asked) -> dict[str, str]:
    """What the record is narrowed to: an audit, a model, or the model that an incident is about."""
    subject = asked.subject
    if subject.kind is SubjectKind.AUDIT:
        return {"audit": subject.number}
    if subject.kind is SubjectKind.INCIDENT:
        return {"model": load_incident(session, subject.number).model}
    return {"model": subject.number}
