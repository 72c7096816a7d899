"""Challenger: a version held against the champion on the same cases, and what follows from it."""

import streamlit as st

from app.components import Back, fact, facts_line, head, plain, status
from app.components.me import require
from app.composition import workplace
from app.views.challenger.asking import ask_form
from app.views.challenger.following import PENDING, follow
from app.views.challenger.listing import comparison_list
from app.views.challenger.result import (
    groups_table,
    means_table,
    performance_table,
    promotion,
    proof,
    reasons_table,
    verdict,
)
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.rules import Permission
from core.improvement.comparisons.queries import comparison
from core.inventory.moves import load_model

viewer, place = require(Permission.RECORD_READ), workplace()
number = st.query_params.get("comparison", "")
with place.store.reading() as session:
    page = comparison(session, number, viewer.actor) if number else None
    model = load_model(session, page.row.model if page else st.query_params.get("model", ""))
    known = names(session)
    shown, name = model.number, model.name

confirmation()
if page is None:
    head(
        "Challengers",
        back=Back("model", f"{shown} {name}", (("model", shown),)),
        trail="A candidate beside the version in production, on the same cases",
    )
    left, right = st.columns([5, 3], gap="large")
    with left:
        comparison_list(place, shown, known)
    with right:
        ask_form(place, viewer, shown)
    st.stop()

row = page.row
head(
    f"v{row.challenger} beside v{row.champion}",
    facts_line(
        fact("Comparison", plain(row.number)),
        fact("Model", plain(name)),
        status("Experimental") if row.experimental else "",
        status(row.status),
    ),
    back=Back("challenger", "Challengers", (("model", shown),)),
    trail=f"{shown} {name}",
)
if row.status in PENDING:
    follow(place, row.number)
elif page.result is None:
    st.error(f"The comparison has no result. {plain(page.error)}", icon=":material/block:")
else:
    verdict(page, page.result)
    left, right = st.columns([5, 3], gap="large")
    with left:
        reasons_table(page.result, page.policy_version_id)
        performance_table(page.result)
        groups_table(page.result)
        means_table(page.result)
    with right:
        promotion(place, viewer, page)
        proof(page, page.result, known)
