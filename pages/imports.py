"""Import: bring models in from a table or from MLflow, and see what nobody registered."""

import streamlit as st

from app.components import Back, head
from app.components.formats import counted
from app.components.me import require
from app.composition import workplace
from app.views.confirmation import confirmation
from app.views.imports.files import file_tab
from app.views.imports.lists import differences_tab, discoveries_tab, made_tab
from app.views.imports.servers import servers_tab
from core.access.rules import Permission
from core.inventory.importing.queries import differences, discoveries

TABS = ("File", "MLflow", "Differences", "Not registered", "Made")

viewer, place = require(Permission.RECORD_READ), workplace()
with place.store.reading() as session:
    differing = differences(session, limit=1, offset=0).total
    unknown = discoveries(session, limit=1, offset=0).total
head(
    "Import",
    f"{counted(differing, 'difference')} to decide on, {counted(unknown, 'model')} seen and not registered. "
    ":gray[An import is shown first, then made whole or not at all.]",
    back=Back("inventory", "Inventory"),
)
confirmation()
on_file, on_mlflow, on_differences, on_discoveries, on_made = st.tabs(TABS, key="tab", bind="query-params")
if on_file.open:
    with on_file:
        file_tab(place, viewer)
if on_mlflow.open:
    with on_mlflow:
        servers_tab(place, viewer)
if on_differences.open:
    with on_differences:
        differences_tab(place, viewer)
if on_discoveries.open:
    with on_discoveries:
        discoveries_tab(place, viewer)
if on_made.open:
    with on_made:
        made_tab(place)
