"""The time line of a model: everything from the cycle in one list, to filter by kind."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import empty, paged, plain, table
from app.components.formats import NOTHING, counted, moment
from app.components.status import word
from app.components.text import link
from app.composition import Workplace
from app.views.model_reading import Reading
from app.views.production import MOST, picture
from core.approval.rollout.timeline import Happening, TimelineRow, timeline
from core.inventory.deployments.queries import stays
from core.inventory.deployments.rules import PRODUCTION

SAID = {
    (Happening.VERSION, "registered"): "Version registered",
    (Happening.CODE, "reported"): "Code reported",
    (Happening.RUN, "started"): "Validation started",
    (Happening.RUN, "concluded"): "Validation concluded",
    (Happening.FINDING, "raised"): "Finding raised",
    (Happening.FINDING, "closed"): "Finding closed",
    (Happening.CHANGE, "requested"): "Change requested",
    (Happening.CHANGE, "decided"): "Change decided",
    (Happening.VOTE, "cast"): "Vote cast",
    (Happening.DEPLOYMENT, "moved"): "Brought in",
    (Happening.DEPLOYMENT, "ended"): "Taken out",
    (Happening.RESTRICTION, "in force"): "Use restricted",
    (Happening.RESTRICTION, "lifted"): "Restriction lifted",
    (Happening.DRILL, "rehearsed"): "Return rehearsed",
}


def time_line(place: Workplace, reading: Reading, at: datetime) -> None:
    """Which version was in production when, then everything newest first; the kinds that are chosen, or all."""
    with place.store.reading() as session:
        stood = stays(session, reading.model.number, environment=PRODUCTION, limit=MOST).rows
    if stood:
        picture(stood, PRODUCTION, at)
    chosen = st.pills(
        "Show", list(Happening), selection_mode="multi", format_func=word, key="kinds", label_visibility="collapsed"
    )
    kinds = [Happening(one) for one in chosen or ()]
    with place.store.reading() as session:
        total = timeline(session, reading.model.number, kinds=kinds, limit=1).total
    if not total:
        with empty("Nothing of this kind happened.", "Choose another kind above, or none for everything."):
            return
    st.markdown(f":gray[{counted(total, 'event')}, newest first]")
    with paged(total, key="line") as window, place.store.reading() as session:
        found = timeline(session, reading.model.number, kinds=kinds, limit=window.limit, offset=window.offset)
        rows: list[Mapping[str, str]] = [_row(reading, row) for row in found.rows]
        table(rows, alt="What happened to this model, newest first", right=["When"], unbroken=["Who", "Version"])


def _row(reading: Reading, row: TimelineRow) -> Mapping[str, str]:
    return {
        "When": moment(row.at),
        "What": SAID[row.kind, row.act],
        "About": _subject(reading, row),
        "Version": f"v{row.version}" if row.version else NOTHING,
        "Says": plain(word(row.says)) if row.kind is not Happening.CODE else plain(row.says[:12]),
        "Who": plain(reading.name_of(row.person)) if row.person else NOTHING,
    }


def _subject(reading: Reading, row: TimelineRow) -> str:
    if not row.subject:
        return NOTHING
    match row.kind:
        case Happening.CHANGE | Happening.VOTE | Happening.RESTRICTION:
            return link(row.subject, "/approval", change=row.subject)
        case Happening.RUN:
            return link(row.subject, "/report", run=row.subject)
        case Happening.VERSION:
            return link(f"v{row.subject}", "/model", model=reading.model.number, version=row.subject)
        case _:
            return plain(row.subject)
