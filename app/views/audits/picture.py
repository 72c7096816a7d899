"""Audits over time: one bar from the planned start to the planned end, with a line for today."""

import html
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import empty_figure, label_of
from app.components.appearance import INKS, Ink, appearance
from app.components.formats import day
from core.audits.queries import AuditRow
from core.audits.rules.life import FINAL, AuditStatus

MOST = 20  # bars


def show_calendar(rows: Sequence[AuditRow], *, year: int | None, at: datetime) -> None:
    """The first twenty audits of the list, in the order of their start; hatched is planned, hollow is over."""
    shown = sorted(rows[:MOST], key=lambda row: (row.audit.starts_at, row.audit.number))
    st.plotly_chart(
        _figure(shown, _range(shown, year, at), at), theme=None, key="audit_calendar",
        config={"displayModeBar": False}, alt=alt(shown),
    )  # fmt: skip
    st.caption("Solid: under way. Hatched: planned. Hollow: closed or cancelled. Dashed line: today.")


def alt(rows: Sequence[AuditRow]) -> str:
    """What the picture shows, in words."""
    said = (
        f"{row.audit.number} {row.audit.status} from {day(row.audit.starts_at)} to {day(row.audit.ends_at)}"
        for row in rows
    )
    return f"Audits over time: {'; '.join(said)}".replace("\u00a0", " ")


def _range(rows: Sequence[AuditRow], year: int | None, at: datetime) -> tuple[datetime, datetime]:
    if year:
        return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    first = min(at, *(row.audit.starts_at for row in rows))
    last = max(at, *(row.audit.ends_at for row in rows))
    margin = max((last - first) / 30, timedelta(days=2))
    return first - margin, last + margin


def _figure(rows: Sequence[AuditRow], span: tuple[datetime, datetime], at: datetime) -> go.Figure:
    ink = INKS[appearance()]
    plot = empty_figure(ink, rows=len(rows))
    labels = [label_of(f"{row.audit.number} {row.audit.title}") for row in rows]
    least = (span[1] - span[0]) / 100
    for row, label in zip(rows, labels, strict=True):
        length = max(row.audit.ends_at - row.audit.starts_at, least)
        plot.add_trace(
            go.Bar(
                x=[length.total_seconds() * 1000],
                base=[row.audit.starts_at],
                y=[label],
                orientation="h",
                width=0.5,
                marker=_marker(row.audit.status, ink),
                hovertemplate=f"{html.escape(row.audit.number)}, {row.audit.status}, {day(row.audit.starts_at)} to "
                f"{day(row.audit.ends_at)}<extra></extra>",
            )
        )
    plot.update_layout(barmode="overlay")
    plot.update_xaxes(type="date", fixedrange=True, range=list(span), tickformat=_ticks(span), nticks=10)
    plot.update_yaxes(categoryorder="array", categoryarray=labels[::-1])
    if span[0] <= at <= span[1]:
        plot.add_vline(x=at, line={"color": ink.text, "width": 1, "dash": "dash"})
    return plot


def _ticks(span: tuple[datetime, datetime]) -> str:
    """Days where the picture covers less than three months, else months."""
    return "%-d %b %Y" if span[1] - span[0] < timedelta(days=90) else "%b %Y"


def _marker(standing: AuditStatus, ink: Ink) -> dict[str, object]:
    line = {"color": ink.accent, "width": 1.5}
    if standing in FINAL:
        return {"color": ink.surface, "line": {"color": ink.neutral, "width": 1.5}}
    if standing is AuditStatus.PLANNED:
        return {"color": ink.surface, "line": line, "pattern": {"shape": "/", "fgcolor": ink.accent, "size": 6}}
    return {"color": ink.accent, "line": line}
