"""What the page of grants shows: those that wait, those in force or ended, unused accounts, delegations."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, plain, section, status, table
from app.components.formats import NOTHING, day
from app.components.me import Me
from app.components.status import word
from app.components.text import link
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.delegations import DelegationRow
from core.access.dormant.queries import Unused
from core.access.granted import GrantRecord
from core.access.grants_asked.queries import AskedRow
from core.access.grants_asked.service import against_confirming, against_declining, confirm_grant, decline_grant
from core.access.rules import SYSTEM, Permission
from core.access.rules.dormancy import Use

BASES = {
    "identity provider": "identity provider", "only administrator": "the only administrator",
    "installation": "the installation",
}  # fmt: skip


def waiting_table(rows: Sequence[AskedRow], known: Mapping[str, str], at: datetime) -> None:
    """Grants that wait for a second administrator, the next to expire first."""
    table(
        [
            {
                "Grant": row.number,
                "Person": plain(known.get(row.person, row.person)),
                "Role": word(row.role),
                "Reach": plain(row.reach.words),
                "Why": plain(row.reason),
                "Asked by": plain(known.get(row.asked_by, row.asked_by)),
                "Expires": day(row.expires_at, today=at),
            }
            for row in rows
        ],
        alt="Grants that wait for a second administrator, the next to expire first",
        right=["Expires"],
        unbroken=["Grant"],
    )


def decide_card(place: Workplace, viewer: Me, rows: Sequence[AskedRow], known: Mapping[str, str]) -> None:
    """Confirm or decline one of them; every reason against it is the button's help."""
    if not rows or Permission.GRANT_CONFIRM not in viewer.actor.permissions:
        return
    listed = {row.number: row for row in rows}
    with st.container(border=True):
        section("Confirm or decline")
        chosen = st.selectbox(
            "Grant that waits", list(listed), key="asked_choice",
            format_func=lambda one: f"{one}, {word(listed[one].role)} for {known.get(listed[one].person, '')}",
        )  # fmt: skip
        own = listed[chosen].asked_by == viewer.number
        reason = st.text_input("Reason, where you decline", key="decline_reason", max_chars=1000)
        with place.store.reading() as session:
            against = against_confirming(session, chosen, viewer.actor, at=now())
            against_no = against_declining(session, chosen, viewer.actor, at=now())
        with st.container(horizontal=True):
            confirmed = act_button("Confirm grant", against, key="confirm_grant")
            label = "Take it back" if own else "Decline grant"
            declined = act_button(label, against_no, key="decline_grant", kind="secondary")
    if confirmed:
        with attempt("The grant was not confirmed."):
            confirm_grant(place.store, place.ledger, grant=chosen, actor=viewer.actor, at=now())
            confirm_next(f"{chosen} is in force.")
            st.rerun()
    if declined:
        with attempt("The grant was not declined."):
            decline_grant(place.store, place.ledger, grant=chosen, reason=reason, actor=viewer.actor, at=now())
            confirm_next(f"{chosen} was {'taken back' if own else 'declined'}.")
            st.rerun()


def grants_table(rows: Sequence[GrantRecord], known: Mapping[str, str], at: datetime, *, manages: bool) -> None:
    """One row a grant; names lead to the person's card for who administers."""
    table(
        [
            {
                "Person": link(row.name, "/administration", person=row.person) if manages else plain(row.name),
                "Role": word(row.role),
                "Reach": plain(row.reach.words),
                "Why": plain(row.reason),
                "By": plain(_givers(row, known)),
                "Since": day(row.granted_at, today=at),
                "Until": day(row.withdrawn_at or row.ends_at, today=at),
                "State": _state(row, at),
            }
            for row in rows
        ],
        alt="Grants with person, role, reach, reason, who gave and confirmed them, and until when",
        right=["Since", "Until"],
    )


def _state(row: GrantRecord, at: datetime) -> str:
    return status("Conflict") if row.pairs and row.withdrawn_at is None else status(row.state(at))


def _givers(row: GrantRecord, known: Mapping[str, str]) -> str:
    if row.basis in BASES and row.granted_by == SYSTEM.id:
        return BASES[row.basis]
    giver = "the system" if row.granted_by == SYSTEM.id else known.get(row.granted_by, row.granted_by)
    if row.confirmed_by:
        return f"{giver}, confirmed by {known.get(row.confirmed_by, row.confirmed_by)}"
    return f"{giver}, {BASES[row.basis]}" if row.basis in BASES else giver


def pairs_notice(rows: Sequence[GrantRecord]) -> None:
    """Say which people hold roles that may not meet, and why that is harmless."""
    pairs = {row.person: (row.name, row.pairs) for row in rows if row.pairs and row.withdrawn_at is None}
    if not pairs:
        return
    said = "; ".join(f"{plain(name)} ({', '.join(held)})" for name, held in pairs.values())
    st.warning(
        f"**Roles meet that may not:** {said}. Permissions are cut to the narrower role until one of them ends.",
        icon=":material/warning:",
    )


def unused_table(unused: Sequence[Unused], blocked: Sequence[Unused], at: datetime, *, manages: bool) -> None:
    """Accounts that nobody uses, and those that were blocked for it."""
    table(
        [
            {
                "Person": link(row.name, "/administration", person=row.person) if manages else plain(row.name),
                "Last used": day(row.since, today=at),
                "Blocked": day(row.blocked_at or row.blocks_at, today=at),
                "State": status("Dormant" if row.blocked_at else "Nearing" if row.use is Use.NEARING else "Overdue"),
            }
            for row in (*unused, *blocked)
        ],
        alt="Accounts that nobody uses, with their last use and when they are or were blocked",
        right=["Last used", "Blocked"],
    )


def delegations_table(rows: Sequence[DelegationRow], known: Mapping[str, str], at: datetime) -> None:
    """Who votes for whom at this moment; both are asked about wherever one of them decides."""
    table(
        [
            {
                "From": plain(known.get(row.approver, row.approver)),
                "To": plain(known.get(row.delegate, row.delegate)),
                "For": plain(row.reach.words),
                "Why": plain(row.reason) or NOTHING,
                "Until": day(row.ends_at, today=at),
            }
            for row in rows
        ],
        alt="Delegations of votes that are in force",
        right=["Until"],
    )
