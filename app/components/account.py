"""The parts of a person's own page."""

from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components.empty import empty
from app.components.facts import facts
from app.components.formats import day, moment
from app.components.head import section
from app.components.me import Me
from app.components.refusals import act_button, attempt, blocked, numbered
from app.components.status import status
from app.components.table import table
from app.components.text import NOTHING, plain
from app.composition import now, workplace
from core.access.accounts import set_password
from core.access.digests import WORDS, Rhythm, choose_digest, digest_of, digest_refusals
from core.access.passwords import SHORTEST
from core.access.queries import TokenRow, names, person_record, tokens
from core.access.rules import Permission
from core.access.tokens import LONGEST_LIFE, issue_refusals, issue_token, revoke_token, scopes_open_to

_SHOWN_ONCE = "account_new_token"


def draw_identity(mine: Me) -> None:
    """Name, user name and mail address as kept, and each role with its reach and its reason."""
    place, at = workplace(), now()
    with place.store.reading() as session:
        record, known = person_record(session, mine.number, at=at), names(session)
    left, right = st.columns([3, 5], gap="large")
    with left:
        section("Who I am")
        kept = {"Name": plain(record.name), "User name": plain(record.username), "Mail": plain(record.email)}
        facts({**kept, "Here since": moment(record.created_at)}, alt="What is kept about me")
        st.caption("The ledger shows your number, never your name.")
    with right:
        section("My roles")
        if not record.roles:
            with empty(
                "You hold no role.", "An administrator grants roles, with a reason. Until then you read nothing."
            ):
                pass
            return
        rows = [
            {
                "Role": plain(grant.role.capitalize()),
                "Reach": plain(grant.reach.words.capitalize() if grant.reach.everywhere else grant.reach.words),
                "Why": plain(grant.reason),
                "Granted by": plain(known.get(grant.granted_by, grant.granted_by)),
                "Since": day(grant.granted_at),
                "Until": day(grant.ends_at),
            }
            for grant in record.roles
        ]
        table(rows, alt="My roles, how far each reaches, why and since when", right=("Since", "Until"))


def draw_password(mine: Me) -> None:
    """Change the password; nothing where an outside provider keeps it."""
    place = workplace()
    section("Password")
    if place.settings.provider is not None:
        st.markdown("Your organisation's sign-in keeps your password. Change it there.")
        return
    with st.form("change_password", clear_on_submit=True, width=480):
        current = st.text_input("Current password", type="password", autocomplete="current-password")
        new = st.text_input("New password", type="password", autocomplete="new-password")
        repeated = st.text_input("New password again", type="password", autocomplete="new-password")
        st.caption(f"At least {SHORTEST} characters. Your other sessions end.")
        sent = st.form_submit_button("Change password")
    if sent and new != repeated:
        st.error("Your password was not changed. The two new passwords differ.", icon=":material/block:")
    elif sent:
        with attempt("Your password was not changed."):
            set_password(
                place.store,
                place.ledger,
                current=current or "",
                new=new or "",
                session_id=mine.session,
                actor=mine.actor,
                at=now(),
            )
            st.success("Your password is changed. Your other sessions have ended.")


def draw_digest(mine: Me) -> None:
    """How often the digest of my work comes by mail."""
    place, at = workplace(), now()
    with place.store.reading() as session:
        chosen, email = digest_of(session, mine.number), person_record(session, mine.number, at=at).email
    is_set_up = place.settings.mail is not None
    section("Digest by mail")
    reasons = digest_refusals(mine.actor, email, mail_is_set_up=is_set_up)
    if reasons and chosen is Rhythm.NEVER:
        st.markdown("What waits for you and what expires can come by mail, once this is settled:")
        st.markdown(numbered(reasons))
        return
    wanted = st.radio(
        "What waits for me and what expires soon, to my mail address at six o'clock UTC",
        list(Rhythm),
        index=list(Rhythm).index(chosen),
        format_func=WORDS.__getitem__,
        horizontal=True,
        key="digest_rhythm",
    )
    if wanted is not None and wanted is not chosen:
        with attempt("The digest was not changed."):
            choose_digest(
                place.store, place.ledger, rhythm=wanted, mail_is_set_up=is_set_up, actor=mine.actor, at=now()
            )
            st.toast("The digest is changed.")


def draw_tokens(mine: Me) -> None:
    """My tokens, a new one shown once, and a form for the next."""
    place, at = workplace(), now()
    with place.store.reading() as session:
        mine_all = tokens(session, person=mine.number)
    reasons = issue_refusals(mine.actor)
    if reasons and not mine_all:
        return
    section("My tokens")
    _draw_new_secret()
    if mine_all:
        listed = [_token_line(row, at) for row in mine_all]
        table(listed, alt="My tokens, the newest first", right=("Issued", "Ends", "Last used"))
        _draw_revoke(mine, [row for row in mine_all if row.state(at) == "Active"])
    else:
        with empty(
            "You have no token.", "A token lets a pipeline hand in results for you, within the scopes you give it."
        ):
            pass
    blocked("A new token", reasons)
    if not reasons:
        _draw_issue(mine)


def _draw_issue(mine: Me) -> None:
    place = workplace()
    with st.expander("Issue a token"), st.form("issue_token", border=False, width=640):
        name = st.text_input("Name, for example the pipeline that uses it", max_chars=200)
        open_scopes = [str(scope) for scope in scopes_open_to(mine.actor)]
        chosen = st.multiselect("Scopes: what it may do", open_scopes)
        soon, latest = now().date() + timedelta(days=90), (now() + LONGEST_LIFE).date() - timedelta(days=1)
        ends = st.date_input("Ends on (UTC)", value=soon, min_value=now().date() + timedelta(days=1), max_value=latest)
        sent = st.form_submit_button("Issue token", type="primary")
    if sent:
        with attempt("No token was issued."):
            issued = issue_token(
                place.store,
                place.ledger,
                name=name or "",
                scopes={Permission(scope) for scope in chosen},
                expires_at=datetime.combine(ends, time(23, 59), UTC),
                actor=mine.actor,
                at=now(),
            )
            st.session_state[_SHOWN_ONCE] = (issued.number, issued.secret)
            st.rerun()


def _draw_new_secret() -> None:
    """In this visit only, until the reader has copied it: a rerun must not take it away."""
    issued = st.session_state.get(_SHOWN_ONCE)
    if issued is None:
        return
    number, secret = issued
    with st.container(border=True):
        st.markdown(f"{status('Active')} **Token {number} is issued. Copy its secret now: it is not shown again.**")
        st.code(secret, language=None, wrap_lines=True)
        st.button("I have copied it", key="secret_copied", on_click=st.session_state.pop, args=(_SHOWN_ONCE, None))


def _draw_revoke(mine: Me, active: list[TokenRow]) -> None:
    if not active:
        return
    place = workplace()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        named = {row.number: row.name for row in active}
        chosen = st.selectbox(
            "Token",
            list(named),
            key="token_to_revoke",
            format_func=lambda number: f"{number} {named[number]}",
            width=320,
        )
        if act_button("Revoke token", key="revoke_token", kind="secondary") and chosen:
            with attempt("The token was not revoked."):
                revoke_token(place.store, place.ledger, number=chosen, actor=mine.actor, at=now())
                st.rerun()


def _token_line(row: TokenRow, at: datetime) -> dict[str, str]:
    return {
        "Number": row.number,
        "Name": plain(row.name),
        "Scopes": plain(", ".join(row.scopes)),
        "Issued": day(row.created_at),
        "Ends": day(row.expires_at),
        "Last used": moment(row.last_used_at) if row.last_used_at else NOTHING,
        "State": status(row.state(at)),
    }
