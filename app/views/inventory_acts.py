"""What can be done with a narrowed inventory: take it away, change it together, look beyond models."""

from collections.abc import Mapping
from urllib.parse import urlencode

import streamlit as st

from app.components import act_button
from app.components.formats import count, counted
from app.components.me import Me
from app.components.refusals import numbered
from app.composition import Workplace
from app.navigation import page_file
from core.inventory.changing import change_refusals
from core.inventory.exporting import Format, export_refusals
from core.inventory.queries import FoundKind, how_many

NOUNS = {
    FoundKind.VERSION: "version",
    FoundKind.DATASET: "dataset",
    FoundKind.PROMPT: "prompt",
    FoundKind.WORKFLOW: "workflow",
    FoundKind.DECISION_POINT: "decision point",
    FoundKind.VENDOR: "vendor",
}


def take_away(viewer: Me, params: Mapping[str, str], total: int) -> None:
    """Links to the list as a file, all rows of the filter, for those who may export."""
    reasons = export_refusals(viewer.actor)
    with st.popover("Take away", width="content", disabled=bool(reasons), help=numbered(reasons) or None):
        st.markdown(f"All {counted(total, 'model')} of these filters, in this order. The file names filter and time.")
        with st.container(horizontal=True):
            for form in Format:
                st.link_button(form.upper(), f"/exports/inventory.{form}?{urlencode(params)}")


def edit_several(viewer: Me, params: Mapping[str, str], total: int) -> None:
    """To the page that changes many models in one act, with these filters."""
    label = f"Edit {'it' if total == 1 else f'these {count(total)}'} together"
    if act_button(label, change_refusals(viewer.actor), key="edit_several", kind="secondary"):
        st.switch_page(page_file("bulk_edit"), query_params=dict(params))


def also_found(place: Workplace, text: str) -> None:
    """“Beyond models: 12 versions, 3 datasets”, with a way to the results."""
    if not text:
        return
    with place.store.reading() as session:
        counts = how_many(session, text)
    parts = [counted(counts[kind], noun) for kind, noun in NOUNS.items() if counts[kind]]
    if parts:
        st.page_link(
            page_file("search"), label=f"Also found: {', '.join(parts)}", icon=":material/search:",
            query_params={"search": text},
        )  # fmt: skip
