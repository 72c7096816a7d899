"""File of events: what it holds, the entry that records it, and its events in order."""

import streamlit as st

from app.components import Back, facts, head_with_actions, paged, plain, section
from app.components.formats import count, moment
from app.components.me import require
from app.components.text import link
from app.composition import now, workplace
from app.views.event import events_table
from app.views.events import size_words, state_of
from core.access.queries import names
from core.access.rules import Permission
from core.ledger.batches.queries import batch_by_number, erased_in
from core.ledger.batches.reading import events_of
from core.policy.events_kept import kept_for
from core.reports.events_bundle import take_refusals

viewer = require(Permission.LEDGER_READ)
place, at = workplace(), now()
with place.store.reading() as session:
    batch = batch_by_number(session, st.query_params.get("number", ""))
    known, kept, erased = names(session), kept_for(session, at=at), erased_in(session, batch)

buttons = head_with_actions(batch.number, f"**{count(batch.rows)} events**", back=Back("events", "Events"))
if batch.removed_at is None and not take_refusals(viewer.actor):
    with buttons:
        st.link_button("Download as bundle", f"/exports/events/{batch.number}/bundle", icon=":material/download:")
facts(
    {
        "State": state_of(batch.removed_at, erased),
        "Events from": f"{moment(batch.first_at)} to {moment(batch.last_at)}",
        "Recorded": moment(batch.recorded_at),
        "By": plain(known.get(batch.recorded_by, batch.recorded_by)),
        "Ledger entry": link(count(batch.entry), "/entry", index=batch.entry),
        "Kept until": moment(batch.last_at + kept),
        "SHA-256 of the file": f"{batch.digest[:32]} {batch.digest[32:]}",
        "Root over its rows": f"{batch.root[:32]} {batch.root[32:]}",
        "Size": size_words(batch.size, batch.rows),
    },
    alt=f"File of events {batch.number}",
)
section("Its events")
if batch.removed_at is not None:
    st.markdown("Their time was over. The entry and the root stay, so every receipt that was given still verifies.")
else:
    with paged(batch.rows) as window:
        events_table(events_of(place.events, batch, limit=window.limit, offset=window.offset))
