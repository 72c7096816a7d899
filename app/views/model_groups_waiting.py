"""Models that wait to join a group which a sensitive role reaches: listed, let in or declined."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, plain, section, table
from app.components.formats import counted, day
from app.components.me import Me
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.inventory.groups.confirming import (
    against_confirming_members,
    against_declining_members,
    confirm_members,
    decline_members,
)
from core.inventory.groups.queries import AskedMembersRow


def waiting_members(
    place: Workplace, viewer: Me, rows: Sequence[AskedMembersRow], known: Mapping[str, str], at: datetime
) -> None:
    """Models that wait for a second administrator, and the card on which they are let in."""
    section("Waiting for a second administrator")
    left, right = st.columns([5, 3], gap="large")
    with left:
        table(
            [
                {
                    "Request": row.number,
                    "Group": link(row.group, "/model_groups", group=row.group),
                    "Models": plain(_some(row.models)),
                    "Why": plain(row.reason),
                    "Asked by": plain(known.get(row.asked_by, row.asked_by)),
                    "Expires": day(row.expires_at, today=at),
                }
                for row in rows
            ],
            alt="Models that wait to join a group that a sensitive role reaches, the next to expire first",
            right=["Expires"],
            unbroken=["Request", "Group"],
        )
    with right, st.container(border=True):
        section("Confirm or decline")
        listed = {row.number: row for row in rows}
        chosen = st.selectbox(
            "Request that waits", list(listed), key="members_choice",
            format_func=lambda one: f"{one}, {counted(len(listed[one].models), 'model')} for {listed[one].group}",
        )  # fmt: skip
        own = listed[chosen].asked_by == viewer.number
        reason = st.text_input("Reason, where you decline", key="members_reason", max_chars=1000)
        with place.store.reading() as session:
            against = against_confirming_members(session, chosen, viewer.actor, at=now())
            against_no = against_declining_members(session, chosen, viewer.actor, at=now())
        with st.container(horizontal=True):
            confirmed = act_button("Let them in", against, key="confirm_members")
            declined = act_button(
                "Take it back" if own else "Decline", against_no, key="decline_members", kind="secondary"
            )
    if confirmed:
        with attempt("The models were not let in."):
            confirm_members(place.store, place.ledger, asked=chosen, actor=viewer.actor, at=now())
            confirm_next(f"{counted(len(listed[chosen].models), 'model')} joined {listed[chosen].group}.")
            st.rerun()
    if declined:
        with attempt("Nothing was declined."):
            decline_members(place.store, place.ledger, asked=chosen, reason=reason, actor=viewer.actor, at=now())
            confirm_next(f"{chosen} was {'taken back' if own else 'declined'}.")
            st.rerun()


def _some(numbers: Sequence[str]) -> str:
    return ", ".join(numbers[:6]) + (f" and {len(numbers) - 6} more" if len(numbers) > 6 else "")
