"""My work: what waits for the reader in all their roles, what ends soon, and what they asked of others."""

from app.components import head, section
from app.components.me import me
from app.composition import now, workplace
from app.views.my_work import aside, first_line, nothing_waits, waiting_table
from app.work import work_of

MOST = 50

viewer, place, at = me(), workplace(), now()
with place.store.reading() as session:
    work = work_of(session, viewer.actor, at)

head("My work", first_line(work, viewer.actor.roles, at))
if work.waiting:
    section("Waiting for me")
    waiting_table(work.waiting[:MOST], at)
else:
    nothing_waits(viewer.actor.roles)
if work.expiring or work.asked or work.waiting:
    aside(work, at)
