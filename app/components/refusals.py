"""Reasons against an act: before it a numbered list and a disabled button, after it one message in place."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

import streamlit as st

from app.components.formats import counted
from app.components.status import status
from app.components.text import plain
from core.errors import Conflict, GovernanceError, Refusal, Refused, Unreadable


def reason_line(refusal: Refusal) -> str:
    """Fact (clause) and way out, as escaped Markdown."""
    clause = f" ({plain(refusal.clause)})" if refusal.clause else ""
    way_out = f" {plain(refusal.way_out)}" if refusal.way_out else ""
    return f"{plain(refusal.message.rstrip('.'))}{clause}.{way_out}"


def numbered(refusals: Sequence[Refusal]) -> str:
    """The reasons as a numbered Markdown list."""
    return "\n".join(f"{place}. {reason_line(refusal)}" for place, refusal in enumerate(refusals, start=1))


def blocked(act: str, refusals: Sequence[Refusal]) -> None:
    """“Blocked. Approval is not possible yet, 3 reasons:” and the list; nothing when there is no reason."""
    if refusals:
        st.markdown(f"{status('Blocked')} **{act} is not possible yet, {counted(len(refusals), 'reason')}:**")
        st.markdown(numbered(refusals))


def act_button(
    label: str,
    refusals: Sequence[Refusal] = (),
    *,
    key: str,
    kind: Literal["primary", "secondary", "tertiary"] = "primary",
) -> bool:
    """A button that is disabled while reasons stand against its act, with the same reasons as its help."""
    help_text = numbered(refusals) if refusals else None
    return st.button(label, key=key, type=kind, disabled=bool(refusals), help=help_text)


@contextmanager
def attempt(not_done: str) -> Iterator[None]:
    """Run an act after a click; a refusal becomes one message in place that starts with `not_done`.

    with attempt("Your approval was not recorded."):
        vote(…)
        st.rerun()
    """
    try:
        yield
    except GovernanceError as error:
        st.error(f"{not_done} {in_words(error)}", icon=":material/block:")


def in_words(error: GovernanceError) -> str:
    """What a refusal, a conflict or a bad input says, as escaped Markdown, with every reason."""
    match error:
        case Refused(refusals=(only,)):
            return reason_line(only)
        case Refused(refusals=refusals):
            return f"{counted(len(refusals), 'reason')}:\n\n{numbered(refusals)}"
        case Conflict():
            return f"{plain(error.what)} changed while you looked at it. Read it again, then decide."
        case Unreadable(problems=problems):
            listed = "\n".join(f"{place}. {plain(str(problem))}" for place, problem in enumerate(problems, start=1))
            return f"{counted(len(problems), 'thing')} to put right:\n\n{listed}"
        case _:
            return plain(str(error))
