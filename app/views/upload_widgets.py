"""The two lists that the forms about columns are made of."""

from collections.abc import Sequence

import streamlit as st

NONE = "none"


def column(label: str, names: Sequence[str], guess: str | None, key: str, why: str) -> str | None:
    """One of the columns, or none."""
    options = [NONE, *names]
    index = options.index(guess) if guess in options else 0
    chosen = st.selectbox(label, options, index=index, key=f"upload_{key}", help=why)
    return None if chosen == NONE else chosen


def one_of(label: str, options: Sequence[str], guess: str, key: str, why: str) -> str:
    """One of these values, or nothing; typed where they are too many to list."""
    if not options:
        return st.text_input(label, value=guess, key=f"upload_{key}", help=why).strip()
    index = options.index(guess) if guess in options else None
    return st.selectbox(label, options, index=index, key=f"upload_{key}", help=why, placeholder=NONE) or ""
