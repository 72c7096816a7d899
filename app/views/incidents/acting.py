"""Cards and forms that the tabs of an incident share: a text, a button, and what was recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from app.components import act_button, attempt, blocked, section
from app.views.confirmation import confirm_next
from core.errors import Problem, Refusal, Unreadable
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


@dataclass(frozen=True)
class Entered:
    """A moment as somebody typed it; read when the form is sent, so that what is wrong is said in place."""

    label: str
    text: str
    latest: datetime

    def moment(self) -> datetime:
        """In UTC, to the minute; raises `Unreadable`."""
        try:
            found = datetime.fromisoformat(self.text.strip())
        except ValueError:
            expected = f"such as {self.latest.astimezone(UTC):%Y-%m-%d %H:%M}"
            problem = Problem("not a moment", column=self.label, found=self.text[:60], expected=expected)
            raise Unreadable([problem]) from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment_input(label: str, value: datetime, *, latest: datetime, key: str) -> Entered:
    """A moment in UTC as text; `key` names the record too, so that each has its own."""
    st.session_state.setdefault(key, f"{value.astimezone(UTC):%Y-%m-%d %H:%M}")
    return Entered(label, st.text_input(f"{label} (UTC)", key=key, max_chars=40), latest)
