"""Event: one event as it is on record, and its proof, verified step by step."""

from contextlib import suppress

import streamlit as st

from app.components import Back, empty, head, plain
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.event import erasure, particulars, verified_proof, where_it_stands
from core.access.queries import names
from core.access.rules import Permission
from core.errors import NotFound
from core.ledger.batches.queries import find_event
from core.ledger.batches.reading import read_event
from core.policy.events_kept import kept_for

viewer = require(Permission.LEDGER_READ)
place, at = workplace(), now()
asked = st.query_params.get("id", "")[:64]
found = None
with place.store.reading() as session:
    kept, known = kept_for(session, at=at), names(session)
    with suppress(NotFound):
        found = find_event(session, place.events, asked)
head(asked or "Event", back=Back("events", "Events"), trail=found.batch.number if found else "")
confirmation()
if found is None:
    with empty(
        f"No event {plain(asked)} is on record.",
        "Ids are matched to the letter. Events whose time is over were removed; their receipts still verify.",
    ):
        st.page_link(page_file("events"), label="Look at the files")
else:
    told = read_event(found)
    left, right = st.columns([5, 4], gap="large")
    with left:
        particulars(told)
        erasure(place, viewer, found, told, told.at)
    with right:
        where_it_stands(found, kept, known)
        verified_proof(place, found)
