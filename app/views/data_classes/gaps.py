"""What is missing for data, by name, as a part of the page on personal data."""

from datetime import datetime

import streamlit as st

from app.components import link, plain, section, status, table
from app.components.formats import counted
from app.composition import Workplace
from app.navigation import page_file
from core.inventory.classes.gaps import HolderGaps, holder_gaps
from core.inventory.classes.queries import holder_lines
from core.monitoring.intake.uses import declared_inputs

FEW, NAMED = 5, 6


def gaps_in_short(place: Workplace, at: datetime) -> None:
    """The records with most missing, each gap with the columns it is about."""
    with place.store.reading() as session:
        lacking = holder_lines(session, missing=True, limit=FEW, offset=0)
        shown = holder_gaps(session, declared_inputs(session), at=at, holders=[one.holder for one in lacking.rows])
    section("Classes of data")
    if not lacking.total:
        st.markdown(":gray[Each column that is known has a class, and those of people a purpose and a legal basis.]")
        return
    said = "misses" if lacking.total == 1 else "miss"
    st.markdown(f"**{counted(lacking.total, 'dataset or model', 'datasets and models')} {said} something.**")
    table(
        [_row(one) for one in shown],
        alt="Datasets and models with most missing: which gap, of which columns",
    )
    st.page_link(page_file("data_classes"), label="All datasets and models")


def _row(one: HolderGaps) -> dict[str, str]:
    said = [f"{gap.value}: {_named(names)}" for gap, names in one.columns.items()]
    said += [gap.value for gap in one.whole]
    return {
        "Record": link(f"{one.name} ({one.holder})", "/data_classes", of=one.holder),
        "State": status("Missing"),
        "What": "  \n".join(plain(part) for part in said),
    }


def _named(names: tuple[str, ...]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
