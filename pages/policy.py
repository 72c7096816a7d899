"""Policy: one published policy, or one draft of it from its first text to its publication."""

import streamlit as st

from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.policy_draft import draft_view
from app.views.policy_published import published_view
from core.access.rules import Permission
from core.errors import NotFound

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
draft, policy = st.query_params.get("draft"), st.query_params.get("policy", "")

confirmation()
if draft:
    draft_view(place, viewer, draft, at)
elif policy.isdecimal() and len(policy) < 10:
    published_view(place, viewer, int(policy), at)
else:
    raise NotFound("policy", policy)
