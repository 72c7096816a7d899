"""Grants: which wait for a second administrator, which are in force or ended, and which accounts nobody uses."""

import streamlit as st

from app.components import choose, clear_filters, empty, filter_row, head, paged, search, section
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.access_links import way_back
from app.views.confirmation import confirmation
from app.views.grants import (
    decide_card,
    delegations_table,
    grants_table,
    pairs_notice,
    unused_table,
    waiting_table,
)
from core.access.delegations import delegations
from core.access.dormant.queries import blocked_accounts, unused_accounts
from core.access.granted import GrantFilter, GrantState, grant_count, grants
from core.access.grants_asked.queries import asked_grants
from core.access.queries import names
from core.access.rules import Permission, Role
from core.access.rules.dormancy import WARNED_BEFORE
from core.access.rules.granting import Basis

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()
manages = Permission.PERSON_MANAGE in viewer.actor.permissions

with place.store.reading() as session:
    known = names(session)
    waiting = asked_grants(session, at=at, waiting=True)
    in_force = grant_count(session, GrantFilter(), at=at)
    ending = grant_count(session, GrantFilter(GrantState.ENDING), at=at)
    unused, blocked = unused_accounts(session, limit=place.settings.dormant, at=at), blocked_accounts(session)
    standing = [row for row in delegations(session) if row.stands(at)]

head(
    "Grants",
    f"**{counted(in_force, 'grant')}** in force, {len(waiting)} waiting for a second administrator, "
    f"{ending} ending within 14 days.",
    back=way_back(viewer),
)
confirmation()
if waiting:
    section("Waiting for a second administrator")
    if manages:
        left, right = st.columns([5, 3], gap="large")
        with left:
            waiting_table(waiting, known, at)
        with right:
            decide_card(place, viewer, waiting, known)
    else:
        waiting_table(waiting, known, at)
section("Who may what")
with filter_row():
    state = choose("State", list(GrantState), key="state", every="Standing")
    role = choose("Role", list(Role), key="role")
    basis = choose("Given by", list(Basis), key="basis")
    text = search("Person", key="who", placeholder="Name or number", width=180)
    clear_filters({"state": "Standing", "role": "All", "basis": "All", "who": ""})
narrowed = GrantFilter(
    GrantState(state or GrantState.IN_FORCE), Role(role) if role else None, Basis(basis) if basis else None, text
)
with place.store.reading() as session:
    total = grant_count(session, narrowed, at=at)
    if not total:
        with empty("No grant matches.", "Clear the filters, or grant a role on a person’s card."):
            pass
    else:
        with paged(total) as window:
            rows = grants(session, narrowed, at=at, offset=window.offset, limit=window.limit)
            pairs_notice(rows)
            grants_table(rows, known, at, manages=manages)
left, right = st.columns(2, gap="large")
with left:
    section("Accounts that nobody uses")
    if unused or blocked:
        unused_table(unused, blocked, at, manages=manages)
    else:
        warned = (place.settings.dormant - WARNED_BEFORE).days
        st.markdown(f"No account has been unused for {warned} days, after which its person is warned.")
with right:
    section("Delegations in force")
    if standing:
        delegations_table(standing, known, at)
    else:
        st.markdown("Nobody votes for somebody else at the moment.")
