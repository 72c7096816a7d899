"""What the pages of access reviews show: reviews with their progress, grants under review, and the answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, plain, section, status, table
from app.components.formats import count, day
from app.components.me import Me
from app.components.status import word
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.reviewing.queries import ItemRow, ReviewRow
from core.access.reviewing.service import against_answering, against_opening, answer_for, open_access_review
from core.access.rules import SYSTEM


def reviews_table(rows: Sequence[ReviewRow], at: datetime) -> None:
    """One row a review, the newest first."""
    table(
        [
            {
                "Review": link(row.number, "/access_review", review=row.number),
                "Opened": day(row.opened_at, today=at),
                "Due": day(row.due_at, today=at),
                "Grants": count(row.items),
                "Not answered": count(row.open_items),
                "Outcome": _outcome(row),
                "State": status(row.state(at)),
            }
            for row in rows
        ],
        alt="Access reviews, the newest first, with progress and what became of the grants",
        right=["Opened", "Due", "Grants", "Not answered"],
        unbroken=["Review"],
    )


def _outcome(row: ReviewRow) -> str:
    """“28 kept, 2 withdrawn”: what became of the grants that were answered or whose time ran out."""
    counts = {"kept": row.kept, "withdrawn": row.withdrawn, "expired": row.expired, "escalated": row.escalated}
    return ", ".join(f"{count(number)} {what}" for what, number in counts.items() if number)


def open_card(place: Workplace, viewer: Me, opens: datetime | None, at: datetime) -> None:
    """When the next review opens by itself, and the button that opens one earlier."""
    with place.store.reading() as session:
        against = against_opening(session, viewer.actor)
    with st.container(border=True):
        section("The next review")
        when = "once there is a grant" if opens is None else "now" if opens <= at else f"on {day(opens, today=at)}"
        st.markdown(f"A review opens by itself {when}, every {place.settings.access_review.days} days.")
        if act_button("Open a review now", against, key="open_review", kind="secondary"):
            with attempt("No review was opened."):
                number = open_access_review(place.store, place.ledger, actor=viewer.actor, at=now())
                confirm_next(f"{number} was opened.")
                st.rerun()


def items_table(rows: Sequence[ItemRow], known: Mapping[str, str], at: datetime) -> None:
    """One row a grant, what is not answered first."""
    table(
        [
            {
                "Person": plain(known.get(row.person, row.person)),
                "Role": word(row.role),
                "Reach": plain(row.reach),
                "Why": plain(f"{row.reason} ({row.remark})" if row.remark else row.reason),
                "Given by": plain(_givers(row, known)),
                "Since": day(row.granted_at, today=at),
                "Last used": day(row.used_at, today=at),
                "Answer": _answer(row),
            }
            for row in rows
        ],
        alt="Grants under review, what is not answered first, with person, role, reach, reason and last use",
        right=["Since", "Last used"],
    )


def answer_card(
    place: Workplace, viewer: Me, review: ReviewRow, rows: Sequence[ItemRow], known: Mapping[str, str]
) -> None:
    """Keep or withdraw grants of this page, several for one reason; only those that the viewer may answer for."""
    with st.container(border=True):
        section("Answer")
        if review.closed_at is not None:
            st.markdown(f"{status('Closed')} on {day(review.closed_at)}. Answers stand as they are.")
            return
        with place.store.reading() as session:
            mine = {
                row.id: row for row in rows
                if row.answer is None and not against_answering(session, row.id, viewer.actor, keep=True, at=now())
            }  # fmt: skip
        if not mine:
            st.markdown("None of the grants on this page waits for you: they are answered, or you hold or gave them.")
            return
        chosen = st.multiselect(
            "Grants", list(mine), key="answered_items", placeholder="Choose one or several",
            format_func=lambda one: f"{word(mine[one].role)}, {known.get(mine[one].person, mine[one].person)}",
        )  # fmt: skip
        reason = st.text_area("Reason, the same for all of them", key="answer_reason", max_chars=1000, height=90)
        with st.container(horizontal=True):
            kept = act_button("Keep", key="keep_grants")
            withdrawn = act_button("Withdraw", key="withdraw_grants", kind="secondary")
    if kept or withdrawn:
        with attempt("Nothing was answered."):
            answer_for(
                place.store, place.ledger, review=review.number, items=chosen, keep=kept, reason=reason,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"{len(chosen)} {'kept' if kept else 'withdrawn'}.")
            st.rerun()


def _givers(row: ItemRow, known: Mapping[str, str]) -> str:
    giver = "the system" if row.granted_by == SYSTEM.id else known.get(row.granted_by, row.granted_by)
    return f"{giver}, {known.get(row.confirmed_by, row.confirmed_by)}" if row.confirmed_by else giver


def _answer(row: ItemRow) -> str:
    return status("Waiting") if row.answer is None else status(row.answer)
