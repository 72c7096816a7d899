"""Takes filters back that live in the address: a bound widget is set to its empty value, never dropped."""

from collections.abc import Mapping

import streamlit as st


def clear_button(empty: Mapping[str, str], *, label: str = "Clear filters", key: str = "clear_filters") -> None:
    """A quiet button; `empty` gives for each filter the value that means everything."""
    st.button(label, key=key, type="tertiary", on_click=_clear, args=(dict(empty),))


def _clear(empty: Mapping[str, str]) -> None:
    for key, value in empty.items():
        st.session_state[key] = value
