"""A record as a key-value table."""

from collections.abc import Mapping

import streamlit as st

from app.components.text import NOTHING


def facts(pairs: Mapping[str, str], *, alt: str) -> None:
    """One row for each name; values are Markdown, so user text must have gone through `plain`."""
    st.table({name: value or NOTHING for name, value in pairs.items()}, border="horizontal", alt=alt)
