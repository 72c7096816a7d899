"""Fairness report: for one validation run, how often each group gets the favourable outcome, and where errors fall."""

import streamlit as st

from app.charts import SHAPES_SAID, show
from app.components import Back, head, section
from app.components.me import require
from app.composition import workplace
from app.views.fairness import attribute_chosen, errors_table, groups_table, how_computed, verdict_box
from app.views.redacted import redacted_line
from core.access.rules import Permission
from core.errors import NotFound
from core.reports.assembling.validation import fairness_tables
from core.reports.charts.fairness import error_rates, impact_ratios
from core.validation.queries import run_page

require(Permission.RECORD_READ)
number = st.query_params.get("run", "")
with workplace().store.reading() as session:
    page = run_page(session, number)
    if page is None:
        raise NotFound("validation run", number)
    tables = fairness_tables(session, page.run, page.evidence)

place_of_head = st.container(gap=None)
chosen = attribute_chosen(tables)
back = Back("model", page.model.name, (("model", page.model.number), ("version", page.version.version)))
with place_of_head:
    head(
        f"Fairness by {chosen.attribute}" if chosen else "Fairness",
        back=back,
        trail=f"v{page.version.version} / {page.run.number} / {page.evidence.number} {page.evidence.filename}",
    )
if chosen is None:
    verdict_box(None, page)
    st.stop()

verdict_box(chosen, page)
redacted_line(page.run)
groups_table(chosen)
left, right = st.columns([3, 2], gap="large")
with left:
    section("Impact ratio against the threshold")
    show(impact_ratios(chosen), key="ratios")
    st.caption(f"{SHAPES_SAID} Bars are 95 % intervals (Katz).")
with right:
    section("Where the errors fall")
    show(error_rates(chosen), key="errors")
    st.caption("Rates with 95 % intervals (Wilson). Dashed line: reference group.")
errors_table(chosen)
how_computed(chosen, page)
