"""Events: the files of inferences, pipeline steps and user activity, how many there are, and the way to each."""

from app.components import Back, empty, facts_line, head, paged, section
from app.components.formats import count, counted, moment
from app.components.me import require
from app.composition import now, workplace
from app.views.events import batches_table, find_form, narrowed_by, volume_chart
from core.access.rules import Permission
from core.ledger.batches.queries import ANY, batches, choices, volume
from core.policy.events_kept import kept_for

require(Permission.LEDGER_READ)
place, at = workplace(), now()
with place.store.reading() as session:
    held, kept = choices(session), kept_for(session, at=at)
    everything, newest = volume(session), batches(session, limit=1)

line = f"**{counted(sum(one.rows for one in everything), 'event')}** in {counted(newest.total, 'file')}."
latest = f":gray[The newest recorded] {moment(newest.rows[0].recorded_at)}" if newest.rows else ""
head("Events", facts_line(line, latest, f":gray[Kept for] {count(kept.days)} days"), back=Back("ledger", "Ledger"))
if not newest.total:
    with empty(
        "No event is on record.",
        "Pipelines hand them in by PUT /api/events, files go in by countersign events submit FILE.",
    ):
        pass
else:
    find_form()
    wanted = narrowed_by(held)
    with place.store.reading() as session:
        total = batches(session, wanted, limit=1).total
        found = everything if wanted == ANY else volume(session, wanted)
    if not total:
        with empty("No event matches.", "Take a filter back to see more of them."):
            pass
    else:
        volume_chart(found)
        section("Files")
        with paged(total) as window, place.store.reading() as session:
            rows = batches(session, wanted, limit=window.limit, offset=window.offset).rows
            batches_table(rows, kept)
