"""Draws chart values as SVG for print, without a browser: same value, same bytes, readable in grey."""

from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from core.reports.charts.axis import SHARE_AXIS, Axis, axis_of
from core.reports.charts.values import DotAndInterval, IntervalRow, Mark, Panel, Panels, Scale, figure
from core.reports.texts.charts import values as texts

WIDTH = 640.0
ROW, TOP, BOTTOM = 24.0, 26.0, 24.0
TITLE = 18.0
FONT = "'IBM Plex Sans', 'DejaVu Sans', sans-serif"
TEXT, MUTED, GRID = "#10161F", "#4A5361", "#E3E7EC"
ACCENT, BREACH, NEUTRAL = "#2B4C9B", "#A12A12", "#6B7482"
COLOURS = {Mark.MET: ACCENT, Mark.REFERENCE: ACCENT, Mark.BREACH: BREACH, Mark.TOO_SMALL: NEUTRAL}
LETTER = 5.9  # the mean width of a letter at 11 px
LONGEST_LABEL = 44  # three crossed attributes fit
GAP = 26.0


@dataclass(frozen=True)
class _Frame:
    """Where one plot stands."""

    left: float
    right: float
    top: float
    bottom: float


def draw(chart: DotAndInterval | Panels) -> str:
    """The chart as one SVG element with its alternative text."""
    return _intervals(chart) if isinstance(chart, DotAndInterval) else _panels(chart)


def _intervals(chart: DotAndInterval) -> str:
    axis = axis_of(chart)
    frame = _Frame(_label_width(chart.rows), WIDTH - 24, TOP, TOP + ROW * len(chart.rows))
    parts = [
        *_grid(axis, frame, chart.scale),
        *_labels(chart.rows, frame),
        *(_bars(chart.rows, axis, frame) if chart.bars else _rows(chart.rows, axis, frame)),
        *([] if chart.threshold is None else _line(axis.place(chart.threshold, frame.left, frame.right), frame)),
    ]
    if chart.threshold is not None:
        at = axis.place(chart.threshold, frame.left, frame.right)
        parts.append(_text(at, frame.top - 8, chart.threshold_word, anchor="middle", colour=TEXT))
    middle = (frame.left + frame.right) / 2
    parts.append(_text(middle, frame.bottom + BOTTOM + 10, chart.axis_title, anchor="middle"))
    return _svg(frame.bottom + BOTTOM + TITLE, parts, chart.alt)


def _panels(chart: Panels) -> str:
    rows = chart.panels[0].rows
    first = _label_width(rows)
    width = (WIDTH - 24 - first - GAP * (len(chart.panels) - 1)) / len(chart.panels)
    parts: list[str] = []
    for index, panel in enumerate(chart.panels):
        left = first + index * (width + GAP)
        frame = _Frame(left, left + width, TOP, TOP + ROW * len(rows))
        parts += _panel(panel, frame)
        if index == 0:
            parts += _labels(rows, frame)
    return _svg(TOP + ROW * len(rows) + BOTTOM, parts, chart.alt)


def _panel(panel: Panel, frame: _Frame) -> list[str]:
    reference = next((row.value for row in panel.rows if row.reference and row.value is not None), None)
    return [
        *_grid(SHARE_AXIS, frame, Scale.SHARE),
        *([] if reference is None else _line(SHARE_AXIS.place(reference, frame.left, frame.right), frame)),
        *_rows(panel.rows, SHARE_AXIS, frame),
        _text(frame.left, frame.top - 8, panel.title, colour=TEXT),
    ]


def _label_width(rows: tuple[IntervalRow, ...]) -> float:
    longest = max((len(_short(row.label)) for row in rows), default=0)
    return 20 + longest * LETTER


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _grid(axis: Axis, frame: _Frame, scale: Scale) -> list[str]:
    parts = []
    for tick in axis.ticks:
        x = axis.place(tick, frame.left, frame.right)
        parts.append(_segment(x, frame.top, x, frame.bottom, GRID, 1))
        if scale is Scale.RATIO or tick < axis.high:  # the last of one panel would touch the first of the next
            parts.append(_text(x, frame.bottom + 15, _tick(tick, scale), anchor="middle"))
    return parts


def _tick(tick: float, scale: Scale) -> str:
    return figure(tick, scale, 0) if scale is Scale.SHARE else figure(tick, scale)


def _labels(rows: tuple[IntervalRow, ...], frame: _Frame) -> list[str]:
    return [
        _text(frame.left - 10, _middle(index, frame) + 4, _short(row.label), anchor="end")
        for index, row in enumerate(rows)
    ]


def _middle(index: int, frame: _Frame) -> float:
    return frame.top + ROW * (index + 0.5)


def _rows(rows: tuple[IntervalRow, ...], axis: Axis, frame: _Frame) -> list[str]:
    return [part for index, row in enumerate(rows) for part in _row(row, _middle(index, frame), axis, frame)]


def _row(row: IntervalRow, y: float, axis: Axis, frame: _Frame) -> list[str]:
    if row.value is None:
        return [_text(frame.left + 6, y + 4, texts.NOT_AVAILABLE)]
    colour = COLOURS[row.mark]
    parts = []
    if row.low is not None and row.high is not None:
        ends = [axis.place(end, frame.left, frame.right) for end in (row.low, row.high)]
        dash = "" if row.judged else "2 2.5"
        parts.append(_segment(ends[0], y, ends[1], y, colour, 2, dash))
        parts += [
            _cut(x, y, outward, colour)
            for x, outward, end in ((ends[0], -1, row.low), (ends[1], 1, row.high))
            if not axis.holds(end)
        ]
    return [*parts, _shape(row.mark, axis.place(row.value, frame.left, frame.right), y, colour)]


def _bars(rows: tuple[IntervalRow, ...], axis: Axis, frame: _Frame) -> list[str]:
    """From nought to each value, the value written at its end."""
    parts = []
    for index, row in enumerate(rows):
        y, value = _middle(index, frame), row.value or 0.0
        left, right = axis.place(0.0, frame.left, frame.right), axis.place(value, frame.left, frame.right)
        parts.append(f'<rect x="{left:.2f}" y="{y - 7:.2f}" width="{right - left:.2f}" height="14" fill="{ACCENT}"/>')
        within = right > frame.right - 40
        colour, at = ("#FFFFFF", right - 4) if within else (TEXT, right + 4)
        parts.append(_text(at, y + 4, f"{value:,.0f}", anchor="end" if within else "start", colour=colour))
    return parts


def _cut(x: float, y: float, outward: int, colour: str) -> str:
    """An arrow head: the interval goes on beyond the axis."""
    back = x - outward * 5
    path = f"M{back:.2f} {y - 4:.2f}L{x:.2f} {y:.2f}L{back:.2f} {y + 4:.2f}"
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _shape(mark: Mark, x: float, y: float, colour: str) -> str:
    if mark is Mark.BREACH:
        return f'<rect x="{x - 5:.2f}" y="{y - 5:.2f}" width="10" height="10" fill="{colour}"/>'
    if mark is Mark.REFERENCE:
        return f'<path d="M{x:.2f} {y - 6.5:.2f}l6.5 6.5l-6.5 6.5l-6.5 -6.5z" fill="{colour}"/>'
    fill = "#FFFFFF" if mark is Mark.TOO_SMALL else colour
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="4.5" fill="{fill}" stroke="{colour}" stroke-width="1.75"/>'


def _line(x: float, frame: _Frame) -> list[str]:
    """A threshold or reference: dashed, in the colour of text, above the grid that may stand at the same value."""
    return [_segment(x, frame.top - 3, x, frame.bottom, TEXT, 1.25, "6 4")]


def _segment(x1: float, y1: float, x2: float, y2: float, colour: str, width: float, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:g}"{dashes}/>'


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = MUTED) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _svg(height: float, parts: list[str], alt: str) -> str:
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" role="img" '
        f'aria-label={quoteattr(alt)} font-family="{FONT}" font-size="11">'
    )
    return f"{opening}{''.join(parts)}</svg>"
