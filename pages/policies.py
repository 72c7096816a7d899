"""Policies: the one in force, those that are scheduled, drafts, and former ones."""

import streamlit as st

from app.components import head
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.policies import begin, drafts_table, first_line, former, standing_table
from core.access.queries import names
from core.access.rules import Permission
from core.policy.queries import drafts, policies

MOST = 50

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    known = names(session)
    newest = policies(session, at=at, limit=MOST)
    standing = policies(session, at=at, former=False, limit=MOST)
    begun = drafts(session, limit=MOST)

confirmation()
head("Policies", first_line(standing.rows, begun.total))
left, right = st.columns([5, 3], gap="large")
with left:
    standing_table(standing.rows, known, at)
    drafts_table(begun.rows, known, at)
    former(place, newest.total - standing.total, known, at)
with right:
    begin(place, viewer, newest.rows)
