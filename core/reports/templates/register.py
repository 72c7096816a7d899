"""The policy and exception register: what was required, and where it was lifted, until when and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.approval.queries.exceptions import ExceptionRow, ExceptionState, exceptions
from core.approval.tables import ChangeRequest
from core.errors import NotFound
from core.inventory.tables import Model, ModelVersion
from core.ledger.events import Event
from core.policy.exceptions.tables import PolicyException
from core.policy.service import policy_by_id, policy_in_force
from core.policy.tables import PolicyVersion
from core.reports.history.ledger import of
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Digest,
    Facts,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.change import GRANTED
from core.reports.layout.words import NOTHING, counted, moment, number, or_nothing
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import register as texts
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, SubjectKind

VERSION = "policy and exception register 2"
TABLES = (Person, RoleGrant, Model, ModelVersion, ChangeRequest, PolicyVersion, PolicyException)
OVER = (ExceptionState.EXPIRED, ExceptionState.ENDED)
TONES = {
    ExceptionState.STANDING: Tone.GOOD,
    ExceptionState.EXPIRING: Tone.ATTENTION,
    ExceptionState.REQUESTED: Tone.UNDER_WAY,
}


@dataclass(frozen=True)
class PolicyLine:
    """A published policy and how it stood."""

    name: str
    version: str
    state: str
    effective_from: datetime
    published_by: str
    published_at: datetime
    thresholds: int
    digest: str
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Register:
    """The register as data."""

    scope: str
    as_of: datetime
    policies: tuple[PolicyLine, ...]
    exceptions: tuple[ExceptionRow, ...]
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The register as it stood."""
    found = exceptions(session, at=asked.as_of, model=asked.subject.number, limit=100_000).rows
    policies = _policies(session, asked.as_of)
    named = {one.published_by for one in policies} | {one.requested_by for one in found} | {one.owner for one in found}
    people = people_of(session, named | {frame.generated_by} | {one.ended_by or "" for one in found})
    data = Register(scope_of(session, asked), asked.as_of, policies, tuple(found), people)
    events = (Event.EXCEPTION_GRANTED, Event.EXCEPTION_ENDED, Event.POLICY_PUBLISHED, Event.POLICY_WITHDRAWN)
    entries = list(frame.then.ledger.entries(of(*events, Event.CHANGE_REQUESTED)))
    changes = {one.change for one in found}
    entries = [one for one in entries if one.kind != "change" or one.entity in changes]
    citing = Citing(frame, people, source_lines(entries))
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=data.scope,
        statement=_statement(data),
        cards=_cards(data, citing),
        sections=(_policy_section(data, citing), *_exception_sections(data, citing)),
        people=people,
    )
    return Built(document, data, tuple(one.index for one in entries))


def _policies(session: Session, as_of: datetime) -> tuple[PolicyLine, ...]:
    try:
        in_force = policy_in_force(session, at=as_of).id
    except NotFound:
        in_force = 0
    rows = session.exec(select(PolicyVersion).order_by(col(PolicyVersion.id).desc())).all()
    return tuple(_policy(session, row, in_force, as_of) for row in rows)


def _policy(session: Session, row: PolicyVersion, in_force: int, as_of: datetime) -> PolicyLine:
    state = texts.FORMER
    if row.withdrawn_at is not None:
        state = texts.WITHDRAWN
    elif row.id == in_force:
        state = texts.IN_FORCE
    elif row.effective_from > as_of:
        state = texts.LATER
    return PolicyLine(
        row.name, row.version, state, row.effective_from, row.published_by, row.published_at,
        len(policy_by_id(session, row.id or 0).policy.thresholds), row.digest, row.withdrawn_at,
    )  # fmt: skip


def _statement(data: Register) -> Statement:
    policy = next((one for one in data.policies if one.state == texts.IN_FORCE), None)
    standing = sum(one.stands for one in data.exceptions)
    requested = sum(one.state is ExceptionState.REQUESTED for one in data.exceptions)
    if policy is None:
        return Statement(Badge(texts.NONE_STANDS, Tone.NONE), texts.NO_POLICY)
    said = texts.STATEMENT.format(
        policy=f"{policy.name} {policy.version}", standing=counted(standing, "exception"), requested=requested
    )
    return Statement(Badge(texts.STAND, Tone.ATTENTION) if standing else Badge(texts.NONE_STANDS, Tone.GOOD), said)


def _cards(data: Register, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (len(data.policies), "policies"),
        (sum(one.stands for one in data.exceptions), "exceptions / standing or expiring"),
        (sum(one.state is ExceptionState.EXPIRING for one in data.exceptions), "exceptions / expiring"),
        (sum(one.state in OVER for one in data.exceptions), "exceptions / expired or ended early"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _policy_section(data: Register, citing: Citing) -> Section:
    rows = tuple(
        (
            f"{one.name} {one.version}",
            Badge(one.state, Tone.GOOD if one.state == texts.IN_FORCE else Tone.NONE),
            citing.moment(
                one.effective_from, f"policy {one.name} {one.version}", "effective_from", Event.POLICY_PUBLISHED
            ),
            citing.cited(
                Stacked(moment(one.published_at), citing.name(one.published_by)), f"policy {one.name} {one.version}",
                "published_at", Event.POLICY_PUBLISHED,
            ),
            citing.cited(
                str(one.thresholds), f"policy {one.name} {one.version}", "thresholds", Event.POLICY_PUBLISHED,
                digest=one.digest,
            ),
            Digest(one.digest[:16]),
        )
        for one in data.policies
    )  # fmt: skip
    columns = columns_of(texts.POLICIES_COLUMNS, 2, 1.3, 1.6, 1.9, 0.9, 1.5, right=(2, 3, 4))
    return table_or(texts.POLICIES, texts.POLICIES_CAPTION, columns, rows, texts.NO_POLICIES)


def _exception_sections(data: Register, citing: Citing) -> tuple[Section, ...]:
    if not data.exceptions:
        return (Section(texts.EXCEPTIONS, (Prose(texts.NO_EXCEPTIONS, quiet=True),)),)
    rows = tuple(_exception(one, citing) for one in data.exceptions)
    columns = columns_of(texts.EXCEPTIONS_COLUMNS, 1, 2, 1.8, 0.9, 0.9, 1.2, 1.5, right=(3, 4, 6))
    blocks: list[Block] = [Table(texts.EXCEPTIONS_CAPTION, columns, rows)]
    blocks += [_details(one, citing) for one in data.exceptions]
    return (Section(texts.EXCEPTIONS, tuple(blocks)),)


def _exception(one: ExceptionRow, citing: Citing) -> tuple[Cell, ...]:
    thing, what = f"exception {one.number}", texts.ALL_VERSIONS if one.whole_model else f"version {one.version}"
    return (
        one.number,
        Stacked(f"{one.model} {one.model_name}", what),
        Stacked(one.clause, one.title),
        citing.cited(
            NOTHING if one.threshold is None else f"{one.direction} {one.threshold:g}", thing, "threshold", *GRANTED
        ),
        citing.cited(number(one.figure, 3), thing, "figure", *GRANTED),
        Badge(one.state.value.capitalize(), TONES.get(one.state, Tone.NONE)),
        citing.moment(one.ends_at, thing, "ends_at", *GRANTED),
    )


def _details(one: ExceptionRow, citing: Citing) -> Facts:
    thing = f"exception {one.number}"
    ended = f"{moment(one.ended_at)}, {citing.name(one.ended_by)}: {one.end_reason}" if one.ended_at else NOTHING
    values: tuple[Cell, ...] = (
        one.change,
        citing.name(one.requested_by),
        one.controls,
        citing.cited(f"{moment(one.starts_at)} to {moment(one.ends_at)}", thing, "starts_at", Event.EXCEPTION_GRANTED),
        citing.cited(ended, thing, "ended_at", Event.EXCEPTION_ENDED),
        or_nothing(one.extends),
    )
    return Facts(texts.DETAILS_CAPTION.format(number=one.number), tuple(zip(texts.DETAILS_ROWS, values, strict=True)))


REGISTER = Template(
    "register", texts.TITLE, VERSION, (SubjectKind.ORGANISATION, SubjectKind.MODEL), False, texts.WHAT, TABLES, build
)
