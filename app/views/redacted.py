"""One line over figures whose input lost rows of a person, or was removed, since they were computed."""

import streamlit as st

from app.components import plain, status
from app.composition import workplace
from core.validation.redacted import redacted_inputs, redaction_in_words, removed_in_words
from core.validation.tables import Run


def redacted_line(run: Run) -> None:
    """Say which input lost rows or is gone, why and where it is on record; nothing where every input is whole."""
    with workplace().store.reading() as session:
        erased, removed = redaction_in_words(redacted_inputs(session, run)), removed_in_words(session, run)
    for word, said in (("Changed", erased), ("Removed", removed)):
        if said:
            st.markdown(f"{status(word)} {plain(said)}")
