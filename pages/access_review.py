"""One access review: its grants, what was answered for them, and the answers that are still due."""

import streamlit as st

from app.components import (
    Back,
    choose,
    clear_filters,
    empty,
    fact,
    facts_line,
    filter_row,
    head_with_actions,
    paged,
    search,
    status,
)
from app.components.formats import count, moment
from app.components.me import require
from app.composition import now, workplace
from app.views.access_reviews import answer_card, items_table
from app.views.confirmation import confirmation
from core.access.queries import names
from core.access.reviewing.queries import NOBODY_YET, ItemFilter, ItemRow, item_count, items, review
from core.access.rules import Permission, Role
from core.access.rules.reviewing import Answered

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()
number = st.query_params.get("review", "")

with place.store.reading() as session:
    whole, known = review(session, number), names(session)

done = whole.items - whole.open_items
line = facts_line(
    status(whole.state(at)),
    fact("Answered", f"{count(done)} of {count(whole.items)}"),
    fact("Opened", moment(whole.opened_at)),
    fact("Due", moment(whole.due_at)),
)
actions = head_with_actions(f"Access review {whole.number}", line, back=Back("access_reviews", "Access reviews"))
if Permission.EXPORT_MAKE in viewer.actor.permissions:
    actions.link_button("Download as CSV", f"/exports/access-reviews/{whole.number}.csv")
confirmation()
st.progress(done / whole.items if whole.items else 1.0, text=f"{count(whole.open_items)} not answered")
with filter_row():
    role = choose("Role", list(Role), key="role")
    answer = choose("Answer", [NOBODY_YET, *Answered], key="answer")
    who = search("Person", key="who", placeholder="Number, P0001", width=160)
    clear_filters({"role": "All", "answer": "All", "who": ""})
narrowed = ItemFilter(Role(role) if role else None, answer or "", who)
with place.store.reading() as session:
    total = item_count(session, whole.number, narrowed)
    shown: tuple[ItemRow, ...] = ()
    if not total:
        with empty("No grant of this review matches.", "Clear the filters."):
            pass
    else:
        with paged(total) as window:
            shown = items(session, whole.number, narrowed, offset=window.offset, limit=window.limit)
            items_table(shown, known, at)
answer_card(place, viewer, whole, shown, known)
