"""Corrective and preventive actions: the register, or one of them with its steps."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.views.actions.action import action_head, action_record, action_steps
from app.views.actions.listing import actions_table, narrowed_by, nothing_found, said_in_short
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission
from core.documents.naming import things_named
from core.improvement.actions.queries import ActionFilter, actions, whole_action

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("action")
if number:
    with place.store.reading() as session:
        row, known = whole_action(session, number), names(session)
        things = things_named(session, [row.action.evidence])
    confirmation()
    action_head(row, known, at)
    left, right = st.columns([5, 3], gap="large")
    with left:
        action_record(row, known, things)
    with right:
        action_steps(place, viewer, row, known)
    st.stop()

with place.store.reading() as session:
    known = names(session)

    def how_many(**narrowed: object) -> int:
        return actions(session, ActionFilter(**narrowed), at=at, limit=1, offset=0).total  # type: ignore[arg-type]

    everything, pending = how_many(), how_many(open_only=True)
    overdue, mine = how_many(overdue=True), how_many(open_only=True, owner=viewer.number)

head("Corrective and preventive actions")
if everything:
    st.markdown(said_in_short(pending, overdue, mine))
wanted = narrowed_by(viewer)
with place.store.reading() as session:
    total = actions(session, wanted, at=at, limit=1, offset=0).total
if not total:
    nothing_found(everything)
    st.stop()
with paged(total) as window, place.store.reading() as session:
    actions_table(actions(session, wanted, at=at, limit=window.limit, offset=window.offset).rows, known, at)
