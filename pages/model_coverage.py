"""Coverage of a model: for each pack that applies, what is shown, what is missing, and what ends when."""

import streamlit as st

from app.components import empty, plain
from app.components.me import require
from app.composition import now, workplace
from app.views.coverage.export import model_address
from app.views.coverage.model import draw_head, pack_section
from app.views.coverage.picture import coverage_bars
from app.views.exports.preset import report_link
from core.access.rules import Permission
from core.coverage.reading import model_coverage

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
model, version = st.query_params.get("model", ""), st.query_params.get("version")
with place.store.reading() as session:
    found = model_coverage(session, model, at=at, version=version)

draw_head(found)
for one in found.unknown:
    st.warning(f"The model names a pack {plain(one)} that there is not.", icon=":material/warning:")
if not found.packs:
    with empty("No regulation pack applies to this model.", "Packs are chosen in its record, from its answers."):
        pass
    st.stop()

ids = [one.pack.id for one in found.packs]
if len(ids) > 1:
    coverage_bars({one.pack.id: one.counts for one in found.packs}, {}, key="model_bars")
chosen = st.selectbox("Pack", ids, key="pack", bind="query-params", width=260)
pack_section(found, next(one for one in found.packs if one.pack.id == chosen), at)
st.markdown(f"[Export as CSV]({model_address(model, found.version.version if found.version else None)})")
report_link(viewer, "coverage", "Export regulation coverage", model=model)
