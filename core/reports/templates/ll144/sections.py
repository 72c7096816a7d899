"""How it is laid out: statement, cards, and a section a subject."""

from datetime import date

from core.ledger.events import Event
from core.metrics.bias_audit import BiasAuditResult, day
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Cited,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.words import NOTHING, count, counted, number, sentence
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.ll144.data import AuditSummary, CategoryLine
from core.reports.templates.parts import columns_of
from core.reports.texts import ll144 as texts


def _lowest(data: AuditSummary) -> CategoryLine | None:
    judged = [one for one in data.categories if one.impact_ratio is not None and not one.reference]
    return min(judged, key=lambda one: one.impact_ratio or 0.0, default=None)


def statement(data: AuditSummary) -> Statement:
    if not data.run:
        return Statement(Badge(texts.NO_AUDIT, Tone.NONE), texts.NONE_COMPUTED)
    axes = {(one.axis, one.classification) for one in data.categories}
    said = texts.STATEMENT.format(
        tables=counted(len(axes), "table"), people=counted(data.rows - data.unknown, "person")
    )
    lowest = _lowest(data)
    below = texts.LOWEST.format(ratio=number(lowest.impact_ratio, 3), category=lowest.category) if lowest else ""
    badge = Badge(texts.NOT_READY, Tone.ATTENTION) if data.missing else Badge(texts.WHOLE, Tone.GOOD)
    return Statement(badge, said, below)


def cards(data: AuditSummary, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    lowest, run = _lowest(data), f"run {data.run}"
    axes = {(one.axis, one.classification) for one in data.categories}
    ratio = number(lowest.impact_ratio, 3) if lowest else number(None)
    path = f"bias audit / {lowest.axis} / {lowest.category} / impact_ratio" if lowest else ""
    values = (
        citing.cited(count(data.rows or None), run, "bias audit / rows", Event.RUN_FINISHED, digest=data.result_digest),
        citing.number(len(axes), "categories / distinct axis"),
        citing.cited(ratio, run, path, Event.RUN_FINISHED, digest=data.result_digest),
        citing.number(len(data.missing), "missing"),
    )
    return tuple(zip(texts.CARDS, values, strict=True))


def tables(data: AuditSummary, citing: Citing, found: BiasAuditResult | None) -> Section:
    if found is None:
        return Section(texts.TABLES, (Prose(texts.NONE_COMPUTED, quiet=True),))
    titles = [
        one.format(counted=sentence(found.output.counted), rate=sentence(found.output.rate)) for one in texts.COLUMNS
    ]
    columns = columns_of(titles, 2.6, 1, 1.1, 1.2, 1.2, 2.2, right=(1, 2, 3, 4))
    blocks: list[Block] = []
    for table in found.tables:
        named = f"{table.axis.words}, {table.classification}" if table.classification else table.axis.words
        lines = [
            one for one in data.categories if (one.axis, one.classification) == (table.axis.words, table.classification)
        ]
        rows = tuple(_row(one, data, citing) for one in lines)
        note = texts.UNKNOWN.format(people=counted(table.unknown, "person"))
        blocks += [Heading(sentence(named)), Table(texts.TABLE.format(axis=named), columns, rows, note)]
        blocks += [Prose(table.reason, quiet=True)] if table.reason else []
    return Section(texts.TABLES, tuple(blocks))


def _row(one: CategoryLine, data: AuditSummary, citing: Citing) -> tuple[Cell, ...]:
    def cell(shown: str, figure: str) -> Cell:
        path = f"bias audit / {one.axis} / {one.category} / {figure}"
        return citing.cited(shown, f"run {data.run}", path, Event.RUN_FINISHED, digest=data.result_digest)

    remark = texts.REFERENCE if one.reference else texts.TIED if one.tied else one.remark
    return (
        one.category,
        cell(count(one.people), "n"),
        cell(count(one.selected), "selected"),
        cell(number(one.rate, 3), "rate"),
        cell(number(one.impact_ratio, 3), "impact_ratio"),
        remark or "–",
    )


def source(data: AuditSummary, citing: Citing) -> Section:
    run = f"run {data.run}"
    values: tuple[Cell, ...] = (
        data.run or "–",
        citing.moment(data.finished_at, run, "finished_at", Event.RUN_FINISHED),
        Digest(data.file_digest) if data.file_digest else "–",
        _stated(data.audit_date, data, "audit_date", citing),
        _stated(data.distribution_date, data, "distribution_date", citing),
        data.auditor or "–",
        data.data_source or "–",
        data.data_kind or "–",
        data.data_explanation or "–",
        citing.cited(count(data.rows or None), run, "bias audit / rows", Event.RUN_FINISHED, digest=data.result_digest),
    )
    rows = tuple(zip(texts.DATA_ROWS, values, strict=True))
    tested = [
        Prose(f"{title}: {told}")
        for title, told in zip(texts.TEST_DATA, (data.why_test_data, data.how_test_data), strict=True)
        if told
    ]
    reminders = [Prose(f"{one}.") for one in data.reminders]
    return Section(texts.DATA, (Facts(texts.DATA_CAPTION, rows), *tested, *reminders, Prose(texts.FACTS, quiet=True)))


def _stated(told: date | None, data: AuditSummary, path: str, citing: Citing) -> Cell:
    """A day that somebody stated for the version, or else that of the run."""
    if told is None:
        return NOTHING
    stated = citing.trace.source(f"version {data.version}", f"bias audit / {path}", Event.BIAS_AUDIT_STATED)
    if stated.entry is None:
        return citing.cited(day(told), f"run {data.run}", "finished_at", Event.RUN_FINISHED)
    return Cited(day(told), stated)


def missing_section(data: AuditSummary) -> Section:
    rows = tuple((sentence(one.element), one.clause) for one in data.missing)
    columns = columns_of(texts.MISSING_COLUMNS, 3, 2)
    return table_or(texts.MISSING, texts.MISSING_CAPTION, columns, rows, texts.NOTHING_MISSING)
