"""Filters above a table, bound to the address so that a filtered list can be mailed."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app.components.status import word

ALL = "All"


def filter_row() -> "st.delta_generator.DeltaGenerator":
    """The row that holds the filters, their labels in line."""
    return st.container(horizontal=True, vertical_alignment="bottom")


def search(label: str = "Search", *, key: str = "search", placeholder: str = "", width: int = 210) -> str:
    """What was typed, without outer spaces; empty when nothing was."""
    typed = st.text_input(label, key=key, placeholder=placeholder, bind="query-params", width=width, max_chars=200)
    return (typed or "").strip()


def choose(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    every: str = ALL,
    width: int = 150,
    said: Callable[[str], str] = word,
) -> str | None:
    """One of `options`, shown in words, or none for all of them; an unknown word in the address means all."""
    chosen = st.selectbox(
        label, (every, *options), key=key, format_func=lambda option: option if option == every else said(option),
        bind="query-params", width=width,
    )  # fmt: skip
    return None if chosen == every else chosen


def clear_filters(empty: Mapping[str, str | None], *, label: str = "Clear filters", key: str = "clear_filters") -> None:
    """A quiet button that takes every filter back; `empty` gives for each the value that means everything.

    A widget that is bound to the address is set to its empty value: Streamlit does not let its parameter be dropped.
    """
    st.button(label, key=key, type="tertiary", on_click=_clear, args=(dict(empty),))


def _clear(empty: Mapping[str, str | None]) -> None:
    for key, value in empty.items():
        st.session_state[key] = value
