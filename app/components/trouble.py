"""The one place where errors become words on screen: what did not happen, what was kept, what to do next."""

import logging
import secrets

import streamlit as st

from app.components.head import head
from app.components.refusals import numbered
from app.components.status import status
from app.components.table import table
from app.components.text import plain
from app.navigation import DEFAULT
from core.errors import Conflict, GovernanceError, NotFound, Refused, Unreadable
from core.store import StoreAway, disk_is_full

log = logging.getLogger("countersign.pages")
NOTHING_CHANGED = "Nothing was changed."


def draw_trouble(error: GovernanceError) -> None:
    """Draw the page that stands where the page failed."""
    match error:
        case Refused():
            _refused(error)
        case Unreadable():
            _unreadable(error)
        case Conflict():
            head("This was not recorded", f"{status('Refused')} {plain(error.what)} changed while you looked at it.")
            st.markdown("Nothing was stored. Open the page again to see the record as it is now.")
        case NotFound():
            named = f"There is no {error.what} “{error.key}”" if error.key else f"The address names no {error.what}"
            head(named, f"{status('No data')} {NOTHING_CHANGED}")
        case _:
            head("This was not possible", f"{status('Refused')} {plain(str(error))} {NOTHING_CHANGED}")
    _foot(error)


def draw_unexpected(error: Exception) -> bool:
    """For Streamlit: words instead of a traceback, also where a widget's callback failed before the page ran."""
    if isinstance(error, GovernanceError):
        draw_trouble(error)
        return True
    if disk_is_full(error):
        head("The disk of the server is full", f"{status('Failed')} {NOTHING_CHANGED}")
        st.markdown("Tell whoever runs this installation. Once there is room, do it again: nothing was stored by half.")
        _foot(error)
        return True
    if isinstance(error, StoreAway):
        head("The store does not answer", f"{status('Failed')} {NOTHING_CHANGED}")
        st.markdown("Try again in a moment: the page goes on by itself once the database answers.")
        _foot(error)
        return True
    head("Something failed on our side", f"{status('Failed')} What you saw last is still stored.")
    st.markdown("Try again. If it fails again, give the reference below to whoever runs this installation.")
    _foot(error)
    return True


def _refused(error: Refused) -> None:
    count = len(error.refusals)
    head("This is not possible for you now", f"{status('Refused')} {NOTHING_CHANGED}")
    with st.container(border=True):
        st.markdown(f"**{'One reason stands' if count == 1 else f'{count} reasons stand'} against it:**")
        st.markdown(numbered(error.refusals))


def _unreadable(error: Unreadable) -> None:
    count = len(error.problems)
    head("This was not accepted", f"{status('Refused')} Nothing was stored.")
    with st.container(border=True):
        st.markdown(f"**{count} {'thing' if count == 1 else 'things'} to put right, then send it again:**")
        rows = [
            {
                "Line": "–" if problem.line is None else f"{problem.line:,}",
                "Column": plain(problem.column),
                "What is wrong": plain(problem.reason),
                "Found": plain(problem.found),
                "Expected": plain(problem.expected),
            }
            for problem in error.problems[:50]
        ]
        table(rows, alt="What to put right, by line and column", right=("Line",))


def _foot(error: Exception) -> None:
    """A reference that the log carries too; the log gets the kind of error, and the traceback if it is ours."""
    drawn = secrets.token_hex(4).upper()
    reference = f"{drawn[:4]}-{drawn[4:]}"
    if isinstance(error, GovernanceError):
        log.info("%s %s", reference, type(error).__name__)
    else:
        log.error("%s %s", reference, type(error).__name__, exc_info=error)
    with st.container(horizontal=True):
        if st.button("Go to my work", key="trouble_home"):
            st.switch_page(DEFAULT.path)
    st.caption(f"Reference {reference}, for support.")
