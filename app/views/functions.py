"""Functions of a person on the page administration: granted with reason and end, withdrawn with reason."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, plain, section, table
from app.components.formats import day
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from core.access.queries import PersonRow
from core.approval.queries import FunctionRow, function_rows
from core.approval.rules import function_grant_refusals, function_withdrawal_refusals
from core.approval.service import grant_function, withdraw_function
from core.policy.rules import Function


def functions_of_person(
    place: Workplace, viewer: Me, person: PersonRow, known: Mapping[str, str], at: datetime
) -> None:
    """What this person's votes speak for, and the form to change it."""
    with place.store.reading() as session:
        held = function_rows(session, person.number, at=at)
    with st.expander(f"Functions: {', '.join(row.function for row in held) or 'none'}"):
        st.markdown("A vote speaks for the functions that the voter holds; policy may require one of each.")
        if held:
            _table(person, held, known, at)
        _change(place, viewer, person, frozenset(row.function for row in held))


def _table(person: PersonRow, held: tuple[FunctionRow, ...], known: Mapping[str, str], at: datetime) -> None:
    table(
        [
            {
                "Function": word(row.function),
                "Why": plain(row.reason),
                "By": plain(known.get(row.granted_by, row.granted_by)),
                "Until": day(row.ends_at, today=at),
            }
            for row in held
        ],
        alt=f"Functions of {person.number} with reason, grantor and end",
        right=["Until"],
    )


def _change(place: Workplace, viewer: Me, person: PersonRow, held: frozenset[Function]) -> None:
    function = Function(
        st.selectbox("Function", list(Function), format_func=word, key="function_choice") or Function.COMPLIANCE
    )
    reason = st.text_input("Reason, kept in the ledger", key="function_reason", max_chars=1000)
    until = st.date_input(
        "Until (UTC), or no end", value=None, key="function_until", min_value=now().date() + timedelta(days=1)
    )
    against = function_grant_refusals(viewer.actor, person.number, held, function)
    with st.container(horizontal=True):
        granted = act_button("Grant function", against, key="grant_function", kind="secondary")
        withdrawn = act_button(
            "Withdraw function",
            function_withdrawal_refusals(viewer.actor, held, function),
            key="withdraw_function",
            kind="tertiary",
        )
    if granted:
        with attempt("The function was not granted."):
            grant_function(
                place.store,
                place.ledger,
                person=person.number,
                function=function,
                reason=reason,
                ends_at=datetime.combine(until, time(), UTC) if until else None,
                actor=viewer.actor,
                at=now(),
            )
            st.rerun()
    if withdrawn:
        with attempt("The function was not withdrawn."):
            withdraw_function(
                place.store,
                place.ledger,
                person=person.number,
                function=function,
                reason=reason,
                actor=viewer.actor,
                at=now(),
            )
            st.rerun()


def my_functions(place: Workplace, mine: Me, at: datetime) -> None:
    """What the reader's own votes speak for."""
    with place.store.reading() as session:
        held = function_rows(session, mine.number, at=at)
    if not held:
        return
    section("My functions")
    _table_of_mine(held, at)


def _table_of_mine(held: tuple[FunctionRow, ...], at: datetime) -> None:
    table(
        [
            {
                "Function": word(row.function),
                "Why": plain(row.reason),
                "Since": day(row.granted_at, today=at),
                "Until": day(row.ends_at, today=at),
            }
            for row in held
        ],
        alt="The functions that my votes speak for",
        right=["Since", "Until"],
    )
