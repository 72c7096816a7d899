"""Outputs for review: what controls put up for people, due first, and one output at a time."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.monitoring.outputs import (
    by_model,
    first_line,
    narrowed_by,
    nothing_here,
    opinions,
    output_head,
    output_record,
    quarantine_line,
    queue_table,
)
from app.views.monitoring.outputs_acts import decision_card, linked_records
from core.access.queries import names
from core.access.rules import Permission
from core.links import RecordKind, Ref, linked
from core.monitoring.controls.queries import (
    Narrowed,
    Queued,
    output_page,
    output_queue,
    quarantine,
    queue_by_model,
    queue_figures,
)

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
number = st.query_params.get("output")

if number:
    with place.store.reading() as session:
        page, known = output_page(session, number, viewer.actor), names(session)
        followed = linked(session, Ref(RecordKind.OUTPUT, number))
    confirmation()
    output_head(page, at)
    left, right = st.columns([5, 3], gap="large")
    with left:
        output_record(page)
    with right:
        if page.row.verdict is None:
            decision_card(place, viewer, page, at)
        opinions(page, known)
        linked_records(followed)
    st.stop()

with place.store.reading() as session:
    figures, models = queue_figures(session, at=at), queue_by_model(session, at=at)
    held = quarantine(session, viewer.actor, limit=1).total
    mine = output_queue(session, Narrowed(Queued.MINE), viewer.actor, at=at, limit=1).total
may = Permission.OUTPUT_REVIEW in viewer.actor.permissions
head("Outputs for review", first_line(figures, mine if may else 0, at))
confirmation()
quarantine_line(held)
wanted = narrowed_by()
with place.store.reading() as session:
    total = output_queue(session, wanted, viewer.actor, at=at, limit=1).total
if total:
    with paged(total) as window, place.store.reading() as session:
        queue_table(
            output_queue(session, wanted, viewer.actor, at=at, limit=window.limit, offset=window.offset).rows, at
        )
else:
    nothing_here(figures, wanted)
by_model(models, at)
