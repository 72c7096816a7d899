"""The timeline of an incident: a picture of what happened when, and the table with every ledger entry."""

import html
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

import plotly.graph_objects as go  # type: ignore[import-untyped]  # Plotly carries no type hints
import streamlit as st

from app.charts import empty_figure
from app.components import attempt, link, paragraphs, plain, section, table
from app.components.appearance import INKS, Ink, appearance
from app.components.formats import counted, moment
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.incidents.acting import moment_input, recorded
from app.views.incidents.reading import Reading
from core.improvement.incidents.recording import write_note
from core.improvement.incidents.rules.life import Act
from core.improvement.incidents.ticking import Clock
from core.improvement.incidents.timeline import Happened, Lane

SAID: Mapping[str, str] = MappingProxyType(
    {
        "incident.declared": "Incident declared",
        "incident.noted": "Note",
        "incident.corrected": "Facts corrected",
        "incident.severity_changed": "Severity changed",
        "incident.command_given": "Command given",
        "incident.containment": "Containment",
        "incident.informed": "Informed",
        "incident.cause_found": "Root cause",
        "incident.clock_decided": "Clock decided",
        "incident.clock_warned": "Warned of a clock",
        "incident.notified": "Authority notified",
        "incident.contained": "Contained",
        "incident.resolved": "Resolved",
        "incident.reviewed": "Review written",
        "incident.closed": "Closed",
        "incident.reopened": "Reopened",
        "incident.merged": "Merged as a duplicate",
        "production.returned": "Production returned",
    }
)
SYMBOLS: Mapping[Lane, str] = MappingProxyType(
    {
        Lane.RESPONSE: "circle", Lane.NOTE: "circle-open", Lane.CONTAINMENT: "diamond", Lane.CLOCK: "hourglass",
        Lane.ACTION: "square", Lane.ALERT: "triangle-up", Lane.PRODUCTION: "star", Lane.LINKED: "x",
    }
)  # fmt: skip
LONGEST = 90  # characters of a text beside a mark


def time_line(place: Workplace, viewer: Me, reading: Reading, lines: Sequence[Happened], at: datetime) -> None:
    """The picture, the table in the order in which it happened, and the form for a note."""
    show_picture(lines, reading.whole.clocks, at)
    st.markdown(f":gray[{counted(len(lines), 'event')}, in the order in which they happened, times in UTC]")
    table(
        [_row(reading, line) for line in lines],
        alt=f"Timeline of {reading.number}: when, what, about which record, what was said, who, ledger entry",
        right=["When", "Entry"],
        unbroken=["Who"],
    )
    if not reading.against[Act.NOTE]:
        _note(place, viewer, reading, at)


def event_words(event: str) -> str:
    """“incident.declared” is “Incident declared”; others by their own words."""
    return SAID.get(event, word(event.replace(".", " ").replace("_", " ")))


def _row(reading: Reading, line: Happened) -> Mapping[str, str]:
    late = line.recorded_at - line.at >= timedelta(minutes=1)
    written = f"  \n:small[:gray[recorded {moment(line.recorded_at)}]]" if late else ""
    about = "" if line.about == reading.number else f" :gray[{plain(line.about)}]"
    says = ":gray[particulars erased]" if line.erased else paragraphs(_named(reading, line.says))
    return {
        "When": f"{moment(line.at)}{written}",
        "What": f"{plain(event_words(line.event))}{about}",
        "Says": says,
        "Who": reading.name_of(line.person),
        "Entry": link(f"{line.entry:,}", "/entry", index=line.entry),
    }


def _named(reading: Reading, says: str) -> str:
    """With names in the place of people's numbers where a change begins with them."""
    first, sep, rest = says.partition(":")
    words = [reading.known.get(one, one) for one in first.split(" ")]
    return word(" ".join(words)) + sep + rest if sep else says


def _note(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    with st.container(border=True):
        section("Write a note")
        with st.form("note", border=False, clear_on_submit=False):
            text = st.text_area("What happened, or was decided", max_chars=4000, height=80)
            when = moment_input("When it happened", at, latest=at, key=f"noted_when_{reading.number}")
            sent = st.form_submit_button("Write the note")
        if sent:
            with attempt("Nothing was noted."):
                done = write_note(
                    place.store, place.ledger, incident=reading.number, text=text, happened_at=when.moment(),
                    actor=viewer.actor, at=now(),
                )  # fmt: skip
                recorded(done, "The note is on record")


def show_picture(lines: Sequence[Happened], clocks: Sequence[Clock], at: datetime) -> None:
    """One row for each source, a mark for each event; clocks as bars from awareness to their end."""
    lanes = [lane for lane in Lane if any(line.lane is lane for line in lines)]
    bars = [one for one in clocks if one.decision is not None and one.decision.applies]
    plot = _figure(lines, lanes, bars, at)
    st.plotly_chart(plot, theme=None, key="incident_line", config={"displayModeBar": False}, alt=alt(lines, bars))
    shapes = "Marks by source, as the rows name them."
    st.caption(f"{shapes} Bars: clocks, from awareness to the end of their time. Dashed line: now." if bars else shapes)


def alt(lines: Sequence[Happened], clocks: Sequence[Clock]) -> str:
    """What the picture shows, in words."""
    said = [f"{moment(line.at)} {event_words(line.event)}" for line in lines]
    said += [f"clock “{one.title}” until {moment(one.due_at)}, {one.state}" for one in clocks]
    return f"Timeline: {'; '.join(said)}".replace("\u00a0", " ")


def _figure(lines: Sequence[Happened], lanes: Sequence[Lane], bars: Sequence[Clock], at: datetime) -> go.Figure:
    ink = INKS[appearance()]
    labels = [word(lane.value) for lane in lanes] + [_clock_label(one) for one in bars]
    plot = empty_figure(ink, rows=max(len(labels), 2))
    for one in bars:
        plot.add_trace(_bar(one, ink))
    for lane in lanes:
        plot.add_trace(_marks([line for line in lines if line.lane is lane], lane, ink))
    plot.update_layout(barmode="overlay")
    first, last = _range(lines, bars)
    ticks = "%-d %b" if last - first > timedelta(days=4) else "%H:%M<br>%-d %b"
    plot.update_xaxes(type="date", fixedrange=True, range=[first, last], nticks=8, tickformat=ticks)
    plot.update_yaxes(categoryorder="array", categoryarray=labels[::-1])
    if first <= at <= last:
        plot.add_vline(x=at, line={"color": ink.text, "width": 1, "dash": "dash"})
    return plot


def _clock_label(clock: Clock) -> str:
    return html.escape(clock.title if len(clock.title) <= 30 else f"{clock.title[:29]}…")


def _range(lines: Sequence[Happened], bars: Sequence[Clock]) -> tuple[datetime, datetime]:
    moments = [line.at for line in lines] + [one for bar in bars for one in (bar.starts_at, bar.due_at)]
    first, last = min(moments), max(moments)
    margin = max((last - first) / 25, timedelta(minutes=5))
    return first - margin, last + margin


def _marks(lines: Sequence[Happened], lane: Lane, ink: Ink) -> go.Scatter:
    texts = [_hover(line) for line in lines]
    colour = ink.breach if lane is Lane.ALERT else ink.accent if lane is not Lane.LINKED else ink.neutral
    return go.Scatter(
        x=[line.at for line in lines],
        y=[word(lane.value)] * len(lines),
        mode="markers",
        marker={"symbol": SYMBOLS[lane], "size": 11, "color": colour, "line": {"width": 1.5, "color": colour}},
        hovertext=texts,
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(line: Happened) -> str:
    said = line.says if len(line.says) <= LONGEST else f"{line.says[: LONGEST - 1]}…"
    return html.escape(f"{moment(line.at)}: {event_words(line.event)}. {said}".replace("%{", "% {"))


def _bar(clock: Clock, ink: Ink) -> go.Bar:
    edge = ink.breach if clock.state.value == "overdue" else ink.accent
    pattern = {"shape": "/", "fgcolor": edge, "size": 6} if clock.ticks else {"shape": ""}
    return go.Bar(
        x=[(clock.due_at - clock.starts_at).total_seconds() * 1000],
        base=[clock.starts_at],
        y=[_clock_label(clock)],
        orientation="h",
        width=0.45,
        marker={"color": ink.surface, "line": {"color": edge, "width": 1.5}, "pattern": pattern},
        hovertemplate=f"{html.escape(clock.title)}: until {moment(clock.due_at)}, {clock.state}<extra></extra>",
    )
