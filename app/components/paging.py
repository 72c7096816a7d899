"""Pages of a long table: the number of the page stands in the address, the rows come from the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from app.components.formats import count

SIZE = 25


@dataclass(frozen=True)
class Window:
    """The rows to fetch: skip `offset`, take at most `limit`."""

    offset: int
    limit: int


@contextmanager
def paged(total: int, *, more: bool = False, size: int = SIZE, key: str = "page") -> Iterator[Window]:
    """Draw the block's table with “1-25 of 1,204” and the page numbers under it; `more` says that counting stopped.

    with paged(total) as window:
        table(models(window.offset, window.limit), alt=…)
    """
    rows, foot = st.container(), st.container(horizontal=True, vertical_alignment="center")
    last = max(1, -(-total // size))
    page = 1
    if last > 1:
        with foot:
            place = st.container(width="stretch")
            page = min(st.pagination(last, key=key, bind="query-params"), last)
            first = (page - 1) * size
            place.caption(
                f"{count(first + 1)}–{count(min(first + size, total))} of {'more than ' if more else ''}{count(total)}"
            )
    with rows:
        yield Window((page - 1) * size, size)
