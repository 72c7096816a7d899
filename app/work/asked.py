"""What a person asked of others and what came of it: changes, questions, validations and exports."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, or_, select

from app.views.kinds import title_of
from app.work.tasks import State, Task, days_between, version_address
from core.access.queries import names
from core.access.rules import Actor
from core.approval.queries import my_changes
from core.approval.rules import ChangeStatus
from core.inventory.tables import Model, ModelVersion
from core.reports.formats.kinds import KINDS
from core.reports.tables import Export, ExportStatus
from core.reports.templates import TEMPLATES
from core.validation.rules import PENDING, RunStatus
from core.validation.tables import Question, Run

RECENT = timedelta(days=7)
_SPACE = "\u00a0"
WAITS_FOR = {
    "approvers": "Approvers",
    "execution": "Owner or approver, to execute",
    "requester": "You, to resume it",
    "validation": "Validation",
    "nobody": "",
}


def my_requests(session: Session, actor: Actor, at: datetime) -> tuple[Task, ...]:
    """Everything under way, and what was answered within a week, newest first; `why` says from whom it is due."""
    found = [
        *_changes(session, actor, at),
        *_questions(session, actor, at),
        *_runs(session, actor, at),
        *_exports(session, actor, at),
    ]
    return tuple(sorted(found, key=lambda task: task.since, reverse=True))


def _changes(session: Session, actor: Actor, at: datetime) -> list[Task]:
    return [
        Task(
            what=title_of(row.kind, f"v{row.version}", row.lifts),
            address="/approval",
            query=(("change", row.number),),
            model=row.model,
            model_name=row.model_name,
            tier=row.tier,
            since=row.requested_at,
            due=row.due_at,
            state=State("Approved") if row.status is ChangeStatus.APPROVED else _waiting(row.requested_at, at),
            why=WAITS_FOR[row.waits_for],
        )
        for row in my_changes(session, actor.id)
    ]


def _questions(session: Session, actor: Actor, at: datetime) -> list[Task]:
    rows = session.exec(
        select(Question, Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.id) == col(Question.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(
            Question.asked_by == actor.id,
            or_(col(Question.answered_at).is_(None), col(Question.answered_at) > at - RECENT),
        )
    ).all()
    known = names(session) if rows else {}
    return [
        Task(
            what=f"Answer to question {question.number}",
            address="/model",
            query=version_address(model.number, version.version, "Evidence"),
            model=model.number,
            model_name=model.name,
            tier=model.tier,
            since=question.asked_at,
            due=None,
            state=State("Met") if question.answered_at else _waiting(question.asked_at, at),
            why=known.get(question.answered_by or model.developer, model.developer),
        )
        for question, model, version in rows
    ]


def _runs(session: Session, actor: Actor, at: datetime) -> list[Task]:
    rows = session.exec(
        select(Run, Model, ModelVersion)
        .join(ModelVersion, col(ModelVersion.id) == col(Run.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(
            Run.requested_by == actor.id,
            or_(col(Run.status).in_(PENDING), col(Run.finished_at) > at - RECENT),
        )
    ).all()
    return [
        Task(
            what=f"Validation {run.number} of v{version.version}",
            address="/model",
            query=version_address(model.number, version.version, "Evidence"),
            model=model.number,
            model_name=model.name,
            tier=model.tier,
            since=run.requested_at,
            due=None,
            state=_run_state(run),
            why="Countersign",
        )
        for run, model, version in rows
    ]


def _run_state(run: Run) -> State:
    steps = f"{run.steps_done}/{run.steps_total}" if run.status is RunStatus.RUNNING and run.steps_total else ""
    return State(run.status.value, steps)


def _exports(session: Session, actor: Actor, at: datetime) -> list[Task]:
    rows = session.execute(
        select(Export, Model)
        .outerjoin(Model, col(Model.id) == col(Export.model_id))
        .where(
            Export.requested_by == actor.id,
            col(Export.requested_at) > at - RECENT,
            col(Export.expires_at) > at,
            col(Export.schedule_id).is_(None),
            col(Export.status) != ExportStatus.CANCELLED,
        )
    ).all()
    return [
        Task(
            what=export_said(export),
            address="/exports",
            query=(("export", export.number),),
            model=model.number if model else "",
            model_name=model.name if model else "",
            tier=model.tier if model else None,
            since=export.requested_at,
            due=export.expires_at if export.status is ExportStatus.READY else None,
            state=State(export.status.value),
            why="Countersign",
        )
        for export, model in rows
    ]


def export_said(export: Export) -> str:
    """“Model dossier of v1.0.0, PDF, signed”."""
    template = TEMPLATES.get(export.template)
    title = template.title if template else export.template
    of = f" of v{export.subject_version}" if export.subject_version else ""
    return f"{title}{of}, {KINDS[export.format].title}"


def _waiting(since: datetime, at: datetime) -> State:
    days = days_between(since, at)
    return State("Waiting", f"{days}{_SPACE}d" if days else "")
