"""What arrived of a model in use: totals, by day how much has a label, and every batch with what was odd about it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from app.components import empty, fact, facts_line, link, paged, plain, section, status, table
from app.components.formats import NOTHING, count, day, moment, percent
from app.components.status import word
from app.composition import Workplace
from app.plots import show
from core.access.queries import names
from core.monitoring.intake.arrivals import Arrival, Day, Standing, arrivals_page, days, standing
from core.reports.charts.plots import Bar, Bars
from core.reports.charts.values import Scale

MOST_BARS = 92
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def arrivals_view(place: Workplace, model: str, environment: str) -> None:
    """Totals, the chart by day and the table of batches, as a part of a page."""
    with place.store.reading() as session:
        totals, by_day = standing(session, model, environment), days(session, model, environment)
        total = arrivals_page(session, model, environment, limit=1).total
        known = names(session)
    if not total:
        why = "A pipeline hands in inferences by the API, the command line or the drop folder."
        with empty("Nothing has arrived yet.", why):
            st.code(_command(model, environment), language=None, wrap_lines=True)
        return
    _totals(totals)
    _chart(by_day)
    section("Arrivals")
    with paged(total, key="arrivals") as window, place.store.reading() as session:
        page = arrivals_page(session, model, environment, limit=window.limit, offset=window.offset)
        _table(page.rows, known)


def _command(model: str, environment: str) -> str:
    where = "" if environment == "production" else f" --environment {environment}"
    return f"countersign production submit day.parquet --model {model} --kind inferences --version 1.0.0{where}"


def _totals(totals: Standing) -> None:
    share = totals.labelled / totals.rows if totals.rows else None
    line = facts_line(
        fact("Inferences", count(totals.rows)),
        fact("With a label", percent(share)),
        fact("Late", count(totals.late)),
        fact("Out of order", count(totals.out_of_order)),
        fact("Repeated", count(totals.repeated)),
        fact("Newest", moment(totals.last_at)),
        fact("Last arrival", moment(totals.received_at)),
    )
    st.markdown(line)


def _chart(by_day: Sequence[Day]) -> None:
    """Inferences by day, or by month where there are too many days; beside each bar those with a label."""
    if not by_day:
        return
    monthly = len(by_day) > MOST_BARS
    sums: dict[str, list[int]] = {}
    for one in by_day:
        on = EPOCH + timedelta(days=one.day)
        both = sums.setdefault(f"{on:%b %Y}" if monthly else f"{on:%d %b}", [0, 0])
        both[0] += one.rows
        both[1] += one.labelled
    unit = "month" if monthly else "day"
    bars = tuple(Bar(label, rows, labelled) for label, (rows, labelled) in sums.items())
    largest = max(bars, key=lambda bar: bar.value)
    shown = sum(one.labelled for one in by_day) / max(sum(one.rows for one in by_day), 1)
    alt = (
        f"Inferences by {unit}, and how many of them have a label: the most on {largest.label} with "
        f"{count(int(largest.value))}; {percent(shown)} of all have one."
    )
    title = f"By {unit} of the inference, UTC"
    show(Bars(bars, ("Inferences", "With a label"), title, alt, Scale.NUMBER), key="arrivals_by_day")


def _table(rows: Sequence[Arrival], known: Mapping[str, str]) -> None:
    table(
        [
            {
                "Batch": row.number,
                "Received": moment(row.received_at),
                "Kind": word(row.kind),
                "Version": plain(row.version) if row.version else NOTHING,
                "New rows": count(row.rows),
                "Remarks": _odd(row),
                "Inferences of": _span(row),
                "From": _source(row, known),
                "Entry": link(count(row.entry), "/entry", index=row.entry),
            }
            for row in rows
        ],
        alt="Batches, the newest first: number, when received, kind, version, new rows, remarks, days of inferences, "
        "from whom, ledger entry",
        right=["New rows", "Entry"],
        unbroken=["Batch", "Received"],
    )


def _odd(row: Arrival) -> str:
    """What is not as in an ordinary arrival, in words."""
    parts = (
        (row.late, "late"),
        (row.out_of_order, "out of order"),
        (row.repeated, "repeated"),
        (row.waiting, "waiting"),
    )
    odd = ", ".join(f"{count(rows)} {words}" for rows, words in parts if rows)
    if row.removed_at is None:
        return odd or NOTHING
    entry = link(f"entry {count(row.removed_entry)}", "/entry", index=row.removed_entry or 0)
    gone = f"{status('Removed')} {day(row.removed_at)}, {plain(row.removed_reason)}, {entry}"
    return f"{gone}  \n{odd}" if odd else gone


def _span(row: Arrival) -> str:
    if row.first_at is None or row.last_at is None:
        return NOTHING
    first, last = day(row.first_at), day(row.last_at)
    return first if first == last else f"{first} to {last}"


def _source(row: Arrival, known: Mapping[str, str]) -> str:
    by = "drop folder" if row.through == "drop" else known.get(row.received_by, row.received_by)
    return f"{plain(row.filename)}  \n{plain(by)}" if row.filename else plain(by)
