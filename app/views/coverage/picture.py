"""Shares of states as stacked bars: fill, pattern and words carry the state, so that it survives grey."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import FONT, empty_figure
from app.components.appearance import INKS, Ink, appearance
from core.coverage.summary import Counts

BAR, HEAD = 28, 78
WIDE_ENOUGH = 0.035  # of the whole bar, for its number to stand inside


@dataclass(frozen=True)
class Part:
    """One state in every bar: its word, how it is filled, and the counts by row."""

    word: str
    style: str  # full, hatched, alarm, pale or hollow
    counts: Sequence[int]


def coverage_bars(totals: Mapping[str, Counts], models: Mapping[str, int], *, key: str) -> None:
    """One bar a pack: which share of the items that apply is shown, answered, shown in part, missing."""
    rows = [f"{pack} ({models[pack]:,})" if pack in models else pack for pack in totals]
    counts = list(totals.values())
    parts = (
        Part("shown", "full", [one.shown for one in counts]),
        Part("answered by a person", "hatched", [one.answered for one in counts]),
        Part("partly shown", "pale", [one.partly for one in counts]),
        Part("missing", "hollow", [one.missing for one in counts]),
    )
    stacked(rows, parts, what="Items by pack", key=key)


def stacked(rows: Sequence[str], parts: Sequence[Part], *, what: str, key: str, absolute: bool = False) -> None:
    """Horizontal bars, split by share, with the counts in them; a legend above names the fills.

    They are of equal length, or where `absolute`, as long as what they count.
    """
    ink = INKS[appearance()]
    figure = empty_figure(ink, height=HEAD + BAR * len(rows))
    whole = [sum(part.counts[place] for part in parts) for place in range(len(rows))]
    longest = max(whole, default=0)
    if absolute:
        whole = [longest] * len(rows)
    for part in parts:
        figure.add_trace(_bars(rows, part, whole, ink))
    figure.update_layout(
        barmode="stack", bargap=0.35, showlegend=True, margin={"l": 8, "r": 28, "t": 40, "b": 24},
        legend={
            "orientation": "h", "traceorder": "normal", "x": 0, "y": 1, "yanchor": "bottom",
            "font": {"size": 12, "color": ink.text},
        },
    )  # fmt: skip
    ticks, said = _numbers(longest) if absolute else _shares()
    figure.update_xaxes(range=[0, 1.002], fixedrange=True, tickvals=ticks, ticktext=said)
    figure.update_yaxes(autorange="reversed")
    in_words = "; ".join(
        f"{row}: " + ", ".join(f"{part.counts[place]:,} {part.word}" for part in parts)
        for place, row in enumerate(rows)
    )
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, alt=f"{what}: {in_words}")


def _shares() -> tuple[list[float], list[str]]:
    ticks = [0, 0.25, 0.5, 0.75, 1]
    return ticks, [f"{one * 100:.0f}\u00a0%" for one in ticks]


def _numbers(longest: int) -> tuple[list[float], list[str]]:
    """Up to five whole numbers from 0 to the longest bar."""
    step = max(1, -(-longest // 4))
    numbers = range(0, longest + 1, step)
    return [one / longest if longest else 0 for one in numbers], [f"{one:,}" for one in numbers]


def _bars(rows: Sequence[str], part: Part, whole: Sequence[int], ink: Ink) -> go.Bar:
    shares = [value / total if total else 0 for value, total in zip(part.counts, whole, strict=True)]
    inside = [f"{value:,}" if share >= WIDE_ENOUGH else "" for value, share in zip(part.counts, shares, strict=True)]
    return go.Bar(
        y=[html.escape(row) for row in rows],
        x=shares,
        orientation="h",
        name=part.word,
        text=inside,
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"size": 12, "family": FONT, "color": ink.surface if part.style == "full" else ink.text},
        customdata=[f"{value:,}" for value in part.counts],
        hovertemplate="%{customdata} " + part.word + "<extra>%{y}</extra>",
        marker=_marker(part.style, ink),
    )


def _marker(style: str, ink: Ink) -> dict[str, object]:
    outline = {"width": 1, "color": ink.muted}
    if style == "full":
        return {"color": ink.accent, "line": {"width": 1, "color": ink.accent}}
    if style == "hatched":
        pattern = {"shape": "/", "size": 6, "solidity": 0.25, "fgcolor": ink.accent, "bgcolor": ink.surface}
        return {"color": ink.surface, "pattern": pattern, "line": {"width": 1, "color": ink.accent}}
    if style == "alarm":
        pattern = {"shape": "x", "size": 6, "solidity": 0.3, "fgcolor": ink.breach, "bgcolor": ink.surface}
        return {"color": ink.surface, "pattern": pattern, "line": {"width": 1, "color": ink.breach}}
    if style == "pale":
        return {"color": ink.grid, "line": outline}
    return {"color": "rgba(0,0,0,0)", "line": outline}
