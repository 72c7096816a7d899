"""The monitors of a model: how each stands, and the series of the chosen one with what happened meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import streamlit as st

from app import series_chart
from app.components import empty, link, plain, section, status, table
from app.components.formats import NOTHING, count, counted, day
from app.components.record_links import record_link
from app.components.sparkline import sparkline
from app.composition import Workplace
from app.series_chart import Dot, Moment, TimeSeries
from app.views.monitoring.figures import figure, named, threshold, title_of, verdict, with_interval
from core.improvement.incidents.queries import incidents_of
from core.improvement.incidents.tables import Incident
from core.inventory.deployments.queries import StayRow, stay_words, stays
from core.links import RecordKind, Ref
from core.metrics.verdicts import Verdict
from core.monitoring.alerts.counting import OpenAlert, raised_between
from core.monitoring.checks.queries import ResultRow, newest_by_clause, results
from core.reports.charts.values import Mark

WINDOWS: Mapping[str, timedelta | None] = {
    "7 days": timedelta(days=7), "30 days": timedelta(days=30), "90 days": timedelta(days=90),
    "1 year": timedelta(days=365), "All": None,
}  # fmt: skip
USUAL, MOST, LISTED = "90 days", 2000, 25
ORDER = (Verdict.FAIL, Verdict.INSUFFICIENT, Verdict.PASS)
MARKS: Mapping[Verdict, Mark] = {
    Verdict.PASS: Mark.MET, Verdict.FAIL: Mark.BREACH, Verdict.INSUFFICIENT: Mark.TOO_SMALL,
}  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What the page reads of one model in one environment, within the window."""

    newest: tuple[ResultRow, ...]
    rows: Mapping[str, tuple[ResultRow, ...]]  # by `key_of`, the oldest first
    stays: tuple[StayRow, ...]
    alerts: tuple[OpenAlert, ...]
    incidents: tuple[Incident, ...]


def key_of(row: ResultRow) -> str:
    """What makes figures one series: clause, metric and subject."""
    return " ".join(part for part in (row.clause, row.metric, row.subject) if part)


def read(place: Workplace, model: str, environment: str, window: str, at: datetime) -> Read:
    """The newest figures of every monitor, and all of those in the window."""
    length = WINDOWS.get(window, WINDOWS[USUAL])
    since = at - length if length else None
    begins = since or datetime.fromtimestamp(0, at.tzinfo)
    with place.store.reading() as session:
        newest = newest_by_clause(session, model, environment)
        found = results(session, model, environment, since=since, limit=MOST * max(1, len(newest)))
        came = stays(session, model, environment=environment, limit=50).rows
        alerts = raised_between(session, model, environment, begins, at)
        declared = [one.incident for one in incidents_of(session, model, at=at)]
    rows: dict[str, list[ResultRow]] = {}
    for row in found:
        rows.setdefault(key_of(row), []).append(row)
    return Read(
        tuple(sorted(newest, key=lambda row: (ORDER.index(row.verdict), row.clause, row.subject))),
        {key: tuple(series) for key, series in rows.items()},
        came,
        alerts,
        tuple(one for one in declared if one.aware_at >= begins and one.environment in ("", environment)),
    )


def said_in_short(found: Read) -> str:
    """“**2 of 7 monitors are in breach**: ROC AUC 0.881, at least 0.893; …”."""
    broken = [row for row in found.newest if row.verdict is Verdict.FAIL]
    small = sum(row.verdict is Verdict.INSUFFICIENT for row in found.newest)
    total = counted(len(found.newest), "figure")
    also = f" {count(small)} cannot be judged for too little evidence." if small else ""
    if not broken:
        return f"**Every monitor holds**: {total} of the newest chunks, none in breach.{also}"
    told = "; ".join(
        f"{named(row)} {figure(row.metric, row.value)} ({threshold(row.metric, row.lower, row.upper)})"
        for row in broken[:3]
    )
    more = f", and {count(len(broken) - 3)} more" if len(broken) > 3 else ""
    verb = "is" if len(broken) == 1 else "are"
    return f"**{len(broken)} of {total} {verb} in breach**: {told}{more}.{also}"


def monitors_table(found: Read, model: str, environment: str, window: str, at: datetime) -> None:
    """One row for each monitor and what it is about, breaches first; each leads to its series and its newest chunk."""
    table(
        [_monitor(row, found, {"model": model, "environment": environment, "window": window}) for row in found.newest],
        alt="Monitors of the model, breaches first: newest figure against its threshold, and the last figures",
        right=["Now", "Threshold", "Rows"],
        unbroken=["State", "Chunk"],
    )


def series_of(found: Read, chosen: str) -> tuple[ResultRow, ...]:
    """The figures of the chosen monitor within the window."""
    return found.rows.get(chosen, ())


def label_of(row: ResultRow) -> str:
    """The monitor in the address and in the list of monitors: clause, title and what it is about."""
    return f"{row.clause} {title_of(row)}"


def choice(found: Read) -> str | None:
    """The key of the monitor that is looked at: the one in the address, else the most urgent one."""
    keys = {label_of(row): key_of(row) for row in found.newest}
    if not keys:
        return None
    chosen = st.selectbox("Monitor", list(keys), key="monitor", bind="query-params", width=420)
    return keys.get(chosen or "")


def chart(rows: Sequence[ResultRow], found: Read, *, key: str) -> None:
    """The series as a figure; nothing is drawn of a chunk without a value."""
    drawn = [row for row in rows if row.value is not None]
    if not drawn:
        with empty("No figure in this time.", "Choose a longer time, or wait for the next chunk to be complete."):
            pass
        return
    newest, first = drawn[-1], drawn[0].ends_at
    value = TimeSeries(
        dots=tuple(_dot(row) for row in drawn),
        versions=tuple(
            Moment(max(stay.since, first), stay_words(f"v{stay.version}", stay.phase, stay.share))
            for stay in reversed(found.stays)
            if stay.until is None or stay.until > first
        ),
        alerts=tuple(Moment(alert.raised_at, f"{alert.number}, {alert.title}") for alert in found.alerts),
        incidents=tuple(Moment(one.aware_at, f"{one.number}, {one.title}") for one in found.incidents),
        title=title_of(newest)[:48],
        alt=_alt(drawn),
        said=lambda number: figure(newest.metric, number),
    )
    series_chart.show(value, key=key)
    said = f"{series_chart.SHAPES_SAID} {_held_against(drawn)}"
    st.markdown(f":small[:gray[{said} Dotted lines: versions. ▲ alerts. ◆ incidents.]]")


def chunks_table(rows: Sequence[ResultRow]) -> None:
    """The figures of the series, newest first, each leading to its chunk."""
    shown = list(reversed(rows))[:LISTED]
    more = f", the newest {count(len(shown))}" if len(rows) > len(shown) else ""
    failed = sum(row.verdict is Verdict.FAIL for row in rows)
    section("Chunks")
    st.markdown(f"{counted(failed, 'breach', 'breaches')} in {counted(len(rows), 'chunk')} of this time{more}.")
    table(
        [
            {
                "Verdict": verdict(row),
                "Chunk": chunk_link(row),
                "Data": period(row),
                "Figure": with_interval(row),
                "Threshold": threshold(row.metric, row.lower, row.upper),
                "Rows": count(row.rows),
                "Version": plain(", ".join(row.versions)) if row.versions else NOTHING,
                "Why": plain(row.reason) if row.reason else NOTHING,
            }
            for row in shown
        ],
        alt="Chunks of the series, newest first: verdict, period, figure against its threshold, rows and version",
        right=["Data", "Figure", "Threshold", "Rows"],
        unbroken=["Verdict", "Chunk"],
    )


def alerts_table(found: Read, at: datetime) -> None:
    """Alerts of the window, newest first."""
    if not found.alerts:
        return
    section("Alerts of this time")
    table(
        [
            {
                "Alert": record_link(Ref(RecordKind.ALERT, alert.number)),
                "Severity": status(alert.severity),
                "What": plain(alert.title),
                "Raised": day(alert.raised_at, today=at),
            }
            for alert in reversed(found.alerts[-LISTED:])
        ],
        alt="Alerts of the model in this time, newest first",
        right=["Raised"],
        unbroken=["Alert", "Severity"],
    )


def period(row: ResultRow) -> str:
    """When the data of the chunk are from: a day, some days, or some hours of a day."""
    begin, end = row.starts_at.astimezone(UTC), row.ends_at.astimezone(UTC)
    if end - begin == timedelta(days=1) and begin.hour == begin.minute == 0:
        return day(begin)
    if begin.date() == end.date():
        return f"{day(begin)}, {begin:%H:%M} to {end:%H:%M}"
    return f"{day(begin, today=end)} to {day(end)}"


def chunk_link(row: ResultRow) -> str:
    """The chunk's number, with its revision where late data made one."""
    words = row.chunk if row.revision == 1 else f"{row.chunk}, revision {row.revision}"
    return link(words, "/chunk", chunk=row.chunk, revision=row.revision)


def _monitor(row: ResultRow, found: Read, query: Mapping[str, str]) -> Mapping[str, str]:
    values = [one.value for one in found.rows.get(key_of(row), ()) if one.value is not None][-30:]
    edge = row.lower if row.lower is not None else row.upper
    ends = f"from {figure(row.metric, values[0])} to {figure(row.metric, values[-1])}" if values else ""
    return {
        "State": verdict(row),
        "Monitor": f"{link(title_of(row), '/monitored', monitor=label_of(row), **query)}  \n"
        f":small[:gray[{plain(row.clause)}, {plain(row.metric)}]]",
        "Now": with_interval(row),
        "Threshold": threshold(row.metric, row.lower, row.upper),
        "Rows": count(row.rows),
        "Chunk": chunk_link(row),
        "Trend": sparkline(
            values,
            alt=f"{counted(len(values), 'chunk')}, {ends}",
            threshold=edge,
            breach=row.verdict is Verdict.FAIL,
        )
        if len(values) > 1
        else "One chunk so far",
    }


def _dot(row: ResultRow) -> Dot:
    return Dot(
        row.ends_at, row.chunk, row.value or 0.0, row.low, row.high, row.lower, row.upper, MARKS[row.verdict],
        row.estimated,
    )  # fmt: skip


def _alt(rows: Sequence[ResultRow]) -> str:
    """“ROC AUC by chunk, 12 Sep to 26 Nov: 42 chunks from 0.86 to 0.92, newest 0.91 against ≥ 0.893; 3 breaches: …”."""
    last, values = rows[-1], [row.value for row in rows if row.value is not None]
    broken = [row.chunk for row in rows if row.verdict is Verdict.FAIL]
    named_ones = f": {', '.join(broken[:10])}" if broken else ""
    return (
        f"{title_of(last)} by chunk, {day(rows[0].ends_at)} to {day(last.ends_at)}: {counted(len(rows), 'chunk')} from "
        f"{figure(last.metric, min(values))} to {figure(last.metric, max(values))}, newest "
        f"{figure(last.metric, last.value)} against {threshold(last.metric, last.lower, last.upper)}; "
        f"{counted(len(broken), 'breach', 'breaches')}{named_ones}."
    )


def _held_against(rows: Sequence[ResultRow]) -> str:
    newest = rows[-1]
    return f"Dashed: threshold, now {threshold(newest.metric, newest.lower, newest.upper)}."
