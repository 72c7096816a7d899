"""How it is laid out: statement, cards, and a section a subject."""

from collections import Counter
from datetime import UTC

from core.ledger.events import Event
from core.metrics.verdicts import Verdict
from core.reports.charts.values import counts_chart
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Chart,
    Cited,
    Prose,
    Section,
    Source,
    Stacked,
    Statement,
    Tone,
)
from core.reports.layout.words import badge, count, counted, moment, precise, required, size
from core.reports.templates.citing import Citing, block_or, table_or
from core.reports.templates.monitoring.data import BatchLine, MonitoringSummary
from core.reports.templates.parts import columns_of
from core.reports.texts import monitoring as texts


def _failed(data: MonitoringSummary) -> int:
    return sum(one.verdict is Verdict.FAIL for one in data.checks)


def statement(data: MonitoringSummary) -> Statement:
    events, failed = sum(one.rows for one in data.batches), _failed(data)
    said = texts.STATEMENT.format(
        events=counted(events, "event"), files=counted(len(data.batches), "file"),
        checks=counted(len(data.checks), "check"), failed=failed, alerts=counted(len(data.alerts), "alert"),
        figures=counted(data.production.figures, "figure"), breaches=data.production.failed,
    )  # fmt: skip
    if failed or data.production.failed:
        return Statement(Badge(texts.FAILED, Tone.STOPS), said)
    known = bool(data.batches or data.checks or data.production.figures)
    return Statement(Badge(texts.SEEN if known else texts.QUIET, Tone.GOOD if known else Tone.NONE), said)


def cards(data: MonitoringSummary, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (sum(one.rows for one in data.batches), "batches / sum of rows"),
        (len(data.batches), "batches"),
        (len(data.checks), "checks"),
        (_failed(data), "checks / verdict fail"),
        (data.production.figures, "production / figures"),
        (data.production.failed, "production / failed"),
        (len(data.alerts), "alerts"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _of_file(shown: str, one: BatchLine, path: str) -> Cell:
    return Cited(shown, Source(f"events {one.number} / {path}", one.digest, one.entry))


def event_section(data: MonitoringSummary, citing: Citing) -> Section:
    rows = tuple(
        (
            one.number,
            _of_file(count(one.rows), one, "rows"),
            _of_file(size(one.size), one, "size"),
            _of_file(moment(one.first_at), one, "first_at"),
            _of_file(moment(one.last_at), one, "last_at"),
            _of_file(moment(one.recorded_at), one, "recorded_at"),
            texts.REMOVED if one.removed_at else texts.KEPT,
        )
        for one in data.batches
    )
    columns = columns_of(texts.EVENTS_COLUMNS, 1, 1, 0.9, 1.5, 1.5, 1.5, 1.4, right=(1, 2, 3, 4, 5))
    months = Counter[str]()
    for one in data.batches:
        months[f"{one.first_at.astimezone(UTC):%Y-%m}"] += one.rows
    shown = tuple(sorted(months.items()))[-24:]
    blocks: list[Block] = [block_or(texts.EVENTS_CAPTION, columns, rows, texts.NO_EVENTS)]
    blocks += [Chart(counts_chart(shown, texts.CHART, texts.CHART), f"{texts.CHART}.")] if shown else []
    return Section(texts.EVENTS, (*blocks, Prose(texts.EVENTS_ARE, quiet=True)))


def check_section(data: MonitoringSummary, citing: Citing) -> Section:
    rows = tuple(
        (
            one.run,
            one.version,
            Stacked(f"{one.kind}: {one.metric}", one.subject),
            citing.cited(
                precise(one.value, one.threshold), f"run {one.run}", f"{one.kind} / {one.metric} / {one.subject}",
                Event.RUN_FINISHED, digest=one.result_digest,
            ),
            citing.cited(
                required(one.direction, one.threshold), f"run {one.run}", f"{one.kind} / {one.metric} / threshold",
                Event.RUN_FINISHED, digest=one.result_digest,
            ),
            badge(one.verdict),
            citing.moment(one.finished_at, f"run {one.run}", "finished_at", Event.RUN_FINISHED),
        )
        for one in data.checks
    )  # fmt: skip
    columns = columns_of(texts.CHECKS_COLUMNS, 0.8, 1.2, 2.4, 1, 1.3, 1.5, 1.5, right=(3, 4, 6))
    return table_or(texts.CHECKS, texts.CHECKS_CAPTION, columns, rows, texts.NO_CHECKS)


def served_section(data: MonitoringSummary, citing: Citing) -> Section:
    rows = tuple(
        (
            one.version,
            Stacked(one.environment, one.phase),
            citing.said(f"{one.share} %", f"served / version {one.version} / share"),
            citing.said(moment(one.since), f"served / version {one.version} / since"),
            citing.said(moment(one.until), f"served / version {one.version} / until"),
        )
        for one in data.served
    )
    columns = columns_of(texts.SERVED_COLUMNS, 1.5, 1.6, 0.8, 1.7, 1.7, right=(2, 3, 4))
    return table_or(texts.SERVED, texts.SERVED_CAPTION, columns, rows, texts.NO_SERVED)
