"""Anchors: where checkpoints of the ledger were sent, what came back, and the keys that signed them."""

import streamlit as st

from app.anchoring.outside import unanswered
from app.components import Back, facts_line, head_with_actions
from app.components.me import require
from app.composition import now, workplace
from app.views.anchors import (
    add_place,
    arrivals_table,
    held_notice,
    keys_table,
    newest_card,
    places_table,
    send_or_close,
    silent_notice,
    standing_sentence,
)
from app.views.confirmation import confirmation
from core.access.anchoring import held
from core.access.rules import Permission
from core.ledger.anchors.keys import keys_in_order
from core.ledger.anchors.queries import arrivals, places
from core.ledger.queries import latest_checkpoint

viewer = require(Permission.LEDGER_READ)
place, at = workplace(), now()

with place.store.reading() as session:
    newest, everywhere = latest_checkpoint(session), places(session)
    arrived, keys = arrivals(session), keys_in_order(session)

with head_with_actions("Anchors", "", back=Back("ledger", "Ledger")):
    if newest:
        st.link_button("Download checkpoint", "/exports/checkpoint.txt", type="primary")
st.markdown(facts_line(standing_sentence(everywhere, newest, at)))
held_notice(held(place.ledger))
silent_notice(unanswered(place))
confirmation()

left, right = st.columns([2, 1], gap="large")
with left:
    places_table(everywhere, newest, at)
    arrivals_table(arrived, at)
    keys_table(place, keys)
with right:
    newest_card(newest)
    send_or_close(place, viewer, everywhere)
    add_place(place, viewer)
