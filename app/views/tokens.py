"""Every token of the installation with owner, scopes and last use, and a way to revoke one."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, empty, plain, status, table
from app.components.formats import day
from app.components.me import Me
from app.composition import Workplace, now
from core.access.queries import TokenRow, names
from core.access.tokens import revoke_refusals, revoke_token


def tokens_table(place: Workplace, rows: Sequence[TokenRow], viewer: Me, at: datetime) -> None:
    """Every token with owner, scopes and last use, and a way to revoke one."""
    if not rows:
        with empty("No token was ever issued.", "Developers issue tokens for their pipelines on their own page."):
            return
    with place.store.reading() as session:
        known = names(session)
    table(
        [
            {
                "Token": row.number,
                "Name": plain(row.name),
                "Owner": plain(known.get(row.person, row.person)),
                "Scopes": plain(", ".join(row.scopes)),
                "Expires": day(row.expires_at, today=at),
                "Last used": day(row.last_used_at, today=at),
                "State": status(row.state(at)),
            }
            for row in rows[:50]
        ],
        alt="Tokens, newest first, with owner, scopes, expiry, last use and state",
        right=["Expires", "Last used"],
        unbroken=["Token"],
    )
    active = [row for row in rows if row.state(at) == "Active"]
    if not active:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox("Revoke a token", [row.number for row in active], key="token_choice", width=180)
        owner = next(row.person for row in active if row.number == chosen)
        if act_button("Revoke token", revoke_refusals(viewer.actor, owner), key="revoke", kind="secondary"):
            with attempt("The token was not revoked."):
                revoke_token(place.store, place.ledger, number=chosen, actor=viewer.actor, at=now())
                st.rerun()
