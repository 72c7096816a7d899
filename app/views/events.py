"""What the page of recorded events shows: filters, the volume over time, the files, and the way to one event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import streamlit as st

from app.components import clear_filters, filter_row, plain, status, table
from app.components.filters import choose
from app.components.formats import count, counted, day, moment, size
from app.components.text import link
from app.navigation import page_file
from app.plots import show
from core.ledger.batches.queries import BatchFilter, BatchRow, Choices, Volume
from core.ledger.batches.rows import EventKind
from core.reports.charts.plots import Bar, Bars
from core.reports.charts.values import Scale

FILTERS = {"kind": "All kinds", "model": "All models", "role": "All roles", "since": None, "until": None}
KINDS: Mapping[str, str] = {
    EventKind.INFERENCE.value: "Inference",
    EventKind.PIPELINE.value: "Pipeline",
    EventKind.ACTIVITY.value: "User activity",
}
SEVERAL: Mapping[str, tuple[str, str]] = {
    EventKind.INFERENCE.value: ("inference", "inferences"),
    EventKind.PIPELINE.value: ("pipeline step", "pipeline steps"),
    EventKind.ACTIVITY.value: ("act of a user", "acts of users"),
}
MOST_BARS, MOST_NAMED = 92, 3


def narrowed_by(known: Choices) -> BatchFilter:
    """The row of filters; all of them live in the address."""
    with filter_row():
        kind = choose("Kind", list(KINDS), key="kind", every="All kinds", said=lambda one: KINDS[one])
        model = choose("Model", known.models, key="model", every="All models", said=str, width=170)
        role = choose("Role", known.roles, key="role", every="All roles", said=str)
        since = st.date_input("Since (UTC)", value=None, key="since", format="YYYY-MM-DD", width=135)
        until = st.date_input("Until (UTC)", value=None, key="until", format="YYYY-MM-DD", width=135)
        clear_filters(FILTERS)
    last = until + timedelta(days=1) if isinstance(until, date) else None
    return BatchFilter(kind or "", model or "", role or "", since if isinstance(since, date) else None, last)


def find_form() -> None:
    """To one event by its id."""
    with st.form("find_event", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        asked = st.text_input("Event id", key="asked", max_chars=64, width=280, placeholder="As the sender gave it")
        sent = st.form_submit_button("Find event")
    if sent and asked.strip():
        st.switch_page(page_file("event"), query_params={"id": asked.strip()})


def volume_chart(found: Sequence[Volume]) -> None:
    """Events by day, or by month where there are too many days; the table of files below has the figures."""
    if not found:
        return
    by_day = len({one.day for one in found}) <= MOST_BARS
    totals: dict[str, int] = {}
    for one in found:
        label = f"{one.day:%d %b}" if by_day else f"{one.day:%b %Y}"
        totals[label] = totals.get(label, 0) + one.rows
    bars = tuple(Bar(label, rows) for label, rows in totals.items())
    kinds: dict[str, int] = {}
    for one in found:
        kinds[one.kind] = kinds.get(one.kind, 0) + one.rows
    said = ", ".join(counted(kinds[kind], *words) for kind, words in SEVERAL.items() if kind in kinds)
    unit = "day" if by_day else "month"
    largest = max(bars, key=lambda bar: bar.value)
    alt = f"Events by {unit}: {said}; the most on {largest.label} with {count(int(largest.value))}."
    show(Bars(bars, ("Events", ""), f"Events by {unit}, UTC", alt, Scale.NUMBER), key="volume")
    st.caption(f"{said[:1].upper()}{said[1:]}. Days count whether their files are still kept or not.")


def batches_table(rows: Sequence[BatchRow], kept: timedelta) -> None:
    """Files, newest first."""
    table(
        [
            {
                "File": link(row.number, "/event_batch", number=row.number),
                "Recorded": moment(row.recorded_at),
                "Holds": plain(", ".join(KINDS[kind] for kind in row.kinds)),
                "Models": _models(row.models),
                "Events": count(row.rows),
                "Entry": link(count(row.entry), "/entry", index=row.entry),
                "Digest": row.digest[:8],
                "Kept until": day(row.last_at + kept),
                "State": state_of(row.removed_at, row.erased),
            }
            for row in rows
        ],
        alt="Files of events, newest first: number, when recorded, kinds, models, how many events, entry, digest, "
        "until when they are kept, state",
        right=["Events", "Entry"],
        unbroken=["Recorded", "Kept until", "State"],
    )


def state_of(removed_at: datetime | None, erased: int) -> str:
    """Kept, or removed and when; how many of it were erased."""
    if removed_at is not None:
        return f"{status('Removed')} {moment(removed_at)}"
    return f"{status('Kept')} {count(erased)} erased" if erased else status("Kept")


def size_words(bytes_: int, rows: int) -> str:
    """“5.3 MB, 53 bytes an event”."""
    return f"{size(bytes_)}, {count(bytes_ // max(rows, 1))} bytes an event"


def _models(models: Sequence[str]) -> str:
    shown = ", ".join(models[:MOST_NAMED])
    more = f" and {count(len(models) - MOST_NAMED)} more" if len(models) > MOST_NAMED else ""
    return plain(shown + more) if models else ""
