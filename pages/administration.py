"""Administration: people and their roles, and every token; an administrator takes no governance decisions."""

import streamlit as st

from app.components import clear_filters, empty, filter_row, head, paged, search, section
from app.components.formats import counted
from app.components.me import require
from app.components.text import plain
from app.composition import now, workplace
from app.views.access_links import kept_links
from app.views.administration import add_person, people_table, person_card
from app.views.confirmation import confirmation
from app.views.tokens import tokens_table
from app.views.webhooks import hooks
from core.access.queries import people, people_count, tokens
from core.access.rules import Permission
from core.access.service_queries import unused_tokens

viewer = require(Permission.PERSON_MANAGE)
place, at = workplace(), now()

with place.store.reading() as session:
    everyone = people_count(session)
    all_tokens, unused = tokens(session), unused_tokens(session, at=at)

active = sum(token.state(at) == "Active" for token in all_tokens)
head(
    "Administration",
    f"**{counted(everyone, 'person', 'people')}**, {counted(active, 'active token')}. Each change is a ledger entry.",
)

confirmation()
kept_links()
left, right = st.columns([5, 3], gap="large")
with left:
    section("People")
    with filter_row():
        wanted = search("Search", key="who", placeholder="Name or user name")
        clear_filters({"who": ""}, label="Clear search", key="clear_people")
    with place.store.reading() as session:
        found = people_count(session, search=wanted)
        if not found:
            with empty(f"Nobody matches “{plain(wanted)}”.", "Clear the search, or add the person."):
                pass
        else:
            with paged(found, key="people_page") as window:
                people_table(people(session, at=at, search=wanted, offset=window.offset, limit=window.limit), at)
    section("Tokens")
    if unused:
        st.markdown(f"Nobody used for 90 days: **{', '.join(unused[:20])}**{' and others' if unused[20:] else ''}.")
    tokens_table(place, all_tokens, viewer, at)
with right:
    person_card(place, viewer, at)
    add_person(place, viewer, at)
hooks(place, viewer)
