"""What the page of break-glass access shows: open one, those that are open, those that wait, and one whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, empty, facts, paragraphs, plain, section, status, table
from app.components.formats import NOTHING, count, moment
from app.components.me import Me
from app.components.signing import against_signing, prove, signature
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.break_glass.queries import AccessRow, PageRow
from core.access.break_glass.service import (
    against_ending,
    against_opening,
    against_reviewing,
    end_break_glass,
    open_break_glass,
    review_break_glass,
)
from core.access.rules.break_glass import LENGTH, MOST, SHORTEST_REASON

MINUTES = int(LENGTH.total_seconds() // 60)
MEANING = "I need to read what my roles do not show me, for the reason given"


def accesses_table(rows: Sequence[AccessRow], known: Mapping[str, str], at: datetime, *, alt: str) -> None:
    """One row an access, linked to the page that shows it whole."""
    table(
        [
            {
                "Access": link(row.number, "/break_glass", access=row.number),
                "Person": plain(known.get(row.person, row.person)),
                "Why": plain(row.reason),
                "Opened": moment(row.opened_at),
                "Pages": count(row.pages),
                "State": status(row.state(at)),
            }
            for row in rows
        ],
        alt=alt,
        right=["Opened", "Pages"],
        unbroken=["Access"],
    )


def open_card(place: Workplace, viewer: Me) -> None:
    """The form that opens an access, with what it means."""
    with place.store.reading() as session:
        against = against_opening(session, viewer.actor, at=now())
    with st.container(border=True):
        section("Open break-glass access")
        st.markdown(
            f"For {MINUTES} minutes you read every record, and do nothing but read. People are alerted at once, "
            f"each page you open goes on record, and somebody else reviews the access afterwards. At most {MOST} in "
            "24 hours."
        )
        reason = st.text_area(
            f"Reason, at least {SHORTEST_REASON} characters", key="break_glass_reason", max_chars=1000, height=90
        )
        signature(place, viewer, key="break_glass", meaning=MEANING)
        if act_button("Open access", (*against, *against_signing(place, viewer)), key="open_break_glass"):
            with attempt("No access was opened."):
                signer = prove(place, key="break_glass")
                number = open_break_glass(
                    place.store, place.ledger, reason=reason, session_id=signer.session, actor=signer.actor, at=now()
                )
                confirm_next(f"{number} is open for {MINUTES} minutes. People were alerted.")
                st.rerun()


def revoke_card(place: Workplace, viewer: Me, rows: Sequence[AccessRow], known: Mapping[str, str]) -> None:
    """For administrators: end somebody's access at once."""
    others = {row.number: row for row in rows if row.person != viewer.number}
    if not others:
        return
    with st.container(border=True):
        section("Revoke an access")
        chosen = st.selectbox(
            "Access", list(others), key="revoke_access",
            format_func=lambda number: f"{number}, {known.get(others[number].person, others[number].person)}",
        )  # fmt: skip
        reason = st.text_input("Reason, kept in the ledger", key="revoke_reason", max_chars=1000)
        with place.store.reading() as session:
            against = against_ending(session, chosen, viewer.actor, at=now())
        if act_button("Revoke access", against, key="revoke_break_glass", kind="secondary"):
            with attempt("The access was not revoked."):
                end_break_glass(place.store, place.ledger, access=chosen, reason=reason, actor=viewer.actor, at=now())
                confirm_next(f"{chosen} was revoked.")
                st.rerun()


def whole_access(row: AccessRow, pages: Sequence[PageRow], known: Mapping[str, str], at: datetime) -> None:
    """One access: who, why, until when, which pages were opened."""
    section("What was opened")
    ended = (
        NOTHING if row.open(at) else f"By {plain(known.get(row.ended_by, row.ended_by))}" if row.ended_by else "By time"
    )
    facts(
        {
            "Person": plain(known.get(row.person, row.person)),
            "Acting as": plain(row.roles),
            "Reason": paragraphs(row.reason),
            "Opened": moment(row.opened_at),
            "Ends" if row.open(at) else "Ended": moment(row.ends_at),
            "How it ended": ended,
            **({"Reason of its end": paragraphs(row.end_reason)} if row.end_reason else {}),
            "State": status(row.state(at)),
        },
        alt=f"Break-glass access {row.number}",
    )
    section("Pages opened under it")
    if not pages:
        with empty("No page was opened under it.", "Each page is noted once a minute while the access is open."):
            return
    table(
        [{"Page": plain(page.page), "First in this minute": moment(page.at)} for page in pages],
        alt=f"Pages opened under {row.number}, in their order",
        right=["First in this minute"],
    )


def judgement(place: Workplace, viewer: Me, row: AccessRow, known: Mapping[str, str]) -> None:
    """The review of an access: as it was given, or the form for it."""
    with st.container(border=True):
        section("Review")
        if row.sound is not None:
            st.markdown(
                f"{status(row.state(now()))} by {plain(known.get(row.reviewed_by or '', row.reviewed_by))}, "
                f"{moment(row.reviewed_at)}"
            )
            st.markdown(paragraphs(row.review))
            return
        with place.store.reading() as session:
            against = against_reviewing(session, row.number, viewer.actor, at=now())
        st.markdown("Was it right to open it, and was only that read which the reason called for?")
        text = st.text_area("Grounds, kept in the ledger", key="access_review_text", max_chars=4000, height=110)
        with st.container(horizontal=True):
            sound = act_button("Sound", against, key="access_sound")
            not_sound = act_button("Not sound", against, key="access_not_sound", kind="secondary")
        if sound or not_sound:
            with attempt("The review was not recorded."):
                review_break_glass(
                    place.store, place.ledger, access=row.number, sound=sound, text=text, actor=viewer.actor, at=now()
                )
                confirm_next(
                    "The review was recorded." if sound else "The review was recorded, and people are alerted."
                )
                st.rerun()
