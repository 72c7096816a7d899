"""Search: everything in the inventory that a few words find, best match first, with the place where they stand."""

import streamlit as st

from app.components import Back, clear_filters, empty, filter_row, head, paged, plain
from app.components.filters import ALL, choose, search
from app.components.me import require
from app.composition import workplace
from app.views.search import first_line, results_table
from core.access.rules import Permission
from core.inventory.queries import FoundKind, find

require(Permission.RECORD_READ)
place = workplace()

head("Search", back=Back("inventory", "Inventory"))
with filter_row():
    text = search("Words", placeholder="Names, numbers, text", width=320)
    chosen = choose("Kind", list(FoundKind), key="kind", width=170)
    clear_filters({"search": "", "kind": ALL})
kind = FoundKind(chosen) if chosen else None

if not text:
    with empty("Nothing is searched yet.", "Type the beginnings of words: every one of them must be found."):
        st.stop()
with place.store.reading() as session:
    first = find(session, text, kind=kind, limit=1, offset=0)
if first.total:
    st.markdown(first_line(first))
    with paged(first.total, more=first.more) as window, place.store.reading() as session:
        results_table(find(session, text, kind=kind, limit=window.limit, offset=window.offset).rows)
else:
    with empty(f"Nothing matches “{plain(text)}”.", "Words match by their beginnings; fewer words find more."):
        pass
