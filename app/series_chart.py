"""The series of a monitor as a figure: values with intervals over time; thresholds, versions, alerts and incidents."""

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import SYMBOLS, empty_figure, said_on_top
from app.components.appearance import INKS, Appearance, Ink, appearance
from core.reports.charts.values import Mark

HEIGHT = 320
ESTIMATED = "triangle-up-open"
MOST_MARKS = 12
SHAPES_SAID = "● met ■ breach ○ dotted: too small to judge △ estimated without labels. Bars are intervals."


@dataclass(frozen=True)
class Dot:
    """The figure of one chunk; `lower` and `upper` are the thresholds that held then."""

    at: datetime
    chunk: str
    value: float
    low: float | None
    high: float | None
    lower: float | None
    upper: float | None
    mark: Mark
    estimated: bool


@dataclass(frozen=True)
class Moment:
    """Something that happened: a version that came, an alert that was raised, an incident."""

    at: datetime
    word: str


@dataclass(frozen=True)
class TimeSeries:
    """Dots from left to right, with what happened meanwhile; `said` writes a value in its unit."""

    dots: tuple[Dot, ...]
    versions: tuple[Moment, ...]
    alerts: tuple[Moment, ...]
    incidents: tuple[Moment, ...]
    title: str
    alt: str
    said: Callable[[float], str]


def show(chart: TimeSeries, *, key: str) -> None:
    """Draw the chart on the page, in the colours of the visitor's appearance, with its alternative text."""
    figure = time_series(chart, appearance())
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, alt=chart.alt)


def time_series(chart: TimeSeries, shown: Appearance) -> go.Figure:
    """Thresholds are dashed steps, versions dotted lines with a word on top, alerts and incidents marks at the foot."""
    ink = INKS[shown]
    plot = empty_figure(ink, height=HEIGHT)
    plot.update_xaxes(type="date", fixedrange=True, showgrid=False, range=_across(chart), tickformat="%-d %b\n%Y")
    plot.update_yaxes(type="linear", fixedrange=True, showgrid=True, ticksuffix="", title_text=html.escape(chart.title))
    ticks = _ticks(chart)
    plot.update_yaxes(
        tickmode="array", tickvals=ticks, ticktext=[chart.said(value) for value in ticks], range=_up(chart)
    )
    plot.add_trace(_line(chart, ink))
    for edge, word in ((_lower, "lower threshold"), (_upper, "upper threshold")):
        plot.add_trace(_threshold(chart, edge, word, ink))
    for mark, estimated in sorted({(dot.mark, dot.estimated) for dot in chart.dots}):
        plot.add_trace(_dots(chart, mark, estimated=estimated, ink=ink))
    for one in chart.versions[-MOST_MARKS:]:
        _version(plot, one, ink)
    for happened, symbol in ((chart.alerts, "triangle-up"), (chart.incidents, "diamond")):
        if happened:
            plot.add_trace(_at_foot(chart, happened, symbol, ink))
    return plot


def _line(chart: TimeSeries, ink: Ink) -> go.Scatter:
    """The course of the values, thin and quiet: the dots judge."""
    return go.Scatter(
        x=[dot.at for dot in chart.dots], y=[dot.value for dot in chart.dots], mode="lines", hoverinfo="skip",
        line={"color": ink.neutral, "width": 1, "dash": "dot" if _all_estimated(chart) else "solid"},
    )  # fmt: skip


def _dots(chart: TimeSeries, mark: Mark, *, estimated: bool, ink: Ink) -> go.Scatter:
    chosen = [dot for dot in chart.dots if (dot.mark, dot.estimated) == (mark, estimated)]
    colour = {Mark.BREACH: ink.breach, Mark.TOO_SMALL: ink.neutral}.get(mark, ink.accent)
    judged = f"{mark}, estimated" if estimated else f"{mark}"
    symbol = ESTIMATED if estimated and mark is not Mark.BREACH else SYMBOLS[mark]
    return go.Scatter(
        x=[dot.at for dot in chosen],
        y=[dot.value for dot in chosen],
        mode="markers",
        marker={"symbol": symbol, "size": 9, "color": colour, "line": {"width": 1.5, "color": colour}},
        error_y=_bars(chosen, colour),
        customdata=[f"{dot.chunk}, {chart.said(dot.value)}, {judged}" for dot in chosen],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _bars(dots: Sequence[Dot], colour: str) -> dict[str, object]:
    return {
        "type": "data", "symmetric": False, "thickness": 1.5, "width": 0, "color": colour,
        "array": [0 if dot.high is None else dot.high - dot.value for dot in dots],
        "arrayminus": [0 if dot.low is None else dot.value - dot.low for dot in dots],
    }  # fmt: skip


def _threshold(chart: TimeSeries, edge: Callable[[Dot], float | None], word: str, ink: Ink) -> go.Scatter:
    held = [(dot.at, value) for dot in chart.dots if (value := edge(dot)) is not None]
    ends = [*held, (_end(chart), held[-1][1])] if held else []
    return go.Scatter(
        x=[at for at, _ in ends], y=[value for _, value in ends], mode="lines",
        line={"color": ink.text, "width": 1.25, "dash": "dash", "shape": "hv"},
        customdata=[f"{word} {chart.said(value)}" for _, value in ends],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _version(plot: go.Figure, one: Moment, ink: Ink) -> None:
    line = {"color": ink.muted, "width": 1, "dash": "dot"}
    plot.add_shape(type="line", xref="x", yref="paper", x0=one.at, x1=one.at, y0=0, y1=1, line=line, layer="below")
    plot.add_annotation(x=one.at, xref="x", xanchor="left", **said_on_top(one.word, ink))


def _at_foot(chart: TimeSeries, happened: Sequence[Moment], symbol: str, ink: Ink) -> go.Scatter:
    low, _ = _up(chart)
    return go.Scatter(
        x=[one.at for one in happened], y=[low] * len(happened), mode="markers", cliponaxis=False,
        marker={"symbol": symbol, "size": 11, "color": ink.breach},
        customdata=[html.escape(one.word) for one in happened], hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _lower(dot: Dot) -> float | None:
    return dot.lower


def _upper(dot: Dot) -> float | None:
    return dot.upper


def _all_estimated(chart: TimeSeries) -> bool:
    return all(dot.estimated for dot in chart.dots)


def _end(chart: TimeSeries) -> datetime:
    return max([dot.at for dot in chart.dots] + [one.at for one in (*chart.alerts, *chart.incidents)])


def _across(chart: TimeSeries) -> list[datetime]:
    first, last = chart.dots[0].at, _end(chart)
    room = (last - first) / 40
    return [first - room, last + room]


def _up(chart: TimeSeries) -> tuple[float, float]:
    edges = [(dot.value, dot.low, dot.high, dot.lower, dot.upper) for dot in chart.dots]
    values = [value for row in edges for value in row if value is not None and math.isfinite(value)]
    low, high = min(values), max(values)
    room = (high - low or abs(high) or 1) * 0.08
    return low - room, high + room


def _ticks(chart: TimeSeries) -> list[float]:
    """Four to seven round values within the range."""
    low, high = _up(chart)
    rough = (high - low) / 5
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round((first + place) * step, 12) for place in range(int((high - first * step) / step + 1e-9) + 1)]
