"""The board overview: people, process, policy and performance over all models, and what is late."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.rules import Role
from core.access.tables import Person, RoleGrant
from core.approval.queries.exceptions import exceptions
from core.approval.rules import OPEN
from core.approval.tables import ChangeRequest
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.metrics.verdicts import Verdict
from core.policy.service import policy_in_force
from core.reports.charts.values import counts_chart
from core.reports.layout.blocks import Badge, Block, Cell, Chart, Section, Statement, Table, Tone
from core.reports.layout.words import counted, day
from core.reports.templates import coverage
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import board as texts
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, SubjectKind
from core.validation.rules import FindingStatus, RunStatus
from core.validation.tables import CheckResult, Finding, Run

VERSION = "board overview 1"
TABLES = coverage.TABLES


@dataclass(frozen=True)
class BoardLine:
    """One figure of one part, and how much of it is late or wanting; None where that makes no sense."""

    part: str
    title: str
    value: int
    wanting: int | None


@dataclass(frozen=True)
class LateLine:
    """Something past its date."""

    kind: str
    thing: str
    name: str
    owner: str
    due_at: datetime


@dataclass(frozen=True)
class TierLine:
    """Models in use of one tier."""

    tier: int
    models: int


@dataclass(frozen=True)
class BoardOverview:
    """The overview as data."""

    scope: str
    since: datetime | None
    as_of: datetime
    lines: tuple[BoardLine, ...]
    tiers: tuple[TierLine, ...]
    late: tuple[LateLine, ...]
    people: tuple[PersonLine, ...]

    def line(self, part: int, place: int) -> BoardLine:
        """The figure at this place of this part."""
        return [one for one in self.lines if one.part == texts.PARTS[part]][place]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """Where governance stood."""
    models = session.exec(select(Model).where(col(Model.retired_at).is_(None)).order_by(col(Model.id))).all()
    late = _late(session, list(models), asked.as_of)
    lines = (
        *_people(session, list(models), asked.as_of),
        *_process(session, len(models), late, asked),
        *_policy(session, asked.as_of),
        *_performance(session),
    )
    tiers = tuple(TierLine(tier, number) for tier, number in sorted(Counter(one.tier for one in models).items()))
    people = people_of(session, {one.owner for one in late} | {frame.generated_by})
    data = BoardOverview(scope_of(session, asked), asked.since, asked.as_of, lines, tiers, late, people)
    citing = Citing(frame, people)
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=_statement(data),
        cards=_cards(data, citing), sections=(*_parts(data, citing), _late_section(data, citing)), people=people,
    )  # fmt: skip
    return Built(document, data, (frame.then.ledger.last,))


def _lines(part: int, titles: tuple[str, ...], *values: tuple[int, int | None]) -> tuple[BoardLine, ...]:
    return tuple(BoardLine(texts.PARTS[part], title, *value) for title, value in zip(titles, values, strict=True))


def _people(session: Session, models: list[Model], as_of: datetime) -> tuple[BoardLine, ...]:
    grants = session.exec(select(RoleGrant).where(col(RoleGrant.withdrawn_at).is_(None))).all()
    disabled = set(session.exec(select(Person.number).where(col(Person.disabled_at).is_not(None))).all())
    held = {(one.person, one.role) for one in grants if one.ends_at is None or one.ends_at > as_of}
    holders = {person for person, _ in held}
    owners = {one.owner for one in models}

    def of(role: Role) -> tuple[int, int | None]:
        found = {person for person, has in held if has is role}
        return len(found - disabled), len(found & disabled)

    return _lines(
        0, texts.PEOPLE, (len(holders - disabled), len(holders & disabled)), (len(owners), len(owners & disabled)),
        of(Role.APPROVER), of(Role.VALIDATOR),
    )  # fmt: skip


def _process(session: Session, models: int, late: tuple[LateLine, ...], asked: Asked) -> tuple[BoardLine, ...]:
    overdue = Counter(one.kind for one in late)
    changes = session.exec(select(ChangeRequest)).all()
    decided = [one for one in changes if one.decided_at and (asked.since is None or one.decided_at >= asked.since)]
    pending = session.exec(select(Finding.id).where(Finding.status != FindingStatus.VERIFIED_CLOSED)).all()
    return _lines(
        1, texts.PROCESS, (models, overdue["review"]),
        (sum(one.status in OPEN for one in changes), overdue["decision"]),
        (len(decided), sum(one.decided_at is not None and one.decided_at > one.due_at for one in decided)),
        (len(pending), overdue["finding"]),
    )  # fmt: skip


def _policy(session: Session, as_of: datetime) -> tuple[BoardLine, ...]:
    policy = policy_in_force(session, at=as_of).policy
    found = exceptions(session, at=as_of, limit=100_000).rows
    counts = coverage.counts_of(session, as_of)
    wanting = sum(one.partly + one.missing for one in counts)
    applicable = wanting + sum(one.shown + one.answered for one in counts)
    return _lines(
        2, texts.POLICY, (len(policy.thresholds), None),
        (sum(one.stands for one in found), sum(one.state.value == "expiring" for one in found)),
        (applicable, wanting),
    )  # fmt: skip


def _performance(session: Session) -> tuple[BoardLine, ...]:
    """By the newest finished run of every version that serves in production."""
    serving = session.exec(
        select(ProductionPointer.version_id)
        .join(Model, col(Model.id) == col(ProductionPointer.model_id))
        .where(ProductionPointer.environment == "production", col(Model.retired_at).is_(None))
    ).all()
    finished = session.exec(select(Run).where(Run.status == RunStatus.FINISHED).order_by(col(Run.id))).all()
    newest = {run.version_id: run.id for run in finished if run.version_id in set(serving)}
    checks = session.exec(select(CheckResult).where(col(CheckResult.run_id).in_(list(newest.values())))).all()
    lost = Counter(one.required for one in checks if one.verdict is Verdict.FAIL)
    required = sum(one.required for one in checks)
    return _lines(
        3, texts.PERFORMANCE, (len(serving), None), (len(newest), len(serving) - len(newest)),
        (required, lost[True]), (len(checks) - required, lost[False]),
    )  # fmt: skip


def _late(session: Session, models: list[Model], as_of: datetime) -> tuple[LateLine, ...]:
    named = {one.id: one for one in models}
    lines = [
        LateLine("review", f"model {one.number}", f"{one.number} {one.name}", one.owner, one.next_review)
        for one in models
        if one.next_review is not None and one.next_review < as_of
    ]
    rows = session.exec(
        select(Finding, ModelVersion.model_id)
        .join(ModelVersion, col(ModelVersion.id) == col(Finding.version_id))
        .where(Finding.status != FindingStatus.VERIFIED_CLOSED, col(Finding.due_at) < as_of)
    ).all()
    lines += [
        LateLine("finding", f"finding {one.number}", f"{one.number} {one.title}", one.owner, one.due_at)
        for one, model in rows
        if model in named
    ]
    changes = session.exec(
        select(ChangeRequest, ModelVersion.model_id)
        .join(ModelVersion, col(ModelVersion.id) == col(ChangeRequest.version_id))
        .where(col(ChangeRequest.status).in_(OPEN), col(ChangeRequest.due_at) < as_of)
    ).all()
    lines += [
        LateLine("decision", f"change {one.number}", one.number, named[model].owner, one.due_at)
        for one, model in changes
        if model in named
    ]
    return tuple(sorted(lines, key=lambda one: (one.due_at, one.thing)))


def _statement(data: BoardOverview) -> Statement:
    failed = data.line(3, 2).wanting or 0
    matters = len(data.late) + failed
    said = texts.STATEMENT.format(
        models=counted(data.line(1, 0).value, "model"), production=data.line(3, 0).value,
        matters=texts.MATTERS.format(count=counted(matters, "matter")) if matters else texts.NOTHING_LATE,
    )  # fmt: skip
    return Statement(Badge(texts.ATTENTION, Tone.ATTENTION) if matters else Badge(texts.GOOD, Tone.GOOD), said)


def _cards(data: BoardOverview, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (data.line(1, 0).value, f"lines / {texts.PROCESS[0]} / value"),
        (data.line(3, 0).value, f"lines / {texts.PERFORMANCE[0]} / value"),
        (len(data.late), "late"),
        (data.line(3, 2).wanting or 0, f"lines / {texts.PERFORMANCE[2]} / wanting"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _parts(data: BoardOverview, citing: Citing) -> tuple[Section, ...]:
    columns = columns_of(texts.COLUMNS, 3, 1, 1.6, right=(1, 2))
    found = []
    for part, caption in zip(texts.PARTS, texts.CAPTIONS, strict=True):
        rows = tuple(
            (
                one.title,
                citing.number(one.value, f"lines / {one.title} / value"),
                texts.NONE if one.wanting is None else citing.number(one.wanting, f"lines / {one.title} / wanting"),
            )
            for one in data.lines
            if one.part == part
        )
        blocks: list[Block] = [Table(caption, columns, rows)]
        if part == texts.PARTS[1] and data.tiers:
            shown = tuple((f"Tier {one.tier}", one.models) for one in data.tiers)
            blocks.append(Chart(counts_chart(shown, texts.BY_TIER, texts.BY_TIER), f"{texts.BY_TIER}."))
        found.append(Section(part, tuple(blocks)))
    return tuple(found)


def _late_section(data: BoardOverview, citing: Citing) -> Section:
    words = {"review": texts.REVIEW, "finding": texts.FINDING, "decision": texts.DECISION}
    rows = tuple(
        (
            words[one.kind].format(name=one.name),
            citing.name(one.owner),
            citing.said(day(one.due_at), f"late / {one.thing} / due_at"),
        )
        for one in data.late
    )
    columns = columns_of(texts.LATE_COLUMNS, 4, 2, 1.4, right=(2,))
    return table_or(texts.LATE, texts.LATE_CAPTION, columns, rows, texts.NOTHING)


BOARD = Template("board", texts.TITLE, VERSION, (SubjectKind.ORGANISATION,), True, texts.WHAT, TABLES, build)
