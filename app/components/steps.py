"""The five steps of the cycle as bordered cards: where each stands, what decides it, and what was counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st


@dataclass(frozen=True)
class Step:
    """One card; `badge`, `decides` and `counts` are Markdown of ours, so user text in them must be escaped."""

    title: str
    badge: str
    decides: str
    counts: str = ""


def step_cards(steps: Sequence[Step]) -> None:
    """Draw the cards in a row; they wrap below one another where the window is narrow."""
    for card, step in zip(st.columns(len(steps), border=True, gap="xsmall"), steps, strict=True):
        with card, st.container(gap=None):
            st.markdown(f"**{step.title}**")
            st.markdown(step.badge)
            st.markdown(f":small[{step.decides}]")
            if step.counts:
                st.markdown(f":small[:gray[{step.counts}]]")
