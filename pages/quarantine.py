"""Quarantine: rows of models that nobody registered, and rows that controls refused, until a person decides."""

from app.components import Back, head, paged
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.monitoring.quarantine import decide_card, nothing_held, quarantine_table, shown
from core.access.queries import names
from core.access.rules import Permission
from core.monitoring.controls.queries import quarantine
from core.monitoring.controls.rules import HeldStatus

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
with place.store.reading() as session:
    waiting, known = quarantine(session, viewer.actor, limit=1).total, names(session)
head(
    "Quarantine",
    f"**{counted(waiting, 'lot')} of rows {'waits' if waiting == 1 else 'wait'} for a decision.** "
    ":gray[Nothing of what came is lost.]"
    if waiting
    else "**Nothing waits for a decision.**",
    back=Back("outputs", "Outputs for review"),
)
confirmation()
status = shown()
with place.store.reading() as session:
    total = quarantine(session, viewer.actor, status=status, limit=1).total
if not total:
    nothing_held(status)
else:
    with paged(total) as window, place.store.reading() as session:
        rows = quarantine(session, viewer.actor, status=status, limit=window.limit, offset=window.offset).rows
        quarantine_table(rows, known)
    if status is HeldStatus.HELD:
        decide_card(place, viewer, rows, at)
