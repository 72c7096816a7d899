"""Upload: hand in predictions for a version, say what the columns mean, and start the validation."""

import streamlit as st

from app.components import Back, head, plain
from app.components.me import require
from app.composition import workplace
from app.views.upload import (
    choose_file,
    columns_table,
    declare_personal_data,
    hand_in_form,
    not_accepted,
    refused_before,
)
from app.views.upload_columns import declare_meaning
from core.access.rules import Permission
from core.inventory.queries import model_page

viewer = require(Permission.EVIDENCE_UPLOAD)
place = workplace()
query = st.query_params
with place.store.reading() as session:
    page = model_page(session, query.get("model", ""), query.get("version"))
if page.version is None:
    st.stop()

back = Back("model", page.model.name, (("model", page.model.number), ("version", page.version.version)))
head(
    "Hand in predictions",
    f"For **{plain(page.model.name)} v{page.version.version}**: one row a case of the test data, as CSV or Parquet. "
    ":gray[What was handed in before stays on record and is replaced.]",
    back=back,
    trail=f"{page.model.number} / v{page.version.version}",
)
if refused_before(place, viewer, page.version):
    st.stop()
chosen = choose_file(place)
if chosen is None:
    st.stop()
if chosen.inspection is None:
    not_accepted(chosen)
    st.stop()

columns_table(chosen.inspection)
left, right = st.columns(2, gap="large")
with left:
    mapping = declare_meaning(chosen.inspection)
with right:
    declared = declare_personal_data(chosen.inspection, mapping)
    hand_in_form(place, viewer, page, chosen, mapping, declared)
