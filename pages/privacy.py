"""Personal data: what waits for a decision, what was decided, and where it was met."""

import streamlit as st

from app.components import empty, head, paged, section
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.data_classes.endings import ends_in_short
from app.views.data_classes.gaps import gaps_in_short
from app.views.personal_data.columns import columns_table, decide_on_column, decisions_table, withdraw_form
from app.views.personal_data.entrances import entrances_table
from app.views.personal_data.texts import decide_on_text, decided_lines, texts_table
from app.views.subjects.ways import ways_on
from core.access.queries import names
from core.access.rules import Permission
from core.privacy.queries import columns_waiting, decisions, met, texts_decided, texts_waiting, waiting

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    open_, known, seen = waiting(session), names(session), met(session, at=at)
    texts, columns = texts_waiting(session, viewer.actor, at=at), columns_waiting(session, viewer.actor)
    decided, lately = decisions(session, viewer.actor, limit=1).total, texts_decided(session, viewer.actor, at=at)
said = f"**{counted(open_.texts, 'text')} and {counted(open_.columns, 'column')} wait for a decision.**"
head("Personal data", f"{said} :gray[Whoever wrote a text or handed a table in never decides on it.]")
confirmation()
ways_on(viewer)
if not (open_.texts or open_.columns):
    words = "A text that is held back, or a column that stops an upload, waits here for somebody else."
    with empty("Nothing waits for a decision.", words):
        pass
if open_.texts:
    section("Texts held back")
    texts_table(texts.rows, known)
    decide_on_text(place, viewer, texts.rows, known, at)
if open_.columns:
    section("Columns that stopped a table")
    columns_table(columns.rows, known)
    decide_on_column(place, viewer, columns.rows, at)
if decided:
    section("Decisions on columns")
    with paged(decided) as window, place.store.reading() as session:
        rows = decisions(session, viewer.actor, limit=window.limit, offset=window.offset).rows
        decisions_table(rows, known, at)
    withdraw_form(place, viewer, rows, at)
decided_lines(lately)
gaps_in_short(place, at)
ends_in_short(place, at)
entrances_table(seen)
st.caption(
    "The ledger, the log and exports are not counted here: each export says in its manifest what was masked in it."
)
st.caption("No pattern found does not mean that a text is clean: names in running text are not found by patterns.")
