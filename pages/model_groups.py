"""Groups of models: named sets across business lines, which a grant can reach."""

import streamlit as st

from app.components import choose, clear_filters, empty, filter_row, head, paged, search
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.access_links import way_back
from app.views.confirmation import confirmation
from app.views.model_groups import change_card, group_part, groups_table, make_card
from app.views.model_groups_waiting import waiting_members
from core.access.queries import names
from core.access.rules import Permission
from core.errors import NotFound
from core.inventory.groups.queries import asked_members, group_count, group_record, groups

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()
manages = Permission.PERSON_MANAGE in viewer.actor.permissions

with place.store.reading() as session:
    known, everyone = names(session), group_count(session)
    waiting = asked_members(session, at=at)
    number = st.query_params.get("group", "")
    try:
        chosen = group_record(session, number, at=at) if number else None
    except NotFound:
        chosen = None

head(
    "Groups of models",
    f"**{counted(everyone, 'group')}** of models across business lines. A grant that names one reaches its models.",
    back=way_back(viewer),
)
confirmation()
if waiting:
    waiting_members(place, viewer, waiting, known, at)
left, right = st.columns([5, 3], gap="large") if manages else (st.container(), None)
with left:
    with filter_row():
        text = search("Search", key="called", placeholder="Name, purpose, number")
        ended = choose("State", ["ended"], key="state", every="Standing", width=140) is not None
        clear_filters({"called": "", "state": "Standing"})
    with place.store.reading() as session:
        total = group_count(session, ended=ended, search=text)
        if total:
            with paged(total) as window:
                rows = groups(session, at=at, ended=ended, search=text, offset=window.offset, limit=window.limit)
                groups_table(rows, at)
        elif everyone or ended or text:
            with empty("No group matches.", "Clear the filters."):
                pass
        else:
            with empty("There is no group of models.", "Make one to grant a role for models of several lines."):
                pass
    if chosen is not None:
        group_part(place, chosen, known, at)
    elif number:
        with empty("There is no such group.", "Choose a name in the table."):
            pass
if right is not None:
    with right:
        if chosen is not None and chosen.ended_at is None:
            change_card(place, viewer, chosen)
        make_card(place, viewer)
