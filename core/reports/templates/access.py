"""The access report: acts by person, grants, refusals, times to a decision, and how personal data was taken out."""

from collections import Counter
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.personal_data.tables import ColumnDecision
from core.access.tables import Person, RoleGrant
from core.approval.tables import ChangeRequest, FunctionGrant
from core.inventory.tables import Dataset, Model, ModelVersion
from core.ledger.events import Event
from core.reports.charts.values import counts_chart
from core.reports.history.ledger import Entry, LedgerThen, of, since
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import Badge, Block, Cell, Chart, Prose, Section, Stacked, Statement, Tone
from core.reports.layout.words import badge, counted, moment, number, or_nothing
from core.reports.templates.access_data import (
    AccessReport,
    ActLine,
    DatasetLine,
    DecisionTime,
    GrantLine,
    RefusalLine,
)
from core.reports.templates.access_more import Held, gather, sections
from core.reports.templates.allowed import columns_decided, columns_section
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.texts import access as texts
from core.reports.templates.values import Built, Frame, Template
from core.reports.values.report import Asked, Gap, SubjectKind

VERSION = "access report 3"
TABLES = (Person, RoleGrant, FunctionGrant, Model, ModelVersion, ChangeRequest, Dataset, ColumnDecision)
TAKEN = frozenset({Event.EXPORT_DOWNLOADED, Event.INVENTORY_EXPORTED})
DENIED = frozenset({Event.ACT_REFUSED, Event.SESSION_REFUSED})
GRANTING = (Event.ROLE_GRANTED, Event.ROLE_WITHDRAWN, Event.FUNCTION_GRANTED, Event.FUNCTION_WITHDRAWN)
DECIDING = (Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_WITHDRAWN, Event.CHANGE_REQUESTED)
MOST_CHARTED = 20


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """Who had access to what, and used it, in the period."""
    ledger, span = frame.then.ledger, since(asked.since)
    denied = list(ledger.entries(of(*DENIED), *span))
    refusals = tuple(_refusal(one) for one in reversed(denied))
    acts = tuple(
        ActLine(actor, action, times, last.at, last.index, last.leaf)
        for actor, action, times, last in ledger.acts(*span)
    )
    grants = _grants(session, asked)
    used = [(one.actor, one.times, one.last_at) for one in acts]
    more = gather(
        ledger,
        _held(grants, ledger, asked.as_of),
        ((one.actor, one.reasons) for one in refusals),
        used=used,
        begins=asked.since,
    )
    named = {one.actor for one in acts} | {one.person for one in grants} | more.people
    named |= {name for one in grants for name in (one.granted_by, one.confirmed_by) if name}
    people = people_of(session, named | {frame.generated_by})
    data = AccessReport(
        scope_of(session, asked), asked.since, asked.as_of, acts, grants, refusals, _times(session, asked),
        _datasets(session), columns_decided(session, asked), more, people,
    )  # fmt: skip
    entries = [*ledger.entries(of(*GRANTING, *DECIDING)), *denied]
    citing = Citing(frame, people, source_lines(entries))
    document = document_of(
        asked, frame, title=texts.TITLE, version=VERSION, scope=data.scope, statement=_statement(data),
        cards=_cards(data, citing),
        sections=(
            _act_section(data, citing), _grant_section(data, citing), _refusal_section(data, citing),
            *sections(more, citing), _time_section(data, citing), _dataset_section(data),
            columns_section(data.columns),
        ),
        people=people,
    )  # fmt: skip
    told = sorted({one.entry for one in acts} | {one.entry for one in refusals} | more.entries)
    erased = sum(one.erased for one in denied)
    gaps = (Gap(texts.ERASED, texts.GAP.format(entries=counted(erased, "entry", "entries"))),) if erased else ()
    return Built(document, data, tuple(told), gaps=gaps)


def _refusal(entry: Entry) -> RefusalLine:
    said = entry.said.get("reasons")
    reasons = ", ".join(str(one) for one in said) if isinstance(said, list) else str(said or "")
    about = f"{entry.kind} {entry.entity}"
    return RefusalLine(
        entry.at, entry.actor, entry.text("act") or entry.action, about, reasons, entry.index, entry.leaf
    )


def _grants(session: Session, asked: Asked) -> tuple[GrantLine, ...]:
    rows: list[tuple[RoleGrant | FunctionGrant, str]] = [
        *((row, f"role {row.role}") for row in session.exec(select(RoleGrant).order_by(col(RoleGrant.id)))),
        *(
            (row, f"function {row.function}")
            for row in session.exec(select(FunctionGrant).order_by(col(FunctionGrant.id)))
        ),
    ]
    lines = [
        GrantLine(
            row.person,
            what,
            row.reason,
            row.granted_by,
            row.granted_at,
            row.ends_at,
            row.withdrawn_at,
            row.reach if isinstance(row, RoleGrant) else "",
            (row.confirmed_by or "") if isinstance(row, RoleGrant) else "",
        )
        for row, what in rows
    ]
    ended = [(one, min((end for end in (one.ends_at, one.withdrawn_at) if end), default=None)) for one in lines]
    stood = [one for one, end in ended if asked.since is None or end is None or end >= asked.since]
    return tuple(sorted(stood, key=lambda one: one.granted_at))


def _held(grants: tuple[GrantLine, ...], ledger: LedgerThen, at: datetime) -> list[Held]:
    """Who held which roles at the moment of the report, and when each last acted."""
    roles: dict[str, set[str]] = {}
    for one in grants:
        ends = [end for end in (one.ends_at, one.withdrawn_at) if end is not None]
        if one.what.startswith("role ") and all(end > at for end in ends):
            roles.setdefault(one.person, set()).add(one.what.removeprefix("role "))
    last: dict[str, datetime] = {}
    for actor, _, _, entry in ledger.acts():
        last[actor] = max(last.get(actor, entry.at), entry.at)
    return [Held(person, tuple(sorted(held)), last.get(person)) for person, held in sorted(roles.items())]


def _times(session: Session, asked: Asked) -> tuple[DecisionTime, ...]:
    rows = session.exec(select(ChangeRequest).order_by(col(ChangeRequest.id))).all()
    lines = [
        DecisionTime(
            row.number, row.status, row.requested_at, row.decided_at,
            (row.decided_at - row.requested_at).total_seconds() / 86_400, row.decided_at <= row.due_at,
        )
        for row in rows
        if row.decided_at is not None and (asked.since is None or row.decided_at >= asked.since)
    ]  # fmt: skip
    return tuple(sorted(lines, key=lambda one: (-one.days, one.change)))


def _datasets(session: Session) -> tuple[DatasetLine, ...]:
    rows = session.exec(select(Dataset).order_by(col(Dataset.id))).all()
    return tuple(
        DatasetLine(row.number, f"{row.name} {row.version}", row.classification, row.sanitisation, row.retention)
        for row in rows
    )


def _totals(data: AccessReport) -> tuple[int, int, int, int]:
    """People, entries, refused acts, and what was taken away."""
    taken = sum(one.times for one in data.acts if one.action in TAKEN)
    return len({one.actor for one in data.acts}), sum(one.times for one in data.acts), len(data.refusals), taken


def _statement(data: AccessReport) -> Statement:
    people, entries, refused, taken = _totals(data)
    if not entries:
        return Statement(Badge(texts.QUIET, Tone.NONE), texts.NO_ACTS)
    said = texts.STATEMENT.format(
        people=counted(people, "person or pipeline", "people and pipelines"), times=counted(entries, "time"),
        refused=counted(refused, "act"), taken=taken,
    )  # fmt: skip
    return Statement(Badge(texts.REFUSED, Tone.ATTENTION) if refused else Badge(texts.SEEN, Tone.GOOD), said)


def _cards(data: AccessReport, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    paths = ("acts / distinct actor", "acts / sum of times", "refusals", "acts / taken away / sum of times")
    values = zip(_totals(data), paths, strict=True)
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _act_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.name(one.actor),
            one.action,
            citing.number(one.times, f"acts / actor {one.actor} / action {one.action} / times"),
            citing.entry(moment(one.last_at), one.entry, one.leaf),
        )
        for one in data.acts
    )
    columns = columns_of(texts.ACTS_COLUMNS, 2.4, 2.4, 0.8, 1.8, right=(2, 3))
    people = Counter[str]()
    for one in data.acts:
        people[citing.name(one.actor)] += one.times
    shown = tuple(people.most_common(MOST_CHARTED))
    blocks: list[Block] = [block_or(texts.ACTS_CAPTION, columns, rows, texts.NO_ACTS)]
    blocks += [Chart(counts_chart(shown, texts.CHART, texts.CHART), f"{texts.CHART}.")] if shown else []
    return Section(texts.ACTS, (*blocks, Prose(texts.ACTS_ARE, quiet=True)))


def _grant_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.name(one.person),
            Stacked(one.what, one.reach or texts.EVERYWHERE) if one.what.startswith("role ") else one.what,
            citing.moment(one.granted_at, f"person {one.person}", f"{one.what} / granted_at", *GRANTING[::2]),
            _givers(one, citing),
            _end(one, citing),
            one.reason,
        )
        for one in data.grants
    )
    columns = columns_of(texts.GRANTS_COLUMNS, 1.8, 1.5, 1.6, 1.3, 1.6, 2, right=(2, 4))
    return table_or(texts.GRANTS, texts.GRANTS_CAPTION, columns, rows, texts.NO_GRANTS)


def _givers(one: GrantLine, citing: Citing) -> Cell:
    if not one.confirmed_by:
        return citing.name(one.granted_by)
    second = citing.name(one.confirmed_by)
    return texts.CONFIRMED.format(by=citing.name(one.granted_by), second=second)


def _end(one: GrantLine, citing: Citing) -> Cell:
    end = one.withdrawn_at or one.ends_at
    return citing.moment(end, f"person {one.person}", f"{one.what} / ends_at") if end else texts.STANDS


def _refusal_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            citing.entry(moment(one.at), one.entry, one.leaf),
            citing.name(one.actor),
            one.act,
            one.about,
            or_nothing(one.reasons),
        )
        for one in data.refusals
    )
    columns = columns_of(texts.REFUSALS_COLUMNS, 1.6, 1.8, 1.8, 1.5, 2, right=(0,))
    return table_or(texts.REFUSALS, texts.REFUSALS_CAPTION, columns, rows, texts.NO_REFUSALS)


def _time_section(data: AccessReport, citing: Citing) -> Section:
    rows = tuple(
        (
            one.change,
            badge(one.status),
            citing.moment(one.requested_at, f"change {one.change}", "requested_at", Event.CHANGE_REQUESTED),
            citing.moment(one.decided_at, f"change {one.change}", "decided_at", *DECIDING[:3]),
            citing.said(number(one.days, 1), f"times / change {one.change} / days"),
            Badge(texts.YES, Tone.GOOD) if one.in_time else Badge(texts.NO, Tone.ATTENTION),
        )
        for one in data.times
    )
    columns = columns_of(texts.TIMES_COLUMNS, 1, 1.3, 1.8, 1.8, 0.8, 1, right=(2, 3, 4))
    return table_or(texts.TIMES, texts.TIMES_CAPTION, columns, rows, texts.NO_TIMES)


def _dataset_section(data: AccessReport) -> Section:
    rows = tuple(
        (
            Stacked(one.number, one.name),
            or_nothing(one.classification),
            one.sanitisation or texts.NOT_STATED,
            one.retention or texts.NOT_STATED,
        )
        for one in data.datasets
    )
    columns = columns_of(texts.SANITISED_COLUMNS, 2, 1.2, 2.4, 2)
    return table_or(texts.SANITISED, texts.SANITISED_CAPTION, columns, rows, texts.NO_DATASETS)


ACCESS = Template("access", texts.TITLE, VERSION, (SubjectKind.ORGANISATION,), True, texts.WHAT, TABLES, build)
