"""A line of some weeks in one table cell: shape without axis, with the threshold and the last point marked."""

import base64
from collections.abc import Sequence

from app.components.appearance import ink
from app.components.text import plain

WIDTH, HEIGHT = 120, 22
_SIDE, _TOP, _END = 2.0, 3.0, 6.0


def sparkline(values: Sequence[float], *, alt: str, threshold: float | None = None, breach: bool = False) -> str:
    """A Markdown image for a table cell; `alt` is “30 days, from 0.09 to 0.17”. Needs at least two values."""
    if len(values) < 2:
        return "No data"
    colour, quiet = (ink().breach if breach else ink().accent), ink().neutral
    low, high = min(*values, threshold or values[0]), max(*values, threshold or values[0])
    lines = [
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{HEIGHT}'>",
        _dashes(_height(threshold, low, high), quiet) if threshold is not None else "",
        f"<polyline points='{_points(values, low, high)}' fill='none' stroke='{colour}' stroke-width='1.5'/>",
        f"<circle cx='{WIDTH - _END}' cy='{_height(values[-1], low, high)}' r='2.5' fill='{colour}'/></svg>",
    ]
    return f"![{plain(alt)}](data:image/svg+xml;base64,{base64.b64encode(''.join(lines).encode()).decode()})"


def _points(values: Sequence[float], low: float, high: float) -> str:
    step = (WIDTH - _SIDE - _END) / (len(values) - 1)
    return " ".join(f"{_SIDE + place * step:.1f},{_height(value, low, high)}" for place, value in enumerate(values))


def _height(value: float, low: float, high: float) -> float:
    return round(HEIGHT - _TOP - (value - low) / ((high - low) or 1) * (HEIGHT - 2 * _TOP), 1)


def _dashes(height: float, colour: str) -> str:
    return (
        f"<line x1='{_SIDE}' x2='{WIDTH - _SIDE}' y1='{height}' y2='{height}' stroke='{colour}' stroke-width='1'"
        " stroke-dasharray='3 2'/>"
    )
