"""Bars over time on pages: one row a version, from when until when it stood; patterns tell parts apart in grey."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import empty_figure, label_of
from app.components.appearance import INKS, Appearance, appearance
from app.components.formats import day
from core.policy.rules import Phase

PATTERNS = {Phase.FULL: "", Phase.CANARY: "/", Phase.SHADOW: "."}


@dataclass(frozen=True)
class Span:
    """One bar: the row's name, from when until when (None: still), and what it was."""

    row: str
    since: datetime
    until: datetime | None
    phase: Phase
    words: str


def show_spans(spans: Sequence[Span], *, now: datetime, key: str, title: str) -> None:
    """Draw the bars with their alternative text; the newest version stands at the top."""
    st.plotly_chart(
        figure(spans, now, appearance()), theme=None, key=key, config={"displayModeBar": False}, alt=alt(spans, title)
    )


def figure(spans: Sequence[Span], now: datetime, shown: Appearance) -> go.Figure:
    """One horizontal bar a span."""
    ink = INKS[shown]
    rows = list(dict.fromkeys(span.row for span in spans))
    plot = empty_figure(ink, rows=len(rows))
    first = min(span.since for span in spans)
    least = max((now - first) / 100, timedelta(minutes=1))
    for span in spans:
        length = max((span.until or now) - span.since, least)
        fill = ink.accent if span.phase is Phase.FULL else ink.surface
        plot.add_trace(
            go.Bar(
                x=[length.total_seconds() * 1000],
                base=[span.since],
                y=[label_of(span.row)],
                orientation="h",
                width=0.5,
                marker={
                    "color": fill,
                    "line": {"color": ink.accent, "width": 1.5},
                    "pattern": {"shape": PATTERNS[span.phase], "fgcolor": ink.accent, "size": 6},
                },
                hovertemplate=f"{html.escape(span.words)}<extra></extra>",
            )
        )
    plot.update_layout(barmode="overlay")
    plot.update_xaxes(
        type="date", fixedrange=True, range=[first - least, now + least], tickformat="%-d %b %Y", nticks=6
    )
    plot.update_yaxes(categoryorder="array", categoryarray=[label_of(row) for row in reversed(rows)])
    return plot


def alt(spans: Sequence[Span], title: str) -> str:
    """What the figure shows, in words."""
    said = (_words(span) for span in spans)
    return f"{title}: {'; '.join(said)}".replace("\u00a0", " ")


def _words(span: Span) -> str:
    return f"{span.row} {span.phase} from {day(span.since)} to {day(span.until) if span.until else 'now'}"
