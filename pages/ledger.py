"""Ledger: every entry, whether all of it is intact, and the checkpoint that proves it."""

import streamlit as st

from app.components import act_button, empty, facts_line, head_with_actions, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.exports.preset import report_link
from app.views.ledger import (
    checkpoint_card,
    entries_table,
    narrowed_by,
    verify_card,
    verify_now,
    verify_sentence,
)
from core.access.queries import names
from core.access.rules import Permission
from core.access.verification import verify_refusals
from core.ledger.anchors.queries import arrivals
from core.ledger.queries import actions, actors, entries, latest_checkpoint

viewer = require(Permission.LEDGER_READ)
place = workplace()

with place.store.reading() as session:
    checkpoint, known = latest_checkpoint(session), names(session)
    people, vocabulary = actors(session), actions(session)
    outside = next(iter(arrivals(session, limit=1)), None)

buttons = head_with_actions("Ledger", "")
with buttons:
    st.page_link(page_file("events"), label="Recorded events")
    st.page_link(page_file("anchors"), label="Anchors")
    if act_button("Verify all entries", verify_refusals(viewer.actor), key="verify"):
        verify_now(place, viewer, now())
st.markdown(facts_line(verify_sentence(checkpoint)))

left, right = st.columns([5, 2], gap="large")
with left:
    wanted = narrowed_by(people, vocabulary, known)
    with place.store.reading() as session:
        first = entries(session, **wanted, limit=1)
    if not first.total:
        with empty("No entry matches.", "Take a filter back to see more of the ledger."):
            pass
    else:
        with paged(first.total, more=first.more) as window, place.store.reading() as session:
            found = entries(session, **wanted, limit=window.limit, offset=window.offset)
            entries_table(found.rows, known)
with right:
    checkpoint_card(place, checkpoint, outside)
    verify_card()
    report_link(viewer, "access", "Export access report")
