"""Figures on pages: a chart value in, a Plotly figure out; shape carries the verdict and colour repeats it."""

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.components.appearance import INKS, Appearance, Ink, appearance
from core.reports.charts.values import DotAndInterval, IntervalRow, Mark, Panels, Scale

FONT = "Plex Sans, sans-serif"
SYMBOLS: Mapping[Mark, str] = MappingProxyType(
    {Mark.MET: "circle", Mark.BREACH: "square", Mark.REFERENCE: "diamond", Mark.TOO_SMALL: "circle-open"}
)
SHAPES_SAID = "◆ reference ● met ■ below threshold ○ dotted: too small to judge."
ROW, MARGIN = 30, 64
_GAP = 0.06
_LONGEST_LABEL = 36
_STEP: Mapping[Scale, float] = MappingProxyType({Scale.RATIO: 0.2, Scale.SHARE: 0.1})

Range = tuple[float, float]


def show(chart: DotAndInterval | Panels, *, key: str) -> None:
    """Draw the chart on the page, in the colours of the visitor's appearance, with its alternative text."""
    figure = panels(chart, appearance()) if isinstance(chart, Panels) else dot_and_interval(chart, appearance())
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, alt=chart.alt)


def dot_and_interval(chart: DotAndInterval, shown: Appearance) -> go.Figure:
    """One row per group in the order of the table; the threshold is a dashed line above the grid."""
    ink, span = INKS[shown], axis_range(chart)
    figure = empty_figure(ink, rows=len(chart.rows))
    for row in reversed(chart.rows):  # Plotly draws the first row at the bottom
        figure.add_traces(_traces(row, ink, span, chart.scale))
    if chart.threshold is not None:
        _dashed(figure, chart.threshold, ink, axis="x")
        figure.add_annotation(x=chart.threshold, xref="x", **said_on_top(chart.threshold_word, ink))
    ticks = _ticks(span, axis_step(chart), chart.scale)
    figure.update_xaxes(range=_padded(span), title_text=chart.axis_title, fixedrange=True, **ticks)
    return figure


def panels(chart: Panels, shown: Appearance) -> go.Figure:
    """Small multiples with shared rows from 0 to 100 %; the reference group is the dashed line."""
    ink, count = INKS[shown], len(chart.panels)
    figure = empty_figure(ink, rows=len(chart.panels[0].rows))
    width = (1 - _GAP * (count - 1)) / count
    for place, panel in enumerate(chart.panels):
        suffix, left = ("" if place == 0 else str(place + 1)), place * (width + _GAP)
        for row in reversed(panel.rows):
            figure.add_traces([trace.update(xaxis=f"x{suffix}") for trace in _traces(row, ink, (0, 1), Scale.SHARE)])
        ticks = _ticks((0, 0.75), 0.25, Scale.SHARE)  # 100 % would run into the next panel's 0 %
        axis = {"domain": [left, left + width], "range": [-0.02, 1.04], "fixedrange": True, "anchor": "y", **ticks}
        figure.update_layout({f"xaxis{suffix}": axis})
        for row in panel.rows:
            if row.reference and row.value is not None:
                _dashed(figure, row.value, ink, axis=f"x{suffix}", layer="below")
        figure.add_annotation(x=left, xref="paper", xanchor="left", **said_on_top(panel.title, ink))
    return figure


def axis_range(chart: DotAndInterval) -> Range:
    """The bounds of the data and the threshold, widened to round steps and ended at `most`."""
    step, finite = axis_step(chart), _finite(chart)
    if not finite:
        return 0.0, 1.0
    highest = max(finite) if chart.most is None else min(max(finite), chart.most)
    low, high = math.floor(min(finite) / step + 1e-9) * step, math.ceil(highest / step - 1e-9) * step
    return round(low, 9), round(max(high, low + step), 9)


def axis_step(chart: DotAndInterval) -> float:
    """The step of the scale; for plain numbers a round one that follows the data."""
    if chart.scale is not Scale.NUMBER:
        return _STEP[chart.scale]
    finite = _finite(chart)
    span = (max(finite) - min(finite) if finite else 0.0) or 1.0
    rough = span / 5
    magnitude = 10.0 ** math.floor(math.log10(rough))
    return next(factor * magnitude for factor in (1, 2, 5, 10) if factor * magnitude >= rough * 0.999)


def _finite(chart: DotAndInterval) -> list[float]:
    values = [value for row in chart.rows for value in (row.value, row.low, row.high)]
    return [value for value in (*values, chart.threshold) if value is not None and math.isfinite(value)]


def _traces(row: IntervalRow, ink: Ink, span: Range, scale: Scale) -> list[go.Scatter]:
    label = label_of(row.label)
    if row.value is None:  # the row keeps its place, so that charts side by side and the table agree
        words = {
            "text": ["not available"],
            "textposition": "middle right",
            "textfont": {"color": ink.muted, "size": 12},
        }
        return [go.Scatter(x=[span[0]], y=[label], mode="text", hoverinfo="skip", **words)]
    colour = {Mark.BREACH: ink.breach, Mark.TOO_SMALL: ink.neutral}.get(row.mark, ink.accent)
    mark = go.Scatter(
        x=[_within(row.value, span)],
        y=[label],
        mode="markers",
        marker={
            "symbol": SYMBOLS[row.mark] if row.value <= span[1] else "triangle-right",  # beyond the end of the axis
            "size": 10,
            "color": colour,
            "line": {"width": 2, "color": colour},
        },
        hovertemplate=f"{_figure(row.value, scale)}, {row.mark}<extra>{label}</extra>",
    )
    if row.low is None or row.high is None:
        return [mark]
    dash = "dot" if row.mark is Mark.TOO_SMALL else "solid"
    line = go.Scatter(
        x=[_within(row.low, span), _within(row.high, span)],
        y=[label, label],
        mode="lines",
        line={"color": colour, "width": 2, "dash": dash},
        hoverinfo="skip",
    )
    return [line, mark]


def empty_figure(ink: Ink, *, rows: int = 0, height: int = 0) -> go.Figure:
    """A figure in our manner without data; a category axis of so many `rows`, or of this `height` in pixels."""
    axis = {
        "showline": False,
        "zeroline": False,
        "gridcolor": ink.grid,
        "ticks": "",
        "automargin": True,
        "tickfont": {"size": 12, "color": ink.muted},
        "title": {"font": {"size": 12, "color": ink.muted}, "standoff": 8},
    }
    template = {
        "font": {"family": FONT, "size": 13, "color": ink.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "showlegend": False,
        "hovermode": "closest",
        "dragmode": False,
        "margin": {"l": 8, "r": 8, "t": 28, "b": 36},
        "xaxis": axis,
        "yaxis": {**axis, "showgrid": False},
        "hoverlabel": {
            "bgcolor": ink.surface,
            "bordercolor": ink.muted,
            "font": {"family": FONT, "size": 12, "color": ink.text},
        },
    }
    figure = go.Figure(layout={"template": {"layout": template}, "height": height or MARGIN + ROW * rows})
    figure.update_yaxes(type="category", fixedrange=True, ticksuffix="  ")  # a group called 25 is no number
    return figure


def _dashed(figure: go.Figure, at: float, ink: Ink, *, axis: str, layer: str = "above") -> None:
    """A threshold lies above: below, a grid line at the same value would hide it."""
    line = {"color": ink.text, "width": 1.25, "dash": "dash"}
    figure.add_shape(type="line", xref=axis, yref="paper", x0=at, x1=at, y0=0, y1=1, line=line, layer=layer)


def said_on_top(words: str, ink: Ink) -> dict[str, object]:
    """Words above a plot, as an annotation."""
    font = {"size": 12, "color": ink.text}
    return {
        "y": 1, "yref": "paper", "yanchor": "bottom", "text": html.escape(words), "showarrow": False, "font": font,
    }  # fmt: skip


def _ticks(span: Range, step: float, scale: Scale) -> dict[str, Sequence[object]]:
    count = round((span[1] - span[0]) / step)
    every = 1 if count <= 8 else math.ceil(count / 8)
    values = [round(span[0] + place * step, 9) for place in range(0, count + 1, every)]
    return {"tickvals": values, "ticktext": [_tick(value, scale, step) for value in values]}


def _tick(value: float, scale: Scale, step: float) -> str:
    if scale is Scale.SHARE:
        return f"{value * 100:.0f}\u00a0%"
    if scale is Scale.NUMBER:
        return f"{value:,.{max(0, min(6, -math.floor(math.log10(step))))}f}"
    return f"{value:.2f}"


def _figure(value: float, scale: Scale) -> str:
    if scale is Scale.NUMBER:
        return f"{value:.3g}"
    return f"{value * 100:.1f}\u00a0%" if scale is Scale.SHARE else f"{value:.2f}"


def _padded(span: Range) -> list[float]:
    room = (span[1] - span[0]) * 0.02
    return [span[0] - room, span[1] + room]


def _within(value: float, span: Range) -> float:
    return min(max(value, span[0]), span[1])


def label_of(text: str) -> str:
    """A name short enough for an axis. Plotly reads a little HTML in labels; group names come from uploaded data."""
    short = text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"
    return html.escape(short)


def shapes_caption(intervals: Iterable[str] = ("95 %",), method: str = "") -> str:
    """The line under a dot-and-interval figure that names its shapes."""
    return f"{SHAPES_SAID} Bars are {' and '.join(intervals)} intervals{f' ({method})' if method else ''}."
