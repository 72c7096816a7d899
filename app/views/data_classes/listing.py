"""The columns of a dataset or model as a table with filters, and how many are of each class as a picture."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import choose, empty, filter_row, paged, paragraphs, plain, search, section, status, table
from app.components.formats import NOTHING, count, counted, day
from app.composition import Workplace
from app.views.coverage.picture import Part, stacked
from core.inventory.classes.queries import ColumnLine, columns_of, counts_of
from core.policy.keeping.rules import DataClass

STYLES: Mapping[DataClass | None, str] = {
    DataClass.SPECIAL: "alarm",
    DataClass.PERSONAL: "full",
    DataClass.CONFIDENTIAL: "hatched",
    DataClass.INTERNAL: "pale",
    DataClass.PUBLIC: "hollow",
    None: "hollow",
}
MISSING = "Something missing"


def columns_section(place: Workplace, holder: str, known: Mapping[str, str], at: datetime) -> bool:
    """Picture, filters and table; whether any column is known."""
    with place.store.reading() as session:
        counts = counts_of(session, holder)
    section("Columns")
    if not counts:
        with empty(
            "No column is known yet.",
            "Columns are taken down from declared schemas, files handed in for validation, and production data, within "
            "the hour after they came.",
        ):
            return False
        return False
    st.markdown(summary(counts))
    _picture(counts)
    with filter_row():
        text = search("Column", key="column_search")
        chosen = choose("Class", list(DataClass), key="column_class", width=190)
        missing = choose("State", [MISSING], key="column_state", width=190)
    classes = [DataClass(chosen)] if chosen else []
    wanted = {"text": text, "classes": classes, "missing": missing is not None}
    with place.store.reading() as session:
        total = columns_of(session, holder, limit=1, **wanted).total  # type: ignore[arg-type]
    if not total:
        st.markdown(f":gray[No column is so. {counted(sum(counts.values()), 'column')} in all.]")
        return True
    with paged(total, key="columns") as window, place.store.reading() as session:
        page = columns_of(session, holder, limit=window.limit, offset=window.offset, **wanted)  # type: ignore[arg-type]
        columns_table(page.rows, known, at)
    return True


def summary(counts: Mapping[DataClass | None, int]) -> str:
    """“**8 columns**, 5 of people, 2 of them of a special category; 1 waits for a class.”"""
    total, special = sum(counts.values()), counts.get(DataClass.SPECIAL, 0)
    people = special + counts.get(DataClass.PERSONAL, 0)
    open_ = counts.get(None, 0)
    said = f"**{counted(total, 'column')}**, {people} of people"
    said += f", {special} of them of a special category" if special else ""
    waits = "waits" if open_ == 1 else "wait"
    return said + (f"; **{open_} {waits} for a class**." if open_ else "; each has a class.")


def columns_table(rows: Sequence[ColumnLine], known: Mapping[str, str], at: datetime) -> None:
    """One row a column; what nobody decided is a proposal, and says so."""
    table(
        [
            {
                "Column": plain(row.name),
                "Class": _class(row),
                "Purpose": paragraphs(row.purpose) if row.purpose else NOTHING,
                "Basis": "  \n".join(str(one) for one in (row.basis, row.condition) if one) or NOTHING,
                "Met in": plain(", ".join(row.met)),
                "Decided": _decided(row, known, at),
                "Missing": "  \n".join(f"{status('Missing')} {gap.value}" for gap in row.gaps) or status("Complete"),
            }
            for row in rows
        ],
        alt="Columns by name: class, purpose, legal basis, where they were met, who decided when, and what is missing",
        unbroken=["Column"],
    )


def _class(row: ColumnLine) -> str:
    if row.data_class is None:
        return f":gray[{row.proposed.value}, proposed]  \n:small[:gray[{plain(row.proposed_because)}]]"
    differs = row.data_class is not row.proposed and row.because
    return f"**{row.data_class.value}**" + (f"  \n:small[:gray[{plain(row.because)}]]" if differs else "")


def _decided(row: ColumnLine, known: Mapping[str, str], at: datetime) -> str:
    if row.decided_at is None:
        return NOTHING
    return f"{plain(known.get(row.decided_by, row.decided_by))}  \n:small[:gray[{day(row.decided_at, today=at)}]]"


def _picture(counts: Mapping[DataClass | None, int]) -> None:
    order: tuple[DataClass | None, ...] = (*reversed(DataClass), None)
    parts = [Part(one.value if one else "no class yet", STYLES[one], [counts[one]]) for one in order if one in counts]
    if len(parts) > 1:
        stacked([f"{count(sum(counts.values()))} columns"], parts, what="Columns by class", key="columns_by_class")
