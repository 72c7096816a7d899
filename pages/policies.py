"""Policies: the one in force, those that are scheduled, drafts, and former ones."""

import streamlit as st

from app.components import head
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.policies import begin, drafts_table, first_line, former, standing_table
from core.access.queries import names
from core.access.rules import Permission
from core.policy.life import Standing
from core.policy.queries import drafts, policies

MOST = 50

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    known = names(session)
    newest = policies(session, at=at, limit=MOST)
    begun = drafts(session, limit=MOST)

confirmation()
standing = [row for row in newest.rows if row.standing in (Standing.IN_FORCE, Standing.SCHEDULED)]
head("Policies", first_line(standing, begun.total))
left, right = st.columns([5, 3], gap="large")
with left:
    standing_table(standing, known, at)
    drafts_table(begun.rows, known, at)
    former(place, newest.total - len(standing), known, at)
with right:
    begin(place, viewer, newest.rows)
