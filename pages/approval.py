"""Change: one page with everything that a decision needs, and the decision itself."""

import streamlit as st

from app.components import Back, fact, facts_line, head, label, plain
from app.components.formats import moment
from app.components.me import require
from app.components.status import word
from app.composition import now, workplace
from app.views.approval import code, compared, evidence, path, request, standing, state
from app.views.approval_acts import decision, decision_bar
from app.views.approval_checklist import checklist
from app.views.approval_votes import conditions, returned, votes
from app.views.confirmation import confirmation
from app.views.kinds import title_of
from app.views.rollout import rollout
from core.access.queries import names
from core.access.rules import Permission
from core.approval.queries import change

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()
with place.store.reading() as session:
    page, known = change(session, st.query_params.get("change", ""), viewer.actor, at=at), names(session)

head(
    title_of(page.kind, f"{page.model_name} v{page.version}", page.lifts),
    facts_line(
        state(page),
        label(word(page.kind)),
        label(f"Tier {page.tier}"),
        fact("Requested by", f"{plain(known.get(page.requested_by, page.requested_by))}, {moment(page.requested_at)}"),
        fact("Needs", path(page)),
        fact("Policy", plain(page.policy)),
        fact("In production", f"v{page.replaces}" if page.replaces else "no other version"),
    ),
    back=Back("approvals", "Changes"),
    trail=page.number,
)
confirmation()
left, right = st.columns([5, 3], gap="large")
with left:
    returned(page, known)
    request(page)
    evidence(page)
    standing(page)
    compared(page)
    code(page)
    votes(page, known)
    conditions(place, viewer, page, known, at)
with right:
    checklist(place, viewer, page)
    decision(place, viewer, page, known)
    carried = rollout(place, viewer, page, known)
decision_bar(place, viewer, page, carried)
