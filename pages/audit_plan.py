"""Plan an audit, or change the plan of one that has not begun."""

import streamlit as st

from app.components import Back, blocked, head
from app.components.me import require
from app.composition import now, workplace
from app.views.audits.plan import Offered, plan_form
from core.access.queries import names, people_with_role
from core.access.rules import Permission, Role
from core.audits.facts import audit_facts
from core.audits.queries import whole_audit
from core.audits.rules import refusals
from core.audits.rules.life import Act
from core.inventory.queries import business_lines
from core.policy.packs.service import known_packs

viewer, place, at = require(Permission.AUDIT_RUN), workplace(), now()
number = st.query_params.get("audit")
with place.store.reading() as session:
    held = whole_audit(session, number) if number else None
    reasons = refusals(audit_facts(session, held.audit, viewer.actor), Act.CHANGE, viewer.actor) if held else ()
    known = names(session)
    auditors = {one: known.get(one, one) for one in people_with_role(session, Role.AUDITOR, at=at)}
    offered = Offered(auditors, business_lines(session), known_packs(session))

if held:
    head(
        "Change the plan",
        back=Back("audit", held.audit.title, (("audit", held.audit.number),)),
        trail=held.audit.number,
    )
else:
    head("Plan an audit", "What is looked at, by which criteria, when and by whom.", back=Back("audits", "Audits"))
blocked("A change of the plan", reasons)
if not reasons:
    plan_form(place, viewer, offered, held, at)
