"""One line over figures whose input lost rows of a person since they were computed."""

import streamlit as st

from app.components import plain, status
from app.composition import workplace
from core.validation.redacted import redacted_inputs, redaction_in_words
from core.validation.tables import Run


def redacted_line(run: Run) -> None:
    """Say which input lost rows, for whom and where it is on record; nothing where every input is whole."""
    with workplace().store.reading() as session:
        said = redaction_in_words(redacted_inputs(session, run))
    if said:
        st.markdown(f"{status('Changed')} {plain(said)}")
