"""Every dataset and model whose columns are known, with what is missing."""

import streamlit as st

from app.components import choose, empty, filter_row, link, paged, status, table
from app.components.formats import NOTHING, count, counted
from app.composition import Workplace
from core.inventory.classes.queries import HolderLine, holder_lines

MISSING = "Something missing"


def holders_list(place: Workplace) -> None:
    """The list with its filter."""
    with place.store.reading() as session:
        every = holder_lines(session, limit=1, offset=0).total
        lacking = holder_lines(session, missing=True, limit=1, offset=0).total
    if not every:
        with empty(
            "No column is known yet.",
            "Columns are taken down from declared schemas, files handed in for validation, and production data, within "
            "the hour after they came.",
        ):
            return
        return
    st.markdown(f"**{counted(lacking, 'record')} of {every} miss something.**")
    with filter_row():
        missing = choose("State", [MISSING], key="holder_state", width=190) is not None
    total = lacking if missing else every
    if not total:
        st.markdown(":gray[Nothing is missing.]")
        return
    with paged(total) as window, place.store.reading() as session:
        page = holder_lines(session, missing=missing, limit=window.limit, offset=window.offset)
        table(
            [_row(one) for one in page.rows],
            alt="Datasets and models: columns, of people, without a class, with something missing, own retention",
            right=["Columns", "Of people", "Without a class", "With a gap", "Own retention"],
        )


def _row(one: HolderLine) -> dict[str, str]:
    return {
        "Record": link(f"{one.name} ({one.holder})", "/data_classes", of=one.holder),
        "Columns": count(one.columns),
        "Of people": count(one.of_people),
        "Without a class": count(one.unclassed),
        "With a gap": count(one.incomplete),
        "Own retention": f"{count(one.days)} days" if one.days is not None else NOTHING,
        "State": status("Missing") if one.incomplete else status("Complete"),
    }
