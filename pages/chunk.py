"""Chunk: a stretch of production data with every figure, its columns by drift, its groups, and what it rests on."""

from datetime import timedelta

import streamlit as st

from app.components import Back, fact, facts_line, head_with_actions, plain
from app.components.formats import count, moment
from app.components.me import require
from app.composition import workplace
from app.views.monitoring.chunk import columns, figures_table, groups, nothing_computed, origin, verdict_box
from app.views.monitoring.running import again_button, recomputed
from core.access.rules import Permission
from core.ledger.events import Event
from core.ledger.queries import entries
from core.links import RecordKind, Ref, linked
from core.monitoring.checks.queries import chunk
from core.monitoring.intake.arrivals import standing

A_MOMENT = timedelta(microseconds=1)

require(Permission.RECORD_READ)
place = workplace()
number, asked = st.query_params.get("chunk", ""), st.query_params.get("revision", "")
with place.store.reading() as session:
    page = chunk(session, number, int(asked) if asked.isdecimal() else None)
    checked = page.row.checked_at
    on_record = entries(
        session, entity_id=page.model, action=Event.MONITOR_CHECKED, since=checked, until=checked + A_MOMENT, limit=1
    ).rows
    came = standing(session, page.model, page.environment)
    links = linked(session, Ref(RecordKind.CHUNK, number))

line = facts_line(
    fact("Data", f"{moment(page.row.starts_at)} to {moment(page.row.ends_at)}"),
    fact("Environment", plain(page.environment)),
    fact("Chunk of", plain(page.row.size)),
    fact("Rows", count(page.row.rows)),
)
back = Back("monitored", page.model_name, (("model", page.model), ("environment", page.environment)))
with head_with_actions(f"Chunk {number}", line, back=back, trail=f"{page.model} / {page.row.size}"):
    again_button(place, number, page.row.revision)
recomputed(number, page.row.revision)
verdict_box(page)
if page.results:
    figures_table(page)
else:
    nothing_computed()
columns(page)
groups(page)
origin(page, on_record, links, came)
