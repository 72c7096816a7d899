"""Cards and forms that the tabs of an incident share: a text, a button, and what was recorded."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import streamlit as st

from app.components import act_button, attempt, blocked, section
from app.views.confirmation import confirm_next
from core.errors import Refusal
from core.improvement.incidents.record import Done


def text_step(
    title: str,
    label: str,
    button: str,
    reasons: Sequence[Refusal],
    do: Callable[[str], Done],
    said: str,
    *,
    key: str,
    note: str = "",
) -> None:
    """A card with one text and one button; the reasons stand above where there are any."""
    with st.container(border=True):
        section(title)
        blocked(title, reasons)
        if note and not reasons:
            st.markdown(f":gray[{note}]")
        text = st.text_area(label, key=f"{key}_text", max_chars=4000, height=80, disabled=bool(reasons))
        if act_button(button, reasons, key=key):
            with attempt("Nothing was recorded."):
                recorded(do(text or ""), said)


def folded(
    title: str, label: str, button: str, reasons: Sequence[Refusal], do: Callable[[str], Done], said: str, *, key: str
) -> None:
    """As `text_step`, folded away; nothing where it is not possible."""
    if reasons:
        return
    with st.expander(title):
        text = st.text_area(label, key=f"{key}_text", max_chars=4000, height=80)
        if act_button(button, key=key, kind="secondary"):
            with attempt("Nothing was recorded."):
                recorded(do(text or ""), said)


def recorded(done: Done, said: str) -> None:
    """Say what is on record and draw the page anew."""
    confirm_next(f"{said}: ledger entry {done.entry}.")
    st.rerun()


def moment_input(label: str, value: datetime, *, latest: datetime, key: str) -> datetime:
    """A moment in UTC, to the minute and not after `latest`; `key` names the record too, so that each has its own."""
    begin = value.astimezone(UTC).replace(tzinfo=None, second=0, microsecond=0)
    st.session_state.setdefault(key, begin)  # a default that moves with the clock would take the place of the entry
    chosen = st.datetime_input(f"{label} (UTC)", key=key)
    return min(chosen.replace(tzinfo=UTC), latest) if isinstance(chosen, datetime) else value
