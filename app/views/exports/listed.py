"""The exports made so far, narrowed by filters in the address."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import streamlit as st

from app.components import clear_filters, empty, filter_row, paged, plain, section, status, table
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, counted, day, digest, size
from app.components.text import link
from app.composition import Workplace, now
from app.lists.inventory import number_in, with_number
from app.views.exports.card import WORDS
from app.views.exports.words import form_title, span, subject_of, title_of
from core.reports.service import ExportFilter, ExportRow, ExportState, exports_page, pending_exports
from core.reports.templates import TEMPLATES

LOOK_AGAIN = timedelta(seconds=2)
EMPTY = {"report": ALL, "of": "", "who": "Anybody", "state": ALL}


def export_list(place: Workplace, known: Mapping[str, str]) -> None:
    """Filters, then the list, fresh by itself while something is being built."""
    section("Made so far, newest first")
    narrowed = _filters(known)
    with place.store.reading() as session:
        pending = pending_exports(session)
    st.fragment(_listed, run_every=LOOK_AGAIN if pending else None)(place, narrowed, known)


def _filters(known: Mapping[str, str]) -> ExportFilter:
    with filter_row():
        template = choose("Report", list(TEMPLATES), key="report", width=220, said=title_of)
        about = st.text_input(
            "About", key="of", placeholder="M0001, AU0001", bind="query-params", width=140, max_chars=16
        )
        people = [with_number(number, known) for number in sorted(known, key=lambda one: known[one].lower())]
        person = choose("Asked by", people, key="who", every="Anybody", width=220, said=str)
        state = choose("State", list(ExportState), key="state", width=150)
        clear_filters(EMPTY)
    return ExportFilter(
        template=template,
        about=(about or "").strip().upper() or None,
        person=number_in(person) if person else None,
        state=ExportState(state) if state else None,
    )


def _listed(place: Workplace, narrowed: ExportFilter, known: Mapping[str, str]) -> None:
    at = now()
    with place.store.reading() as session:
        total = exports_page(session, narrowed, at=at, limit=1).total
    if not total:
        what = "No export was made yet." if narrowed == ExportFilter() else "No export matches these filters."
        with empty(what, "Choose a report above and have it built; it is kept for 30 days, its digest for good."):
            pass
        return
    with paged(total) as window, place.store.reading() as session:
        rows = exports_page(session, narrowed, at=at, limit=window.limit, offset=window.offset).rows
        _table(rows, known, at)


def _table(rows: Sequence[ExportRow], known: Mapping[str, str], at: datetime) -> None:
    """One row an export; the file is a link of ours that asks who you are."""
    table(
        [
            {
                "Number": link(row.export.number, "/exports", export=row.export.number),
                "Report": f"{title_of(row.export.template)} :gray[{subject_of(row.export, row.model_name)}]",
                "Record": f":gray[{span(row.export)}]",
                "Form": form_title(row.export.format),
                "State": _state(row, at),
                "File": _file(row, at),
                "Size, sha256": _content(row),
                "Asked by": plain(known.get(row.export.requested_by, row.export.requested_by)),
                "Until": day(row.export.expires_at, today=at),
                "Taken by": _taken(row, known),
            }
            for row in rows
        ],
        alt="Exports, newest first: what, of when, in which form, state, size and digest, expiry and who took them",
        right=["Until"],
        unbroken=["Number"],
    )


def _state(row: ExportRow, at: datetime) -> str:
    state = row.state(at)
    shown = status(WORDS.get(state, state.value.capitalize()))
    return f"{shown} {status('Not complete')}" if row.export.gaps else shown


def _file(row: ExportRow, at: datetime) -> str:
    ready = row.state(at) is ExportState.READY
    return f"[Download](/exports/{row.export.number}/file)" if ready else NOTHING


def _content(row: ExportRow) -> str:
    return f"{size(row.export.size)} :gray[{digest(row.export.digest)}]" if row.export.size else NOTHING


def _taken(row: ExportRow, known: Mapping[str, str]) -> str:
    if not row.downloads:
        return NOTHING
    last = row.downloads[-1][0]
    more = f" :gray[{counted(len(row.downloads), 'time')}]" if len(row.downloads) > 1 else ""
    return plain(known.get(last, last)) + more
