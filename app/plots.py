"""Curves and bars on pages: a chart value in, a Plotly figure out, in the manner of `app.charts`."""

import html
from collections.abc import Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import empty_figure, label_of, said_on_top
from app.components.appearance import INKS, Appearance, Ink, appearance
from core.reports.charts.plots import Bars, Curves, Line
from core.reports.charts.values import Scale, figure

HEIGHT, LONGEST, TITLE, MOST_LABELS = 300, 18, 48, 20
DASHES = ("solid", "dash", "dot", "dashdot")


def show(chart: Curves | Bars, *, key: str) -> None:
    """Draw the chart on the page, in the colours of the visitor's appearance, with its alternative text."""
    plot = curves(chart, appearance()) if isinstance(chart, Curves) else bars(chart, appearance())
    st.plotly_chart(plot, theme=None, key=key, config={"displayModeBar": False}, alt=chart.alt)


def curves(chart: Curves, shown: Appearance) -> go.Figure:
    """Every line with its name at its end; dashes tell them apart in grey, the first in the accent colour."""
    ink = INKS[shown]
    plot = empty_figure(ink, height=HEIGHT)
    for place, line in enumerate(chart.lines):
        plot.add_trace(_line(line, place, ink))
    plot.update_xaxes(title_text=_title(chart.across_title), fixedrange=True, **_axis(chart.across_scale))
    plot.update_yaxes(
        title_text=_title(chart.up_title), fixedrange=True, showgrid=True, type="linear", ticksuffix="",
        **_axis(chart.up_scale),
    )  # fmt: skip
    if chart.across:
        plot.update_xaxes(range=_with_room(chart.across))
    if chart.up:
        plot.update_yaxes(range=_with_room(chart.up))
    _against(plot, chart, ink)
    plot.update_layout(showlegend=len(chart.lines) > 1, legend=_legend(ink))
    return plot


def bars(chart: Bars, shown: Appearance) -> go.Figure:
    """Bars with a label each; the second of a pair is outlined, so that it survives grey.

    A bar stands at its place and not at its label: labels that were cut to one text are still two bars.
    """
    ink = INKS[shown]
    plot = empty_figure(ink, height=HEIGHT)
    labels, places = [label_of(_short(bar.label)) for bar in chart.bars], list(range(len(chart.bars)))
    first, second = chart.names
    plot.add_trace(_side(labels, [bar.value for bar in chart.bars], first, chart.scale, ink.accent, ink.accent))
    if second:
        beside = [bar.beside for bar in chart.bars]
        plot.add_trace(_side(labels, beside, second, chart.scale, "rgba(0,0,0,0)", ink.muted))
    plot.update_xaxes(title_text=_title(chart.across_title), fixedrange=True, type="linear", showgrid=False)
    every = max(1, -(-len(labels) // MOST_LABELS))  # labels on top of one another say nothing
    plot.update_xaxes(tickmode="array", tickvals=places[::every], ticktext=labels[::every])
    plot.update_yaxes(
        type="linear", fixedrange=True, showgrid=True, rangemode="tozero", ticksuffix="", **_axis(chart.scale)
    )
    plot.update_layout(barmode="group", bargap=0.25, showlegend=all(chart.names), legend=_legend(ink))
    return plot


def _short(label: str, longest: int = LONGEST) -> str:
    return label if len(label) <= longest else f"{label[: longest - 1].rstrip()}…"


def _title(words: str) -> str:
    """The name of an axis or a line, as letters and not so long that it leaves the chart; `alt` has it whole."""
    return html.escape(_short(words, TITLE))


def _side(
    labels: Sequence[str], values: Sequence[float | None], name: str, scale: Scale, fill: str, edge: str
) -> go.Bar:
    return go.Bar(
        x=list(range(len(labels))),
        hovertext=labels,
        y=values,
        name=_title(name),
        marker={"color": fill, "line": {"color": edge, "width": 1.5}},
        customdata=[figure(value, scale) for value in values],
        hovertemplate="%{hovertext}: %{customdata}<extra></extra>",
    )


def _line(line: Line, place: int, ink: Ink) -> go.Scatter:
    colour = ink.muted if line.dashed else ink.accent if place == 0 else ink.neutral
    return go.Scatter(
        x=[point[0] for point in line.points],
        y=[point[1] for point in line.points],
        name=_title(line.name),
        mode="lines+markers" if line.dots else "lines",
        line={"color": colour, "width": 2, "dash": "dash" if line.dashed else DASHES[place % len(DASHES)]},
        marker={"size": 7, "color": colour},
        hovertemplate="%{x:.3f}, %{y:.3f}<extra></extra>",
    )


def _against(plot: go.Figure, chart: Curves, ink: Ink) -> None:
    if chart.level is not None:
        line = {"color": ink.text, "width": 1.25, "dash": "dash"}
        plot.add_shape(type="line", xref="paper", x0=0, x1=1, yref="y", y0=chart.level, y1=chart.level, line=line)
        words = {**said_on_top(chart.level_word, ink), "y": chart.level, "yref": "y"}
        plot.add_annotation(x=0.01, xref="paper", xanchor="left", **words)
    if chart.mark is not None:
        x, y = chart.mark
        plot.add_trace(
            go.Scatter(
                x=[x],
                y=[y],
                mode="markers",
                showlegend=False,
                hoverinfo="skip",
                marker={"symbol": "diamond", "size": 11, "color": ink.text},
            )
        )
        words = {**said_on_top(chart.mark_word, ink), "y": y, "yref": "y", "yshift": 8}
        plot.add_annotation(x=x, xref="x", **words)


def _axis(scale: Scale) -> dict[str, object]:
    return {"tickformat": ".0%" if scale is Scale.SHARE else "~g"}


def _with_room(ends: tuple[float, float]) -> list[float]:
    room = (ends[1] - ends[0]) * 0.02
    return [ends[0] - room, ends[1] + room]


def _legend(ink: Ink) -> dict[str, object]:
    return {
        "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12, "color": ink.text},
        "itemclick": False, "itemdoubleclick": False,
    }  # fmt: skip
