"""Records of processing (GDPR 30), impact assessments (35) and bias-test data (AI Act 4a): all models, or one."""

import streamlit as st

from app.components import head, paged
from app.components.me import require
from app.composition import now, workplace
from app.navigation import page_file
from app.views.confirmation import confirmation
from app.views.processing.listing import models_table, said_in_short, section_of_bias_data
from app.views.processing.one import chosen_kind, form, gaps, need, paper_head, text_of, versions
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.bias_data.service import purposes
from core.inventory.queries import datasets
from core.privacy.processing.service import paper, paper_lines

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
model = st.query_params.get("model", "")
if model:
    kind = chosen_kind(st.query_params.get("paper", "record"))
    with place.store.reading() as session:
        shown, known = paper(session, model, kind, at=at), names(session)
    paper_head(shown)
    confirmation()
    row = st.container(horizontal=True)
    for word, label in (("record", "Record of processing"), ("assessment", "Impact assessment")):
        row.page_link(page_file("processing"), label=label, query_params={"model": model, "paper": word})
    need(shown)
    left, right = st.columns([5, 4], gap="large")
    with left:
        gaps(shown)
        text_of(shown)
        versions(shown, dict(known))
    with right:
        form(place, viewer, shown)
    st.stop()

with place.store.reading() as session:
    held = purposes(session)
    known = {one.number: f"{one.name} {one.version}" for one in datasets(session)}
    first, total = paper_lines(session, limit=1, offset=0)
head("Records of processing")
confirmation()
with paged(total) as window, place.store.reading() as session:
    lines, total = paper_lines(session, limit=window.limit, offset=window.offset)
    st.markdown(said_in_short(lines, total, held, at))
    if lines:
        models_table(lines)
section_of_bias_data(place, viewer, held, known)
