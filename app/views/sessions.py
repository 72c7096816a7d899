"""Where somebody is signed in: one's own sessions, those of a person, and every open one for administrators."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, plain, section, table
from app.components.formats import moment
from app.components.me import Me, me
from app.components.text import link
from app.composition import Workplace, now
from core.access.queries import SessionRow, open_sessions
from core.access.sessions import end_all_sessions, end_session, end_session_refusals

_NOT_SAID = "Not said"


def my_sessions(place: Workplace, mine: Me, at: datetime) -> None:
    """Where I am signed in; any one of them, or all the others, can be ended from here."""
    rows = _open(place, mine.number, at)
    section("Where I am signed in")
    others = [row for row in rows if row.id != mine.session]
    _listed(rows, alt="My open sessions, the newest first", here=mine.session)
    st.caption(_ends_by_itself(place))
    if not others:
        return
    named = {row.id: f"{row.browser or _NOT_SAID}, since {moment(row.opened_at)}" for row in others}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Session", list(named), key="my_session", format_func=named.__getitem__, width=320)
        if act_button("End session", key="end_session", kind="secondary") and chosen:
            with attempt("The session was not ended."):
                end_session(place.store, place.ledger, session_id=chosen, actor=me().actor, at=now())
                st.rerun()
        if act_button(f"End my other sessions ({len(others)})", key="end_other_sessions", kind="secondary"):
            with attempt("The sessions were not ended."):
                _end_all(place, mine.number, but=mine.session)


def sessions_of_person(place: Workplace, viewer: Me, person: str, at: datetime) -> None:
    """Where this person is signed in, for administrators."""
    rows = _open(place, person, at)
    if not rows:
        st.markdown("Not signed in anywhere.")
        return
    _listed(rows, alt=f"Open sessions of {person}, the newest first")
    label = f"End their sessions ({len(rows)})"
    if act_button(label, end_session_refusals(viewer.actor, person), key="end_sessions_of", kind="secondary"):
        with attempt("No session was ended."):
            _end_all(place, person, but=viewer.session)


def every_session(rows: Sequence[SessionRow], known: Mapping[str, str], viewer: Me) -> None:
    """One line a session, linked to its person in the administration."""
    table(
        [
            {
                "Person": link(known.get(row.person, row.person), "/administration", person=row.person),
                "Number": row.person,
                **_line(row, viewer.session),
            }
            for row in rows
        ],
        alt="Open sessions of everybody, the newest first",
        right=("Signed in", "Last seen", "Ends at the latest"),
        unbroken=("Number",),
    )


def _open(place: Workplace, person: str, at: datetime) -> tuple[SessionRow, ...]:
    with place.store.reading() as session:
        return open_sessions(session, person=person, idle=place.settings.session_idle, at=at)


def _listed(rows: Sequence[SessionRow], *, alt: str, here: str = "") -> None:
    table([_line(row, here) for row in rows], alt=alt, right=("Signed in", "Last seen", "Ends at the latest"))


def _line(row: SessionRow, here: str) -> dict[str, str]:
    browser = plain(row.browser) or _NOT_SAID
    return {
        "Browser": f"{browser} (this session)" if row.id == here else browser,
        "Signed in": moment(row.opened_at),
        "Last seen": moment(row.seen_at),
        "Ends at the latest": moment(row.expires_at),
    }


def _ends_by_itself(place: Workplace) -> str:
    idle = place.settings.session_idle
    unused = f" A session that is not used for {int(idle.total_seconds() // 60)} minutes ends too." if idle else ""
    return f"Of a browser its family is kept, and no address of the network.{unused}"


def _end_all(place: Workplace, person: str, *, but: str) -> None:
    end_all_sessions(place.store, place.ledger, person=person, but=but, actor=me().actor, at=now())
    st.rerun()
