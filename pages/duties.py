"""Duties to notify authorities of an incident, with time, source and date; the organisation adds its own."""

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.incidents.duties import duties_table, own_duties
from core.access.rules import Permission
from core.improvement.incidents.clock_rules import known_rules

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    rules = known_rules(session)

confirmation()
head("Duties to notify", back=Back("incidents", "Incidents"))
st.markdown(
    "**No legal advice.** A person decides in every incident whether a duty applies; here is what is asked about."
)
duties_table(rules, at)
own_duties(place, viewer, rules)
