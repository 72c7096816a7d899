"""What an import would do, row by row, and everything that has to be put right first."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app.components import paged, plain, section, status, table
from app.components.formats import NOTHING, count, counted
from app.components.status import word
from core.errors import Problem
from core.inventory.importing.plan.values import Counts, Outcome, Plan, PlannedRow

SHOWN_PROBLEMS = 50
KINDS = (Outcome.REFUSED, Outcome.NEW, Outcome.CHANGED, Outcome.SAME)


def in_words(counts: Counts) -> str:
    """“2 models, 5 versions and 7 datasets are new, 1 row changes a model, 3 are the same, 1 is refused.”"""
    new = [
        counted(counts.models, "model"),
        counted(counts.versions, "version"),
        counted(counts.datasets, "dataset"),
    ]
    return (
        f"**New: {new[0]}, {new[1]}, {new[2]}** \u2002 :gray[changed] {count(counts.changed)} \u2002 "
        f":gray[the same] {count(counts.same)} \u2002 :gray[refused] {count(counts.refused)}"
    )


def what_it_does(counts: Counts) -> str:
    """The button's words: “Import 2 models and 5 versions”."""
    parts = [
        counted(number, noun)
        for number, noun in ((counts.models, "model"), (counts.versions, "version"), (counts.changed, "change"))
        if number
    ]
    return f"Import {' and '.join(parts)}".replace("\u00a0", " ") if parts else "Import"


def problems(plan: Plan) -> None:
    """What stands against the import, by line and column."""
    found = plan.problems
    if not found:
        return
    with st.container(border=True):
        said = counted(len(found), "thing")
        st.markdown(f"{status('Refused')} **{said} to put right. An import is whole or not at all.**")
        problems_table(found[:SHOWN_PROBLEMS])
        if len(found) > SHOWN_PROBLEMS:
            st.caption(f"The first {SHOWN_PROBLEMS} of {count(len(found))}.")


def problems_table(found: Sequence[Problem]) -> None:
    """Each problem with its place, what was found and what was expected."""
    cells: list[Mapping[str, str]] = [
        {
            "Line": count(one.line),
            "Column": plain(one.column),
            "What is wrong": plain(one.reason),
            "Found": plain(one.found),
            "Expected": plain(one.expected),
        }
        for one in found
    ]
    table(cells, alt="What to put right, by line and column", right=["Line"])


def rows(plan: Plan, *, key: str, place: Callable[[PlannedRow], str], places: str = "Line") -> None:
    """Each row with what becomes of it, narrowed to one outcome and paged."""
    section("What the import would do")
    of = {kind: [row for row in plan.rows if row.outcome is kind] for kind in KINDS}
    options = ["All", *(kind.value for kind in KINDS if of[kind])]
    chosen = st.radio(
        "Rows",
        options,
        format_func=lambda one: f"{word(one)} ({count(len(plan.rows) if one == 'All' else len(of[Outcome(one)]))})",
        key=f"{key}_outcome",
        horizontal=True,
        label_visibility="collapsed",
    )
    found = list(plan.rows) if chosen in (None, "All") else of[Outcome(chosen)]
    with paged(len(found), key=f"{key}_page") as window:
        _table(found[window.offset : window.offset + window.limit], place, places)


def _table(found: Sequence[PlannedRow], place: Callable[[PlannedRow], str], places: str) -> None:
    cells: list[Mapping[str, str]] = [
        {
            places: place(row),
            "Model": plain(row.name or row.model),
            "Version": plain(row.version) if row.version else NOTHING,
            "Outcome": status(row.outcome),
            "What": _what(row),
        }
        for row in found
    ]
    table(
        cells,
        alt="Rows of the import with model, version, outcome and what would be done",
        right=["Line"] if places == "Line" else [],
        unbroken=["Version"],
    )


def _what(row: PlannedRow) -> str:
    if row.problems:
        return f"{counted(len(row.problems), 'thing')} to put right"
    return plain("; ".join(row.says)) if row.says else "Nothing differs"
