"""Break-glass access: read everything for an hour, alerted, on record, and reviewed by somebody else."""

import streamlit as st

from app.components import Back, empty, head, paged, section
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.access_links import way_back
from app.views.break_glass import accesses_table, judgement, open_card, revoke_card, whole_access
from app.views.confirmation import confirmation
from core.access.break_glass.queries import access, access_count, accesses, open_now, pages_opened, to_review
from core.access.queries import names
from core.access.rules import Permission
from core.access.rules.break_glass import sees_every_access
from core.errors import NotFound

viewer = require(Permission.RECORD_READ)
place, at = workplace(), now()
everybody = sees_every_access(viewer.actor)
number = st.query_params.get("access", "")

with place.store.reading() as session:
    known = names(session)
    chosen = access(session, number) if number else None
    pages = pages_opened(session, number) if chosen else ()
    opened = [row for row in open_now(session, at=at) if everybody or row.person == viewer.number]
    waiting = [row for row in to_review(session, at=at) if everybody or row.person == viewer.number]
    whose = "" if everybody else viewer.number
    total = access_count(session, person=whose)

if chosen is not None:
    if not everybody and chosen.person != viewer.number:
        raise NotFound("break-glass access", number)
    head(f"Break-glass access {chosen.number}", back=Back("break_glass", "Break-glass access"))
    confirmation()
    left, right = st.columns([5, 3], gap="large")
    with left:
        whole_access(chosen, pages, known, at)
    with right:
        if chosen.open(at):
            revoke_card(place, viewer, [chosen], known)
        else:
            judgement(place, viewer, chosen, known)
    st.stop()

head(
    "Break-glass access",
    f"**{counted(len(opened), 'access', 'accesses')}** open now, {len(waiting)} waiting for a review. "
    f"{'Everybody’s' if everybody else 'Yours'}, {total} so far.",
    back=way_back(viewer),
)
confirmation()
left, right = st.columns([5, 3], gap="large")
with left:
    if opened:
        section("Open now")
        accesses_table(opened, known, at, alt="Accesses that are open, the newest first")
    if waiting:
        section("Waiting for a review")
        accesses_table(waiting, known, at, alt="Accesses that ended and that nobody reviewed, the oldest first")
    section("All accesses")
    if not total:
        with empty("Nobody has opened break-glass access.", "It is for what your roles do not show and cannot wait."):
            pass
    else:
        with paged(total) as window, place.store.reading() as session:
            listed = accesses(session, person=whose, offset=window.offset, limit=window.limit)
            accesses_table(listed, known, at, alt="Accesses, the newest first")
with right:
    if Permission.PERSON_MANAGE in viewer.actor.permissions:
        revoke_card(place, viewer, opened, known)
    if not viewer.actor.break_glass:
        open_card(place, viewer)
