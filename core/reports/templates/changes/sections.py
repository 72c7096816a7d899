"""How it is laid out: statement, cards, and a section a subject."""

from core.ledger.events import Event
from core.reports.charts.values import counts_chart
from core.reports.history.tracing import FIELD_EVENTS
from core.reports.layout.blocks import Badge, Block, Cell, Chart, Section, Stacked, Statement, Tone
from core.reports.layout.words import badge, counted, moment, or_nothing, sentence
from core.reports.templates.changes.data import DECIDED, ChangeHistory, FieldLine
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.parts import columns_of
from core.reports.texts import changes as texts
from core.store.types import instant


def statement(data: ChangeHistory) -> Statement:
    executed = sum(one.executed_at is not None for one in data.requests)
    said = texts.STATEMENT.format(
        requests=counted(len(data.requests), "change"), executed=executed, fields=counted(len(data.fields), "field")
    )
    quiet = not (data.requests or data.fields or data.stays)
    return Statement(Badge(texts.QUIET if quiet else texts.ACTIVE, Tone.NONE if quiet else Tone.UNDER_WAY), said)


def cards(data: ChangeHistory, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (len(data.requests), "requests"),
        (sum(one.executed_at is not None for one in data.requests), "requests / with executed_at"),
        (len(data.fields), "fields"),
        (sum(one.entries for one in data.months), "months / sum of entries"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def request_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (
            one.number,
            Stacked(one.version, sentence(one.kind.value)),
            badge(one.status),
            citing.cited(
                Stacked(moment(one.requested_at), citing.name(one.requested_by)), f"change {one.number}",
                "requested_at", Event.CHANGE_REQUESTED,
            ),
            citing.act(one.decided_at, f"change {one.number}", "decided_at", *DECIDED),
            citing.act(one.executed_at, f"change {one.number}", "executed_at", Event.CHANGE_EXECUTED),
            citing.said(
                f"{one.approvals} for, {one.rejections} against", f"requests / number {one.number} / approvals"
            ),
        )
        for one in data.requests
    )  # fmt: skip
    columns = columns_of(texts.REQUESTS_COLUMNS, 0.9, 1.5, 1.2, 1.8, 1.6, 1.6, 1.3, right=(3, 4, 5))
    return table_or(texts.REQUESTS, texts.REQUESTS_CAPTION, columns, rows, texts.NO_REQUESTS)


def field_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (
            one.record,
            one.field.replace("_", " "),
            _of_field(_shown(one.field, one.old), one, citing),
            _of_field(_shown(one.field, one.new), one, citing),
            _of_field(Stacked(moment(one.changed_at), citing.name(one.changed_by)), one, citing),
            or_nothing(one.reason),
        )
        for one in data.fields
    )
    columns = columns_of(texts.FIELDS_COLUMNS, 1, 1.1, 1.8, 1.8, 1.7, 2, right=(4,))
    return table_or(texts.FIELDS, texts.FIELDS_CAPTION, columns, rows, texts.NO_FIELDS)


def _of_field(shown: str | Stacked, one: FieldLine, citing: Citing) -> Cell:
    """Cited with the entry of this change, and not with what happened to the record since."""
    return citing.cited(
        shown, f"{one.kind} {one.record}", one.field, *FIELD_EVENTS, by=one.changed_by, of=one.field, at=one.changed_at
    )


def _shown(field: str, value: str) -> str:
    """A value as it was kept; a moment is kept in microseconds and shown as a time."""
    return moment(instant(int(value))) if field == "next_review" and value.isdecimal() else or_nothing(value)


def stay_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (
            one.version,
            Stacked(one.environment, one.phase),
            citing.stay(f"{one.share} %", f"stays / {one.environment} / share", one.version, one.change, one.since),
            citing.stay(moment(one.since), f"stays / {one.environment} / since", one.version, one.change, one.since),
            citing.said(moment(one.until), f"stays / version {one.version} / {one.environment} / until"),
            or_nothing(one.ended_as),
        )
        for one in data.stays
    )
    columns = columns_of(texts.STAYS_COLUMNS, 1.4, 1.5, 0.8, 1.7, 1.7, 1.2, right=(2, 3, 4))
    return table_or(texts.STAYS, texts.STAYS_CAPTION, columns, rows, texts.NO_STAYS)


def month_section(data: ChangeHistory, citing: Citing) -> Section:
    rows = tuple(
        (one.month, citing.number(one.entries, f"months / month {one.month} / entries")) for one in data.months
    )
    blocks: list[Block] = [
        block_or(texts.EVENTS_CAPTION, columns_of(texts.EVENTS_COLUMNS, 2, 1, right=(1,)), rows, texts.NO_EVENTS)
    ]
    shown = tuple((one.month, one.entries) for one in data.months[-24:])
    blocks += [Chart(counts_chart(shown, texts.CHART, texts.CHART), f"{texts.CHART}.")] if shown else []
    return Section(texts.EVENTS, tuple(blocks))
