"""A system as a figure: what is needed at the left, what needs it to the right; shape and word say what each is."""

import html
from collections.abc import Mapping
from types import MappingProxyType

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import empty_figure
from app.components.appearance import INKS, Appearance, Ink, appearance
from app.layered import Place, placed
from core.inventory.parts.finding import Named
from core.inventory.parts.graph import System
from core.inventory.parts.rules import Edge, NodeKind

SYMBOLS: Mapping[NodeKind, str] = MappingProxyType(
    {
        NodeKind.MODEL: "circle",
        NodeKind.DATASET: "square",
        NodeKind.PROMPT: "triangle-up",
        NodeKind.WORKFLOW: "diamond",
        NodeKind.DECISION_POINT: "hexagon",
        NodeKind.VENDOR: "cross",
    }
)
SHAPES_SAID = (
    "● model ■ dataset ▲ prompt ◆ workflow ⬢ decision point ✚ vendor; outlined: retired. "
    "Arrows lead from what is needed to what needs it."
)
LONGEST, ROW, LEAST = 20, 70, 220


def show(system: System, *, key: str) -> None:
    """Draw the system in the colours of the visitor's appearance; the table beside it says the same in words."""
    figure = graph(system, appearance())
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False}, alt=alternative(system))
    st.caption(SHAPES_SAID)


def alternative(system: System) -> str:
    """The whole figure in one sentence."""
    said = [f"{_name(system, edge.source)} {edge.relation} {_name(system, edge.target)}" for edge in system.edges[:30]]
    more = f"; and {len(system.edges) - 30} more" if len(system.edges) > 30 else ""
    return f"What bears on what around {system.about.name}: {'; '.join(said) or 'nothing'}{more}."


def graph(system: System, shown: Appearance) -> go.Figure:
    """Columns by distance from the beginning; edges that lead back are dotted."""
    ink = INKS[shown]
    places = placed(sorted(system.drawn), [(edge.source, edge.target) for edge in system.edges])
    rows = max((place.row for place in places.values()), default=0) + 1
    figure = empty_figure(ink, height=max(LEAST, int(rows * ROW) + 40))
    for edge in system.edges:
        figure.add_annotation(**_arrow(edge, places, ink))
    figure.add_trace(_nodes(system, places, ink))
    for number, place in places.items():
        figure.add_annotation(**_label(system.nodes[number], place, ink))
    columns = max((place.column for place in places.values()), default=0)
    figure.update_xaxes(visible=False, type="linear", range=[-0.6, columns + 0.6], fixedrange=True)
    figure.update_yaxes(visible=False, type="linear", range=[rows - 0.3, -0.6], fixedrange=True)
    figure.update_layout(showlegend=False, margin={"l": 8, "r": 8, "t": 8, "b": 8})
    return figure


def _nodes(system: System, places: Mapping[str, Place], ink: Ink) -> go.Scatter:
    order = sorted(places)
    named = [system.nodes[number] for number in order]
    about = [one.number == system.about.number for one in named]
    return go.Scatter(
        x=[places[number].column for number in order],
        y=[places[number].row for number in order],
        mode="markers",
        hovertext=[f"{one.kind}: {html.escape(one.name)} ({one.number})" for one in named],
        hoverinfo="text",
        cliponaxis=False,
        marker={
            "symbol": [f"{SYMBOLS[one.kind]}-open" if one.retired else SYMBOLS[one.kind] for one in named],
            "size": [18 if this else 13 for this in about],
            "color": [ink.accent if this else ink.muted for this in about],
            "line": {"width": 1.5, "color": ink.surface},
        },
    )


def _label(one: Named, place: Place, ink: Ink) -> dict[str, object]:
    """On a ground of its own, so that no arrow runs through the words."""
    return {
        "x": place.column, "y": place.row, "yshift": -25, "showarrow": False, "xref": "x", "yref": "y",
        "text": f"{_short(one.name)}<br>{one.number}", "font": {"size": 12, "color": ink.text},
        "bgcolor": ink.surface, "borderpad": 0,
    }  # fmt: skip


def _arrow(edge: Edge, places: Mapping[str, Place], ink: Ink) -> dict[str, object]:
    source, target = places[edge.source], places[edge.target]
    return {
        "x": target.column, "y": target.row, "ax": source.column, "ay": source.row,
        "xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": "", "showarrow": True,
        "arrowhead": 2, "arrowsize": 1.1, "arrowwidth": 1.3, "arrowcolor": ink.neutral,
        "standoff": 11, "startstandoff": 11, "opacity": 0.55 if target.column <= source.column else 1.0,
    }  # fmt: skip


def _name(system: System, number: str) -> str:
    return f"{system.nodes[number].name} ({number})" if number in system.nodes else number


def _short(name: str) -> str:
    cut = name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"
    return html.escape(cut)
