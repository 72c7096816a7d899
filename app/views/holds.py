"""The breach that holds a rollout: what failed where, and the button by which a person lets it go on."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, blocked, link, plain, status, table
from app.components.formats import moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.approval.rollout.holding import release_hold
from core.approval.rollout.queries import RolloutPage
from core.approval.rollout.rules import Act
from core.improvement.rollback.queries import HoldRow, holds_of


def holds(place: Workplace, viewer: Me, page: RolloutPage, known: Mapping[str, str]) -> None:
    """The open hold with its release; the ones before in a table."""
    with place.store.reading() as session:
        found = holds_of(session, page.change)
    standing = next((one for one in found if one.released_at is None), None)
    if standing is not None and page.is_open:
        _open(place, viewer, page, standing)
    before = [one for one in found if one.released_at is not None]
    if before:
        table([_released(one, known) for one in before], alt="Holds that were released, newest first")


def _open(place: Workplace, viewer: Me, page: RolloutPage, hold: HoldRow) -> None:
    chunk = link(hold.chunk, "/chunk", chunk=hold.chunk)
    alert = f" Alert {link(hold.alert, '/alert', alert=hold.alert)}." if hold.alert else ""
    st.markdown(
        f"{status('Held')} **{plain(hold.what)} breached in chunk** {chunk} **at {moment(hold.held_at)}.** "
        f"{_share(hold)}{alert}"
    )
    reasons = page.refusals[Act.RELEASE]
    blocked("A release of the hold", reasons)
    reason = st.text_input("Reason to go on after the breach, kept in the ledger", key="release_reason", max_chars=2000)
    if act_button("Release the hold", reasons, key="release_hold", kind="secondary"):
        with attempt("The hold was not released."):
            done = release_hold(
                place.store, place.ledger, change=page.change, reason=reason, actor=viewer.actor, at=now()
            )
            confirm_next(f"The hold is released: ledger entry {done.entry}.")
            st.rerun()


def _share(hold: HoldRow) -> str:
    if hold.share == hold.share_before:
        return f"Its share of cases stays at {hold.share}\u00a0%." if hold.share else "It serves no cases."
    return f"Its share of cases went from {hold.share_before}\u00a0% to {hold.share}\u00a0%."


def _released(hold: HoldRow, known: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "Held for": f"{plain(hold.what)}, chunk {link(hold.chunk, '/chunk', chunk=hold.chunk)}",
        "Released": f"{moment(hold.released_at)} by {plain(known.get(hold.released_by, hold.released_by))}: "
        f"{plain(hold.released_because)}",
    }
