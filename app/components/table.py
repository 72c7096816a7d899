"""Tables as the reviewer reads them: real HTML, text left, numbers and dates right, nothing breaking in a value."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from app.components.text import NOTHING, breakable, whole


def table(
    rows: Sequence[Mapping[str, str]], *, alt: str, right: Sequence[str] = (), unbroken: Sequence[str] = ()
) -> None:
    """Draw up to 50 rows; every cell is Markdown, so user text must have gone through `plain` or `link`.

    Columns come from the first row. `right` names the columns of numbers and dates; `unbroken` those of names and
    other values that must stay on one line. `alt` says what the table holds, for screen readers.
    """
    frame = pd.DataFrame(
        [{column: breakable(value or NOTHING) for column, value in row.items()} for row in rows], dtype=str
    )
    for column in {*right, *unbroken}:
        frame[column] = frame[column].map(whole)
    st.table(_aligned(frame, right) if right else frame, border="horizontal", hide_index=True, alt=alt)


def _aligned(frame: pd.DataFrame, right: Sequence[str]) -> Styler:
    """The frame with the columns `right` set to the right.

    Pandas would work out style and text of every cell, ten times the work of the table itself. Streamlit asks it for
    rules and texts by these two methods; a rule for a whole column, and the texts as they are, need no cell.
    """
    rules = [
        {"selector": f".col{frame.columns.get_loc(column)}", "props": [("text-align", "right !important")]}
        for column in right
    ]
    styler = frame.style
    styler._compute = lambda: styler  # type: ignore[attr-defined]
    styler._translate = lambda *_: {"table_styles": rules}  # type: ignore[attr-defined]
    return styler
