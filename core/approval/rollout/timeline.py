"""Everything that happened to a model, from all of the cycle, in one order: one statement, paged in the database."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, union_all
from sqlmodel import Session, col

from core.approval.code.tables import VersionCode
from core.approval.rules import ChangeStatus
from core.approval.tables import ChangeRequest, Vote
from core.inventory.deployments.rules import Ending
from core.inventory.deployments.tables import Deployment, Drill, Restriction
from core.inventory.tables import Model, ModelVersion
from core.policy.rules import Phase
from core.store.paging import Page
from core.store.types import Instant
from core.validation.tables import Conclusion, Finding, Run


class Happening(StrEnum):
    """From where in the cycle a line of the time line comes."""

    VERSION = "version"
    CODE = "code"
    RUN = "validation"
    FINDING = "finding"
    CHANGE = "change"
    VOTE = "vote"
    DEPLOYMENT = "deployment"
    RESTRICTION = "restriction"
    DRILL = "rehearsal"


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened; `subject` is its number or place, `says` what became of it."""

    at: datetime
    kind: Happening
    act: str
    subject: str
    version: str
    person: str
    says: str


Line = Select[datetime, str, str, str, str, str, str]
Text = ColumnElement[str]


def timeline(
    session: Session, model: str, *, kinds: Collection[Happening] = (), limit: int = 25, offset: int = 0
) -> Page[TimelineRow]:
    """What happened to this model, newest first; only of these kinds, if any are given."""
    parts = [part for kind in (kinds or Happening) for part in PARTS[kind](model)]
    lines = union_all(*parts).subquery()
    total = session.execute(select(func.count()).select_from(lines)).scalar_one()
    query = select(lines).order_by(lines.c.at.desc(), lines.c.kind, lines.c.subject).limit(limit).offset(offset)
    return Page(
        tuple(
            TimelineRow(
                row.at, Happening(row.kind), row.act, row.subject or "", row.version or "", row.person, row.says
            )
            for row in session.execute(query).all()
        ),
        total,
    )


def _line(at: object, kind: Happening, act: str, subject: object, person: object, says: object) -> Line:
    return select(
        cast(at, Instant).label("at"),
        literal(kind.value).label("kind"),
        literal(act).label("act"),
        cast(subject, String).label("subject"),
        col(ModelVersion.version).label("version"),
        cast(person, String).label("person"),
        cast(says, String).label("says"),
    )


def _versions(model: str) -> list[Line]:
    line = _line(
        ModelVersion.created_at,
        Happening.VERSION,
        "registered",
        ModelVersion.version,
        ModelVersion.created_by,
        literal(""),
    )
    return [line.join(Model, col(Model.id) == col(ModelVersion.model_id)).where(col(Model.number) == model)]


def _of_version(line: Line, key: object, model: str) -> Line:
    return (
        line.join(ModelVersion, col(ModelVersion.id) == key)
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Model.number) == model)
    )


def _code(model: str) -> list[Line]:
    line = _line(
        VersionCode.told_at,
        Happening.CODE,
        "reported",
        VersionCode.repository,
        VersionCode.told_by,
        VersionCode.revision,
    )
    return [_of_version(line.select_from(VersionCode), VersionCode.version_id, model)]


def _runs(model: str) -> list[Line]:
    run = _line(Run.requested_at, Happening.RUN, "started", Run.number, Run.requested_by, Run.status)
    concluded = _line(
        Conclusion.concluded_at, Happening.RUN, "concluded", literal(""), Conclusion.concluded_by, Conclusion.outcome
    )
    return [
        _of_version(run.select_from(Run), Run.version_id, model),
        _of_version(concluded.select_from(Conclusion), Conclusion.version_id, model),
    ]


def _findings(model: str) -> list[Line]:
    raised = _line(Finding.raised_at, Happening.FINDING, "raised", Finding.number, Finding.raised_by, Finding.severity)
    closed = _line(Finding.closed_at, Happening.FINDING, "closed", Finding.number, Finding.closed_by, Finding.severity)
    return [
        _of_version(raised.select_from(Finding), Finding.version_id, model),
        _of_version(closed.select_from(Finding), Finding.version_id, model).where(col(Finding.closed_at).is_not(None)),
    ]


def _changes(model: str) -> list[Line]:
    lifts = literal("lift the restriction of ") + col(ChangeRequest.lifts)
    lifting = case((col(ChangeRequest.lifts) != "", lifts), else_=cast(ChangeRequest.kind, String))
    asked = _line(
        ChangeRequest.requested_at, Happening.CHANGE, "requested", ChangeRequest.number, ChangeRequest.requested_by,
        lifting,
    )  # fmt: skip
    executed = col(ChangeRequest.status) == ChangeStatus.EXECUTED  # which it was approved before
    became = case((executed, literal(ChangeStatus.APPROVED.value)), else_=cast(ChangeRequest.status, String))
    number, nobody = ChangeRequest.number, literal("")
    decided = _line(ChangeRequest.decided_at, Happening.CHANGE, "decided", number, nobody, became)
    return [
        _of_version(asked.select_from(ChangeRequest), ChangeRequest.version_id, model),
        _of_version(decided.select_from(ChangeRequest), ChangeRequest.version_id, model).where(
            col(ChangeRequest.decided_at).is_not(None)
        ),
    ]


def _votes(model: str) -> list[Line]:
    line = _line(Vote.cast_at, Happening.VOTE, "cast", ChangeRequest.number, Vote.person, Vote.choice)
    joined = line.select_from(Vote).join(ChangeRequest, col(ChangeRequest.id) == col(Vote.change_id))
    return [_of_version(joined, ChangeRequest.version_id, model)]


def _deployments(model: str) -> list[Line]:
    canary = literal("canary ") + cast(Deployment.share, String) + literal(" %")
    part = case((col(Deployment.phase) == Phase.CANARY, canary), else_=cast(Deployment.phase, String))
    moved = _line(Deployment.since, Happening.DEPLOYMENT, "moved", Deployment.environment, Deployment.moved_by, part)
    ended = _line(
        Deployment.until,
        Happening.DEPLOYMENT,
        "ended",
        Deployment.environment,
        Deployment.ended_by,
        Deployment.ended_as,
    )
    told = col(Deployment.until).is_not(None) & col(Deployment.ended_as).not_in((Ending.ADVANCED, Ending.SUPERSEDED))
    return [
        _of_version(moved.select_from(Deployment), Deployment.version_id, model),
        _of_version(ended.select_from(Deployment), Deployment.version_id, model).where(told),
    ]


def _restrictions(model: str) -> list[Line]:
    """Put in force by one change, and lifted by another."""
    set_ = _line(
        Restriction.since, Happening.RESTRICTION, "in force", Restriction.change, Restriction.set_by, Restriction.text
    )
    lifted = _line(
        Restriction.until,
        Happening.RESTRICTION,
        "lifted",
        Restriction.lifted_change,
        Restriction.lifted_by,
        Restriction.text,
    )
    return [
        _of_version(set_.select_from(Restriction), Restriction.version_id, model),
        _of_version(lifted.select_from(Restriction), Restriction.version_id, model).where(
            col(Restriction.until).is_not(None)
        ),
    ]


def _drills(model: str) -> list[Line]:
    line = _line(Drill.at, Happening.DRILL, "rehearsed", Drill.environment, Drill.by, Drill.outcome)
    return [
        line.select_from(Drill)
        .join(Model, col(Model.id) == col(Drill.model_id))
        .outerjoin(ModelVersion, col(ModelVersion.id) == col(Drill.to_version_id))
        .where(col(Model.number) == model)
    ]


PARTS: Mapping[Happening, Callable[[str], list[Line]]] = MappingProxyType(
    {
        Happening.VERSION: _versions,
        Happening.CODE: _code,
        Happening.RUN: _runs,
        Happening.FINDING: _findings,
        Happening.CHANGE: _changes,
        Happening.VOTE: _votes,
        Happening.DEPLOYMENT: _deployments,
        Happening.RESTRICTION: _restrictions,
        Happening.DRILL: _drills,
    }
)
