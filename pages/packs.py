"""Regulation packs: those that ship and the organisation's own, with their standing, and the form to publish one."""

from app.components import Back, head, section
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.coverage.packs import NO_ADVICE, packs_table
from app.views.coverage.publishing import added_table, publish_form
from core.access.queries import names
from core.access.rules import Permission
from core.policy.packs.service import known_packs, newest_own

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    packs, own, known = known_packs(session), newest_own(session), names(session)

confirmation()
items = sum(len(pack.items) for pack in packs.values())
late = sum(pack.needs_recheck(at.date()) for pack in packs.values())
due = f" {counted(late, 'pack')} to be read against the sources again." if late else ""
head(
    "Regulation packs",
    f"**{counted(len(packs), 'pack')}, {counted(items, 'item')}.**{due} :gray[{NO_ADVICE}]",
    back=Back("coverage", "Coverage"),
)
packs_table(list(packs.values()), at)
section("The organisation’s own")
added_table(own, known)
publish_form(place, viewer)
