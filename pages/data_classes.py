"""Data of a dataset or model, column by column: what it is, what for, and how long it is kept; or every record."""

import streamlit as st

from app.components import Back, head, plain
from app.components.me import require
from app.composition import now, workplace
from app.views import field_history
from app.views.confirmation import confirmation
from app.views.data_classes.deciding import decide_section
from app.views.data_classes.holders import holders_list
from app.views.data_classes.listing import columns_section
from app.views.data_classes.terms import terms_section
from core.access.queries import names
from core.access.rules import Permission
from core.inventory.classes.queries import holder_entity, terms_of

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
holder = st.query_params.get("of", "")
if not holder:
    said = ":gray[Datasets and models whose columns are known, those with most missing first]"
    head("Classes of data", said, back=Back("processing", "Records of processing"))
    confirmation()
    holders_list(place)
    st.stop()
with place.store.reading() as session:
    entity, name, owner = holder_entity(session, holder)
    known, terms = names(session), terms_of(session, holder)
of_model = entity.kind == "model"
head(
    "Data of " + name,
    f":gray[{holder}; owner] {plain(known.get(owner, owner))}",
    back=Back("production_data", "Production data", (("model", holder),))
    if of_model
    else Back("part", name, (("part", holder),)),
)
confirmation()
if columns_section(place, holder, known, at):
    decide_section(place, viewer, holder, terms.revision)
terms_section(place, viewer, holder, of_model, terms, known, at)
field_history.show(place, holder, known)
