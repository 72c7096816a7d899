"""Says how far a long act is while it runs."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.inventory.importing.service import Say


@contextmanager
def telling(first: str) -> Iterator[Say]:
    """A bar that names the step and how much of it is done, gone at the end."""
    place = st.empty()
    bar = place.progress(0.0, text=first)

    def say(step: str, done: int, of: int) -> None:
        bar.progress(min(1.0, done / of) if of else 0.0, text=f"{step}, {done:,} of {of:,}" if of > 1 else step)

    try:
        yield say
    finally:
        place.empty()
