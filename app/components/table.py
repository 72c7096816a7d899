"""Tables as the reviewer reads them: real HTML, text left, numbers and dates right, nothing breaking in a value."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

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
    aligned = frame.style
    if right:
        aligned = aligned.set_properties(subset=list(right), **{"text-align": "right !important"})
        heads = {column: [{"selector": "th", "props": "text-align: right !important"}] for column in right}
        aligned = aligned.set_table_styles(heads, overwrite=False)  # type: ignore[arg-type]  # stubs lack this form
    st.table(aligned if right else frame, border="horizontal", hide_index=True, alt=alt)
