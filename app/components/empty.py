"""What a page says when there is nothing to show: the fact, why, and what to do next."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def empty(fact: str, why: str, *, aside: str = "") -> Iterator[None]:
    """A box with the fact in bold, a remark beside it and the reason; the block adds one or two next steps.

    All three are Markdown of ours; user text in them must have gone through `plain`.

        with empty("Nothing waits for you.", "A change appears here when your vote is due."):
            st.button("Show changes in review")
    """
    with st.container(border=True):
        st.markdown(f"**{fact}** :gray[{aside}]" if aside else f"**{fact}**")
        st.markdown(why)
        with st.container(horizontal=True):
            yield
