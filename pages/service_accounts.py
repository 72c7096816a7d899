"""Service accounts: those one answers for, or all for administrators; one of them with its tokens."""

import streamlit as st

from app.components import empty, head
from app.components.formats import counted
from app.components.me import me
from app.composition import now, workplace
from app.views.access_links import way_back
from app.views.service_accounts import account_card, accounts_table, add_account
from core.access.people import manage_refusals
from core.access.service_queries import service_accounts

viewer, place, at = me(), workplace(), now()
manages = not manage_refusals(viewer.actor)
with place.store.reading() as session:
    rows = service_accounts(session, at=at, owner=None if manages else viewer.number)

still = sum(not row.owner_active and row.disabled_at is None for row in rows)
whose = "" if manages else " that you answer for"
head(
    "Service accounts",
    f"**{counted(len(rows), 'service account')}**{whose}. Programs act as them through tokens; nobody signs in as one."
    + (f" {counted(still, 'account')} without an active person: tokens stand still." if still else ""),
    back=way_back(viewer),
)
chosen = next((row for row in rows if row.number == st.query_params.get("account")), None)
left, right = st.columns([5, 3], gap="large") if manages else (st.container(), None)
with left:
    if rows:
        accounts_table(rows, at)
    else:
        with empty(
            "There is no service account." if manages else "You answer for no service account.",
            "An administrator makes one for a program that is nobody's own, and names who answers for it.",
        ):
            pass
    if chosen is not None:
        account_card(place, viewer, chosen, at)
if right is not None:
    with right:
        add_account(place)
