"""The head of a page: way back and trail, title, one line of facts, at most two buttons at the right."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.components.text import plain
from app.navigation import page_file


@dataclass(frozen=True)
class Back:
    """The way back: an address from the table of pages, the words on the link, and its query."""

    address: str
    label: str
    query: tuple[tuple[str, str], ...] = ()


def head(title: str, line: str = "", *, back: Back | None = None, trail: str = "") -> None:
    """Draw the head; `title`, `trail` and the back label are user text and are escaped, `line` is Markdown of ours."""
    with st.container(gap=None):
        _way_back(back, trail)
        st.title(plain(title), anchor=False)
    if line:
        st.markdown(line)


def head_with_actions(title: str, line: str = "", *, back: Back | None = None, trail: str = "") -> DeltaGenerator:
    """As `head`; answers with the place at the right for one or two buttons."""
    left, right = st.columns([5, 3], vertical_alignment="bottom")
    with left, st.container(gap=None):
        _way_back(back, trail)
        st.title(plain(title), anchor=False)
    actions = right.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center")
    if line:
        st.markdown(line)
    return actions


def fact(name: str, value: str) -> str:
    """One fact of the head's line: its name in grey, its value in black; `value` is Markdown of ours or escaped."""
    return f":gray[{name}] {value}"


def facts_line(*parts: str) -> str:
    """The parts of the head's line, set apart by space."""
    return "\u2002 ".join(part for part in parts if part)


def section(title: str) -> None:
    """A section's heading, the level below the page's title."""
    st.header(title, anchor=False)


def _way_back(back: Back | None, trail: str) -> None:
    if not back and not trail:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        if back:
            st.page_link(
                page_file(back.address),
                label=plain(back.label),
                icon=":material/arrow_back:",
                query_params=dict(back.query),
            )
        if trail:
            st.caption(plain(trail), width="content")
