"""Service accounts: the list, one account with its tokens, and what administrators and its person may do."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, empty, facts, plain, section, status, table
from app.components.formats import NOTHING, day, moment
from app.components.me import Me, me
from app.components.status import word
from app.components.text import link
from app.composition import Workplace, now
from app.navigation import page_file
from core.access.people import manage_refusals
from core.access.queries import TokenRow, people, tokens
from core.access.rules import Actor, Permission
from core.access.rules.services import LONGEST_OVERLAP, LONGEST_SERVICE_LIFE
from core.access.service_accounts import (
    add_service_account,
    give_service_account,
    issue_service_token,
    rotate_token,
)
from core.access.service_queries import ServiceRow, service_accounts
from core.access.tokens import Issued, revoke_token, scopes_open_to

_SECRET = "service_new_token"  # noqa: S105  a key of the visit's state
_MANY = 500


def accounts_table(rows: Sequence[ServiceRow], at: datetime) -> None:
    """One row an account, linked to its card."""
    table(
        [
            {
                "Account": link(row.name, "/service_accounts", account=row.number),
                "Number": row.number,
                "Purpose": plain(row.purpose),
                "Answers for it": plain(row.owner_name),
                "Roles": ", ".join(word(role) for role in row.roles) or NOTHING,
                "Tokens": str(row.tokens),
                "Last used": day(row.last_used_at, today=at),
                "State": status(row.state),
            }
            for row in rows
        ],
        alt="Service accounts by name with who answers for them, roles, tokens and last use; disabled ones last",
        right=["Tokens", "Last used"],
        unbroken=["Number"],
    )


def account_card(place: Workplace, viewer: Me, row: ServiceRow, at: datetime) -> None:
    """One account: facts, tokens, and the acts on them."""
    with place.store.reading() as session:
        held = tokens(session, person=row.number)
    section(plain(row.name))
    facts(
        {
            "Number": row.number,
            "Purpose": plain(row.purpose),
            "Answers for it": plain(row.owner_name),
            "Roles": ", ".join(word(role) for role in row.roles) or "None yet: grant owner or developer on its card",
            "Since": moment(row.created_at),
            "State": status(row.state),
        },
        alt=f"Service account {row.number}",
    )
    if not row.owner_active:
        st.markdown("Who answered for it is disabled, so its tokens do nothing until somebody else does.")
    shown_once()
    _tokens(place, held, at)
    if row.standing:
        _issue(place, row)
    if not manage_refusals(viewer.actor):
        _give(place, row)


def shown_once() -> None:
    """The secret of a token that was just made, until the reader has copied it."""
    issued: Issued | None = st.session_state.get(_SECRET)
    if issued is None:
        return
    with st.container(border=True):
        st.markdown(f"{status('Active')} **Copy the secret of token {issued.number} now: it is not shown again.**")
        st.code(issued.secret, language=None, wrap_lines=True)
        st.button("I have copied it", key="service_copied", on_click=st.session_state.pop, args=(_SECRET, None))


def rotation(place: Workplace, active: Sequence[TokenRow], *, key: str) -> None:
    """A new token beside a former one, for as long as the change of both takes."""
    if not active:
        return
    named = {row.number: row.name for row in active}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Token to rotate", list(named), format_func=lambda one: f"{one} {named[one]}", key=f"{key}_which", width=280
        )
        days = st.number_input(
            "Former one works on for days",
            0,
            LONGEST_OVERLAP.days,
            min(2, LONGEST_OVERLAP.days),
            key=f"{key}_days",
            width=220,
        )
        if act_button("Rotate token", key=f"{key}_rotate", kind="secondary") and chosen:
            with attempt("The token was not rotated."):
                st.session_state[_SECRET] = rotate_token(
                    place.store,
                    place.ledger,
                    number=chosen,
                    overlap=timedelta(days=int(days or 0)),
                    actor=me().actor,
                    at=now(),
                )
                st.rerun()


def my_rotations(place: Workplace, mine: Me, at: datetime) -> None:
    """On My account: rotate one's own tokens, and the way to the service accounts that one answers for."""
    with place.store.reading() as session:
        active = [row for row in tokens(session, person=mine.number) if row.state(at) == "Active"]
        accounts = service_accounts(session, at=at, owner=mine.number)
    shown_once()
    rotation(place, active, key="mine")
    if accounts:
        st.page_link(
            page_file("service_accounts"),
            label=f"Service accounts that you answer for ({len(accounts)})",
            icon=":material/arrow_forward:",
        )


def _tokens(place: Workplace, held: Sequence[TokenRow], at: datetime) -> None:
    if not held:
        with empty("It has no token.", "A token lets a program act as this account, within the scopes you give it."):
            return
    table(
        [
            {
                "Token": row.number,
                "Name": plain(row.name),
                "Scopes": plain(", ".join(row.scopes)),
                "Ends": day(row.expires_at, today=at),
                "Last used": moment(row.last_used_at) if row.last_used_at else NOTHING,
                "State": status(row.state(at)),
            }
            for row in held
        ],
        alt="Tokens of this account, newest first",
        right=["Ends", "Last used"],
        unbroken=["Token"],
    )
    active = [row for row in held if row.state(at) == "Active"]
    rotation(place, active, key="service")
    if not active:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Token to revoke", [row.number for row in active], key="service_revoke_which", width=280)
        if act_button("Revoke token", key="service_revoke", kind="secondary") and chosen:
            with attempt("The token was not revoked."):
                revoke_token(place.store, place.ledger, number=chosen, actor=me().actor, at=now())
                st.rerun()


def _issue(place: Workplace, row: ServiceRow) -> None:
    scopes = scopes_open_to(Actor(row.number, frozenset(row.roles)))
    with st.expander("Issue a token"), st.form("service_issue", border=False, width=640):
        name = st.text_input("Name, for example the program that uses it", max_chars=200)
        chosen = st.multiselect("Scopes: what it may do", [str(scope) for scope in scopes])
        today = now().date()
        latest = (now() + LONGEST_SERVICE_LIFE).date() - timedelta(days=1)
        ends = st.date_input("Ends on (UTC)", value=latest, min_value=today + timedelta(days=1), max_value=latest)
        sent = st.form_submit_button("Issue token", type="primary")
    if sent:
        with attempt("No token was issued."):
            st.session_state[_SECRET] = issue_service_token(
                place.store,
                place.ledger,
                account=row.number,
                name=name or "",
                scopes={Permission(scope) for scope in chosen},
                expires_at=datetime.combine(ends, time(23, 59), UTC),
                actor=me().actor,
                at=now(),
            )
            st.rerun()


def _give(place: Workplace, row: ServiceRow) -> None:
    with st.expander("Let somebody else answer for it"), st.form("service_give", border=False, width=640):
        owner = _person(place, "Who answers for it from now on")
        reason = st.text_input("Reason, kept in the ledger", max_chars=1000)
        sent = st.form_submit_button("Change who answers")
    if sent and owner:
        with attempt("Nothing was changed."):
            give_service_account(
                place.store,
                place.ledger,
                account=row.number,
                owner=owner,
                reason=reason or "",
                actor=me().actor,
                at=now(),
            )
            st.rerun()


def add_account(place: Workplace) -> None:
    """The form for a new account."""
    with st.container(border=True):
        section("Make a service account")
        with st.form("service_add", border=False):
            name = st.text_input("Name", max_chars=200, placeholder="Nightly scoring")
            purpose = st.text_area("Purpose", max_chars=1000)
            owner = _person(place, "Who answers for it")
            sent = st.form_submit_button("Make service account", type="primary")
        if sent:
            with attempt("No account was made."):
                number = add_service_account(
                    place.store,
                    place.ledger,
                    name=name or "",
                    purpose=purpose or "",
                    owner=owner or "",
                    actor=me().actor,
                    at=now(),
                )
                st.query_params["account"] = number
                st.rerun()


def _person(place: Workplace, label: str) -> str | None:
    with place.store.reading() as session:
        listed = [row for row in people(session, at=now(), limit=_MANY) if row.disabled_at is None]
    named = {row.number: f"{row.name} ({row.number})" for row in listed if not row.username.startswith("service:")}
    return st.selectbox(label, list(named), format_func=named.__getitem__, index=None, placeholder="Choose a person")
