"""Delegation on a person's own page: who votes for them and for whom they vote, in which period."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, plain, section, status, table
from app.components.formats import day
from app.components.me import Me
from app.composition import Workplace, now
from core.access.queries import names, people_with_role
from core.access.rules import EVERYWHERE, Permission, Reach, Role
from core.approval.queries import DelegationRow, delegations
from core.approval.service import delegate_votes, withdraw_delegation
from core.inventory.queries import business_lines


def my_delegations(place: Workplace, mine: Me, at: datetime) -> None:
    """For approvers: the delegations given and received, and the form for a new one."""
    if Permission.CHANGE_VOTE not in mine.actor.permissions:
        return
    with place.store.reading() as session:
        given = delegations(session, approver=mine.number)
        received = delegations(session, delegate=mine.number)
        known = names(session)
        others = [who for who in people_with_role(session, Role.APPROVER, at=at) if who != mine.number]
    section("Delegation of my votes")
    st.markdown(
        "While you are away, another approver may vote for you, in their own name. Their vote then speaks for your "
        "functions, takes the place of yours, and is refused where yours would be."
    )
    rows = [
        {
            "From": plain(known.get(row.approver, row.approver)),
            "To": plain(known.get(row.delegate, row.delegate)),
            "For": plain(row.reach.words),
            "Why": plain(row.reason),
            "Begins": day(row.starts_at, today=at),
            "Ends": day(row.ends_at, today=at),
            "State": status(_state(row, at)),
        }
        for row in (*given, *received)
    ]
    if rows:
        table(rows, alt="Delegations that I gave and received", right=["Begins", "Ends"])
    _withdraw(place, mine, [row for row in given if row.withdrawn_at is None and row.ends_at > at])
    _delegate(place, mine, others, known, at)


def _state(row: DelegationRow, at: datetime) -> str:
    if row.withdrawn_at is not None:
        return "Withdrawn"
    if row.ends_at <= at:
        return "Ended"
    return "Active" if row.starts_at <= at else "Not due"


def _withdraw(place: Workplace, mine: Me, standing: list[DelegationRow]) -> None:
    for row in standing:
        if st.button(f"Take back the delegation to {row.delegate}", key=f"delegation_{row.id}"):
            with attempt("The delegation was not taken back."):
                withdraw_delegation(place.store, place.ledger, delegation=row.id, actor=mine.actor, at=now())
                st.rerun()


def _delegate(place: Workplace, mine: Me, others: list[str], known: Mapping[str, str], at: datetime) -> None:
    with st.expander("Delegate my votes"):
        if not others:
            st.markdown("There is no other approver to delegate to.")
            return
        delegate = st.selectbox(
            "Approver who votes for you", others, format_func=lambda who: known.get(who, who), key="delegate"
        )
        reason = st.text_input("Reason, kept in the ledger", key="delegate_reason", max_chars=1000)
        with place.store.reading() as session:
            lines = business_lines(session)
        chosen = st.multiselect("Business lines, or none for all", lines, key="delegate_lines", placeholder="All")
        tomorrow = at.date() + timedelta(days=1)
        with st.container(horizontal=True):
            first = st.date_input("From (UTC)", value=at.date(), min_value=at.date(), key="delegate_from")
            last = st.date_input("Until (UTC)", value=tomorrow, min_value=tomorrow, key="delegate_until")
        if act_button("Delegate my votes", key="delegate_votes", kind="secondary") and delegate:
            with attempt("Your votes were not delegated."):
                delegate_votes(
                    place.store,
                    place.ledger,
                    delegate=delegate,
                    reason=reason,
                    starts_at=at if first == at.date() else datetime.combine(first, time(), UTC),
                    ends_at=datetime.combine(last, time(), UTC),
                    reach=Reach(frozenset(chosen)) if chosen else EVERYWHERE,
                    actor=mine.actor,
                    at=now(),
                )
                st.rerun()
