"""Sessions: everybody who is signed in at this moment, for administrators."""

from app.components import Back, empty, head, paged
from app.components.formats import counted
from app.components.me import require
from app.composition import now, workplace
from app.views.sessions import every_session
from core.access.queries import names, open_sessions, open_sessions_count
from core.access.rules import Permission

viewer = require(Permission.PERSON_MANAGE)
place, at = workplace(), now()
idle = place.settings.session_idle

with place.store.reading() as session:
    total, known = open_sessions_count(session, idle=idle, at=at), names(session)

head(
    "Sessions",
    f"**{counted(total, 'open session')}**, the newest first. A person's card in the administration ends theirs.",
    back=Back("administration", "Administration"),
)
if not total:
    with empty("Nobody is signed in.", "Sessions appear here as people sign in."):
        pass
else:
    with paged(total, key="sessions_page") as window, place.store.reading() as session:
        every_session(open_sessions(session, idle=idle, at=at, offset=window.offset, limit=window.limit), known, viewer)
