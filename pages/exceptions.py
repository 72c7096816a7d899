"""Policy exceptions: who stands outside which clause, for how long, and what compensates; the soonest to end first."""

import streamlit as st

from app.components import Back, clear_filters, empty, filter_row, head, paged
from app.components.filters import choose
from app.components.formats import counted
from app.components.me import require
from app.components.status import word
from app.composition import now, workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.exceptions import end_form, exceptions_table
from core.access.queries import names
from core.access.rules import Permission
from core.approval.queries import ExceptionState, exception_counts, exceptions

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()
with place.store.reading() as session:
    known, counts = names(session), exception_counts(session, at=at)
standing = counts[ExceptionState.STANDING] + counts[ExceptionState.EXPIRING]
expiring = counts[ExceptionState.EXPIRING]
head(
    "Policy exceptions",
    f"**{counted(standing, 'exception')} in force**, {expiring} of them for 30 days or less; "
    f"{counts[ExceptionState.EXPIRED]} expired. :gray[What stands first, the soonest to end on top.]",
    back=Back("approvals", "Changes"),
)
confirmation()
with filter_row():
    chosen = choose("State", list(ExceptionState), key="state", width=190)
    clear_filters({"state": "All"})
state = ExceptionState(chosen) if chosen else None
with place.store.reading() as session:
    total = exceptions(session, at=at, state=state, limit=1).total
if not total:
    what = f"No exception is {word(state).lower()}." if state else "No exception was ever asked for."
    with empty(
        what, "A version that fails a required clause may be excepted from it, for a time, by a change request."
    ):
        st.page_link(page_file("inventory"), label="Open the inventory")
else:
    with paged(total) as window, place.store.reading() as session:
        rows = exceptions(session, at=at, state=state, limit=window.limit, offset=window.offset).rows
        exceptions_table(rows, known, at)
    end_form(place, viewer, rows)
