"""What happened to a model: its ledger entries, or those of one version or change."""

import streamlit as st

from app.components import empty, paged
from app.composition import Workplace
from app.views.ledger import entries_table
from app.views.model_reading import Reading
from core.ledger.queries import entries


def history(place: Workplace, reading: Reading) -> None:
    """Entries newest first, about the model with all its versions unless narrowed."""
    number, version = reading.model.number, reading.version.version
    about = {
        f"{number} with every version": number,
        f"{number} v{version}": f"{number} {version}",
        **{f"Change {row.number}": row.number for row in reading.changes},
        **{f"Finding {one.number}": one.number for one in reading.held.findings},
    }
    chosen = about[st.selectbox("About", list(about), key="about", bind="query-params", width=260)]
    with place.store.reading() as session:
        first = entries(session, entity_id=chosen, limit=1)
    if not first.total:
        with empty("No entry is about this.", "Entries of a version name it as a whole; choose the model above."):
            return
    with paged(first.total, more=first.more) as window, place.store.reading() as session:
        found = entries(session, entity_id=chosen, limit=window.limit, offset=window.offset)
        entries_table(found.rows, reading.known)
