"""Comparison: one validation beside another of the same model, figure by figure."""

import streamlit as st

from app.components import Back, empty, head
from app.components.me import require
from app.composition import workplace
from app.views.comparing import chosen_against, figures_table, inputs_table, pairs_of, verdict_sentence
from app.views.report.reading import read_report
from core.access.rules import Permission
from core.validation.queries import finished_runs

require(Permission.RECORD_READ)
with workplace().store.reading() as session:
    now = read_report(session, st.query_params.get("run", ""))
    choices = finished_runs(session, now.page.model.id or 0)

page = now.page
head(
    f"Validation {now.number} beside another",
    back=Back("report", f"Validation {now.number}", (("run", now.number),)),
    trail=f"{page.model.name} / v{page.version.version}",
)
against = chosen_against(now, choices) if now.result else None
if against is None:
    with empty("There is nothing to compare.", "A comparison needs two finished validations of the same model."):
        st.stop()
with workplace().store.reading() as session:
    before = read_report(session, against)
pairs = pairs_of(now, before)
verdict_sentence(pairs)
figures_table(now, before, pairs)
inputs_table(now, before)
