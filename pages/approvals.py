"""Changes: every request, of whatever kind, the most urgent first."""

import streamlit as st

from app.components import clear_filters, empty, filter_row, head_with_actions, paged, plain, status, table
from app.components.filters import choose
from app.components.formats import count, counted, day, days
from app.components.me import require
from app.components.text import link
from app.composition import now, workplace
from app.navigation import page_file
from app.views.kinds import functions_said, title_of
from core.access.queries import names
from core.access.rules import Permission
from core.approval.queries import MOST_WAITING, ChangeFilter, ChangeRow, changes, waiting_for
from core.approval.rules import OPEN, ChangeStatus
from core.policy.rules import ChangeKind

FILTERS = {"kind": "All", "status": "All", "tier": "All", "due": "Any"}
viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()


def state(row: ChangeRow) -> str:
    """The badge: overdue and due soon before the change's own status."""
    if row.status in OPEN and row.due_at < at:
        return status("Overdue", days(at - row.due_at))
    if row.status in OPEN and (row.due_at - at).days < 3:
        return status("Due soon", days(row.due_at - at))
    if row.status in OPEN and row.returned:
        return status("Returned")
    return status(row.status)


with place.store.reading() as session:
    known = names(session)
    mine = waiting_for(session, viewer.actor)
    undecided = changes(session, ChangeFilter(open_only=True), limit=1, offset=0).total

least = "At least " if len(mine) >= MOST_WAITING else ""
waiting = (
    f"**{least}{counted(len(mine), 'change')} wait{'s' if len(mine) == 1 else ''} for your vote.**" if mine else ""
)
with head_with_actions(
    "Changes", f"{waiting} {counted(undecided, 'change')} undecided. :gray[Undecided first, the soonest due on top.]"
):
    st.page_link(page_file("exceptions"), label="Policy exceptions")
with filter_row():
    kind = choose("Kind", list(ChangeKind), key="kind", width=170)
    chosen = choose("State", list(ChangeStatus), key="status", width=170)
    tier = choose("Tier", ["1", "2", "3", "4"], key="tier", width=110)
    due = choose("Due", ["overdue"], key="due", every="Any", width=130)
    clear_filters(FILTERS)
narrowed = ChangeFilter(
    kind=ChangeKind(kind) if kind else None,
    status=ChangeStatus(chosen) if chosen else None,
    tier=int(tier) if tier else None,
    overdue_at=at if due else None,
)
with place.store.reading() as session:
    total = changes(session, narrowed, limit=1, offset=0).total
if not total:
    with empty("No change matches.", "An owner or developer requests approval on the page of a validated version."):
        st.page_link(page_file("inventory"), label="Open the inventory")
else:
    with paged(total) as window, place.store.reading() as session:
        table(
            [
                {
                    "Number": row.number,
                    "Change": link(title_of(row.kind, f"v{row.version}", row.lifts), "/approval", change=row.number),
                    "Model": f"{plain(row.model_name)} :gray[{row.model}]",
                    "Tier": count(row.tier),
                    "Asked by": plain(known.get(row.requested_by, row.requested_by)),
                    "Since": day(row.requested_at, today=at),
                    "Due": day(row.due_at, today=at),
                    "State": state(row),
                    "Votes": f"{row.approvals} of {row.quorum}",
                    "Functions": plain(functions_said(row.functions).capitalize()),
                    "Waits for": row.waits_for.capitalize(),
                }
                for row in changes(session, narrowed, limit=window.limit, offset=window.offset).rows
            ],
            alt="Change requests, undecided first, with model, tier, due date, state, votes and who acts next",
            right=["Tier", "Since", "Due", "Votes"],
            unbroken=["Number"],
        )
