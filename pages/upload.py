"""Upload: hand in evidence for a version, say what the columns mean, and start the validation."""

import streamlit as st

from app.components import Back, head, plain
from app.components.me import require
from app.composition import workplace
from app.views.confirmation import confirmation
from app.views.upload import at_hand_table, choose_file, choose_kind, not_accepted, read_at_hand, refused_before
from app.views.upload_acts import hand_in_form
from app.views.upload_columns import declare_meaning, form_places, known_beside
from app.views.upload_found import as_decided, declare_personal_data, show_found
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
    "Hand in evidence",
    f"For **{plain(page.model.name)} v{page.version.version}**. "
    ":gray[A new file replaces the one of its kind; that stays on record.]",
    back=back,
    trail=f"{page.model.number} / v{page.version.version}",
)
confirmation()
if refused_before(place, viewer, page.version):
    st.stop()
held = read_at_hand(place, page.version)
asked, answered = st.columns(2, gap="large")
with asked:
    kind = choose_kind()
with answered:
    at_hand_table(page, held)
    chosen = choose_file(place, kind, held)
if chosen is None:
    st.stop()
if chosen.inspection is None:
    not_accepted(chosen)
    st.stop()

chosen, inspection = as_decided(place, page, chosen, chosen.inspection)
show_found(chosen, inspection)
left, right = form_places(kind)
with left:
    mapping = declare_meaning(inspection, kind, known_beside(place, page.model, held))
with right:
    declared = declare_personal_data(inspection, mapping)
    hand_in_form(place, viewer, page, chosen, mapping, declared)
