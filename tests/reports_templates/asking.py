"""Asks for reports in tests, and compares what two of them say."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.audits.tables import Audit
from core.improvement.incidents.tables import Incident
from core.inventory.tables import Model, ModelVersion
from core.ledger.service import Ledger
from core.reports.templates import TEMPLATES, build_report
from core.reports.values.report import Asked, Report, Subject, SubjectKind
from core.store import Store

OF_THE_EXPORT = frozenset({"reference", "generated_at", "generated_by", "document"})


def report(
    store: Store, ledger: Ledger, asked: Asked, *, at: datetime, generated_by: str = "P0001", reference: str = "X0001"
) -> Report:
    """The report, built at `at`."""
    with store.reading() as session:
        return build_report(
            session, asked, reference=reference, origin="countersign.test", vkey=ledger.vkey,
            generated_by=generated_by, at=at,
        )  # fmt: skip


def askable(session: Session, as_of: datetime, *, since: datetime | None = None) -> Iterator[Asked]:
    """Every template on everything that it can be about."""
    versions = session.exec(
        select(Model.number, ModelVersion.version)
        .join(ModelVersion, col(ModelVersion.model_id) == col(Model.id))
        .order_by(col(ModelVersion.id))
    ).all()
    models = session.exec(select(Model.number).order_by(col(Model.id))).all()
    audits = session.exec(select(Audit.number).order_by(col(Audit.id))).all()
    subjects = {
        SubjectKind.ORGANISATION: [Subject(SubjectKind.ORGANISATION)],
        SubjectKind.MODEL: [Subject(SubjectKind.MODEL, number) for number in models],
        SubjectKind.VERSION: [Subject(SubjectKind.VERSION, number, version) for number, version in versions],
        SubjectKind.INCIDENT: [
            Subject(SubjectKind.INCIDENT, number) for number in session.exec(select(Incident.number)).all()
        ],
        SubjectKind.AUDIT: [Subject(SubjectKind.AUDIT, number) for number in audits],
    }
    for template in TEMPLATES.values():
        for kind in template.subjects:
            for subject in subjects[kind]:
                yield Asked(template.key, subject, as_of, since if template.has_period else None)


def said(value: object) -> object:
    """A report's data without what belongs to the export alone."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = (one for one in fields(value) if one.name not in OF_THE_EXPORT)
        return {one.name: said(getattr(value, one.name)) for one in kept}
    if isinstance(value, tuple | list):
        return [said(one) for one in value]
    return value


def differing(one: object, other: object, path: str = "") -> list[str]:
    """Where two pieces of data differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [found for key in one for found in differing(one[key], other[key], f"{path}.{key}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            found for n, pair in enumerate(zip(one, other, strict=True)) for found in differing(*pair, f"{path}[{n}]")
        ]
    return [] if one == other else [f"{path}: {one!r} became {other!r}"]
