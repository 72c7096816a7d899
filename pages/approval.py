"""Change: one page with everything that a decision needs, and the decision itself."""

import streamlit as st

from app.components import Back, fact, facts_line, head, label, plain
from app.components.formats import moment
from app.components.me import require
from app.composition import now, workplace
from app.views.approval import compared, conditions, evidence, state, votes
from app.views.approval_acts import checklist, decision, decision_bar
from core.access.queries import names
from core.access.rules import Permission
from core.approval.queries import change

viewer = require(Permission.RECORD_READ)
place = workplace()
with place.store.reading() as session:
    page, known = change(session, st.query_params.get("change", ""), viewer.actor, at=now()), names(session)

head(
    f"Approve {page.model_name} v{page.version} for production",
    facts_line(
        state(page),
        label(f"Tier {page.tier}"),
        fact("Requested by", f"{plain(known.get(page.requested_by, page.requested_by))}, {moment(page.requested_at)}"),
        fact("Quorum", f"{page.approvals} of {page.quorum}"),
        fact("Policy", plain(page.policy)),
        fact("Replaces", f"v{page.replaces}" if page.replaces else "nothing, first use"),
    ),
    back=Back("approvals", "Changes"),
    trail=page.number,
)
left, right = st.columns([5, 3], gap="large")
with left:
    evidence(page)
    compared(page)
    votes(page, known)
    conditions(page, known)
with right:
    checklist(place, viewer, page)
    decision(place, viewer, page)
decision_bar(place, viewer, page)
