"""Data whose time ends: what goes when, what holds it, and what went lately."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from app.components import empty, link, paged, plain, section, status, table
from app.components.formats import count, counted, day, size
from app.components.status import word
from app.composition import Workplace
from app.navigation import page_file
from core.privacy.retention.files import file_endings
from core.privacy.retention.planning import DatasetEnd, Ending, FileEnding, Kept, dataset_ends, endings
from core.privacy.retention.queries import RemovedRow, removed_lately

FEW = 5
TITLES = {Kept.EVIDENCE: "Files of validations", Kept.QUARANTINE: "Rows in quarantine"}


def ends_in_short(place: Workplace, at: datetime) -> None:
    """The first few of them, as a part of the page on personal data."""
    with place.store.reading() as session:
        found, datasets = endings(session, at=at), dataset_ends(session, at=at)
        files = file_endings(session, at=at)
    section("Ends within 30 days")
    if not found and not datasets and not files:
        st.markdown(":gray[No production data, file or dataset reaches the end of its retention within 30 days.]")
    else:
        st.markdown(_said(found, files, datasets, at))
        if found:
            endings_table(found[:FEW], at)
        if files:
            files_table(files[:FEW], at)
    st.page_link(page_file("retention"), label="Retention: all that ends, is held, or went")


def endings_page(place: Workplace, at: datetime) -> None:
    """Everything that ends within 30 days, datasets past their day, and what went."""
    with place.store.reading() as session:
        found, datasets = endings(session, at=at), dataset_ends(session, at=at)
        files = file_endings(session, at=at)
        gone = removed_lately(session)
    if found or datasets or files:
        st.markdown(_said(found, files, datasets, at))
    else:
        with empty(
            "Nothing ends within 30 days.",
            "Data end by the policy, by the class of their columns, or by a decision on the model or dataset.",
        ):
            st.page_link(page_file("data_classes"), label="Classes of data and retention")
    if found:
        section("Production data")
        with paged(len(found), key="batches") as window:
            endings_table(found[window.offset : window.offset + window.limit], at)
    for what, title in TITLES.items():
        if rows := [one for one in files if one.what is what]:
            section(title)
            with paged(len(rows), key=what.name.lower()) as window:
                files_table(rows[window.offset : window.offset + window.limit], at)
    if datasets:
        section("Datasets")
        _datasets_table(datasets, at)
    section("Removed lately")
    if gone:
        _removed_table(gone)
    else:
        st.markdown(":gray[Nothing was removed yet.]")


def files_table(rows: Sequence[FileEnding], at: datetime) -> None:
    """One row a file of a validation or lot in quarantine, the first to end first."""
    table(
        [
            {
                "Number": one.record,
                "Of": f"{_whose(one)}  \n:small[:gray[{plain(one.of)}]]",
                "What": _what(one),
                "Rows": count(one.rows),
                "Size": size(one.size),
                "Came": day(one.counted_from),
                "Kept for": f"{counted(one.term.days, 'day')}  \n:small[:gray[{plain(one.term.by)}]]",
                "Ends": day(one.ends_at),
                "State": _state(one, at),
            }
            for one in rows
        ],
        alt="Files of validations and rows in quarantine, the first to end first: whose, what, rows, days kept, holds",
        right=["Rows", "Size", "Came", "Ends"],
        unbroken=["Number"],
    )


def _whose(one: FileEnding) -> str:
    if not one.model:
        return plain(one.name)
    where = {"model": one.model, "version": one.of} if one.what is Kept.EVIDENCE else {"model": one.model}
    return link(f"{one.name} ({one.model})", "/model", **where)


def _what(one: FileEnding) -> str:
    named = f"  \n:small[:gray[{plain(one.filename)}]]" if one.filename else ""
    return f"{word(one.kind)}{named}"


def endings_table(rows: Sequence[Ending], at: datetime) -> None:
    """One row a batch, the first to end first."""
    table(
        [
            {
                "Batch": one.batch,
                "Of": f"{link(f'{one.name} ({one.model})', '/data_classes', of=one.model)}  \n"
                f":small[:gray[{plain(one.environment)}]]",
                "Kind": word(one.kind),
                "Rows": count(one.rows),
                "Size": size(one.size),
                "Newest row": day(one.last_at),
                "Kept for": f"{counted(one.term.days, 'day')}  \n:small[:gray[{plain(one.term.by)}]]",
                "Ends": day(one.ends_at),
                "State": _state(one, at),
            }
            for one in rows
        ],
        alt="Batches of production data, the first to end first: model, kind, rows, newest row, days kept, end, holds",
        right=["Rows", "Size", "Newest row", "Ends"],
        unbroken=["Batch"],
    )


def _state(one: Ending | FileEnding, at: datetime) -> str:
    if one.holds:
        return f"{status('Held')}  \n" + "  \n".join(f":small[{plain(hold.said)}]" for hold in one.holds)
    return f"{status('Due soon')}  \n:small[:gray[goes with the next run]]" if one.due(at) else status("Expiring")


def _said(found: Sequence[Ending], files: Sequence[FileEnding], datasets: Sequence[DatasetEnd], at: datetime) -> str:
    due = sum(one.due(at) for one in found) + sum(one.due(at) for one in files)
    held = sum(bool(one.holds) for one in found) + sum(bool(one.holds) for one in files)
    ends = [counted(len(found), "batch", "batches")] if found or not files else []
    ends += [counted(len(files), "file")] if files else []
    rows = sum(one.rows for one in found) + sum(one.rows for one in files)
    verb = "ends" if len(found) + len(files) == 1 else "end"
    parts = [f"**{' and '.join(ends)} with {counted(rows, 'row')} {verb} within 30 days**"]
    parts += [f"{due} of them with the next run"] if due else []
    parts += [f"{held} held"] if held else []
    past = sum(one.ends_at < at for one in datasets)
    parts += [f"{counted(past, 'dataset')} past {'its' if past == 1 else 'their'} day"] if past else []
    return ", ".join(parts) + "."


def _datasets_table(rows: Sequence[DatasetEnd], at: datetime) -> None:
    st.markdown(":gray[Their data lie elsewhere: delete them there, then retire the dataset with how it was done.]")
    table(
        [
            {
                "Dataset": link(f"{one.name} ({one.dataset})", "/part", part=one.dataset),
                "Kept for": counted(one.days, "day"),
                "Ends": day(one.ends_at),
                "State": status("Overdue") if one.ends_at < at else status("Expiring"),
            }
            for one in rows
        ],
        alt="Datasets whose own time ends, the first first",
        right=["Ends"],
    )


def _removed_table(rows: Sequence[RemovedRow]) -> None:
    table(
        [
            {
                "Number": one.record,
                "Of": plain(f"{one.name}{f' ({one.model})' if one.model else ''}, {one.of}"),
                "Kind": word(one.kind),
                "Rows": count(one.rows),
                "Removed": day(one.removed_at),
                "Why": plain(one.reason),
                "Entry": link(count(one.entry), "/entry", index=one.entry or 0),
            }
            for one in rows
        ],
        alt="What was removed, the newest first, with the reason and the ledger entry",
        right=["Rows", "Removed", "Entry"],
        unbroken=["Number"],
    )
