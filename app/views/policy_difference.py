"""Two policies beside each other: clause by clause in words, and as text on demand."""

from collections.abc import Mapping

import streamlit as st

from app.components import plain, status, table
from app.components.formats import counted
from core.policy.diffing import differences, text_difference
from core.policy.queries import PolicyPage
from core.policy.rules import Policy


def compared_with(titles: Mapping[int, str], chosen: int | None) -> int | None:
    """The published policy to compare with; `chosen` unless another is picked."""
    keys = list(titles)
    if not keys:
        st.markdown("There is no other policy to compare with.")
        return None
    index = keys.index(chosen) if chosen in keys else 0
    return st.selectbox(
        "Compare with", keys, index=index, format_func=lambda key: titles[key], key="against", width=360
    )


def difference(before: PolicyPage, after: Policy, text: str, name: str) -> None:
    """What `after` says differently from `before`."""
    found = differences(before.policy, after)
    if not found:
        st.markdown(f"**Both say the same** as {plain(before.row.title)}.")
    else:
        st.markdown(f"**{counted(len(found), 'clause')} differ from {plain(before.row.title)}.**")
        table(
            [
                {
                    "Where": one.section,
                    "Clause": plain(one.clause),
                    "What": plain(one.title),
                    "Change": status(one.change),
                    "Says": plain(one.said),
                }
                for one in found
            ],
            alt=f"What differs from {before.row.title}, clause by clause",
            unbroken=["Clause"],
        )
    with st.expander("As text"):
        lines = text_difference(before.text, text, names=(before.row.title, name))
        if lines:
            st.code(lines, language="diff")
        else:
            st.markdown("The texts are the same, letter by letter.")
