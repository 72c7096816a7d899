"""The steps of a subject request as cards at the right: the next one open, the rarer ones folded."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypedDict

import streamlit as st

from app.components import act_button, attempt, blocked, section, status
from app.components.me import Me
from app.composition import Workplace, now
from app.subjects import places_of
from app.views.confirmation import confirm_next
from app.views.subjects.watching import watch
from core.access.rules import Actor
from core.errors import Refusal
from core.ledger.service import Recorded
from core.privacy.subjects.queries import RequestPage
from core.privacy.subjects.rules import (
    GROUNDS,
    Ground,
    RequestKind,
    RequestStatus,
    acknowledge_refusals,
    close_refusals,
    confirm_refusals,
    extend_refusals,
    grounds_for,
    handle_refusals,
    identify_refusals,
    propose_refusals,
    search_refusals,
    withdraw_refusals,
)
from core.privacy.subjects.steps import (
    acknowledge_request,
    close_request,
    confirm_erasure,
    extend_request,
    identify_requester,
    propose_erasure,
    refuse_request,
    start_search,
    withdraw_request,
)

ENOUGH = "x" * 20  # a text that is long enough, to ask the rules what else stands against a step
HOW = "How it was checked, for example: answered to the address on record. No numbers of documents."


def steps(place: Workplace, viewer: Me, page: RequestPage) -> None:
    """What this person can do, or why nothing."""
    facts, actor = page.facts, viewer.actor
    if facts.status is not RequestStatus.OPEN:
        with st.container(border=True):
            section("Next")
            if facts.status is RequestStatus.ERASING:
                st.markdown(f"{status('Under way')} The erasure is under way.")
                watch(place, page.row.number)
            else:
                st.markdown("The request is answered.")
        return
    _confirm(place, viewer, page)
    if handle_refusals(actor):
        if facts.erased:
            with st.container(border=True):
                section("Next")
                st.markdown("The person is erased. An approver tells them, and closes the request.")
        return
    if not acknowledge_refusals(facts, actor) and page.row.acknowledge_by:
        _plain(place, viewer, page, "Acknowledge receipt", acknowledge_request, "Receipt is acknowledged")
    if not facts.identified:
        _text(
            "Check who asks", "How the identity was checked", "Put the check on record",
            identify_refusals(facts, actor, ENOUGH),
            lambda said: identify_requester(place.store, place.ledger, how=said, **_who(viewer, page)),
            "The identity is checked", key="identify", help_text=HOW,
        )  # fmt: skip
    _search(place, viewer, page)
    _propose(place, viewer, page)
    close = close_refusals(facts, ENOUGH, actor)
    _text(
        "Answer", "What was done and what the person was told, without naming them", "Close as answered", close,
        lambda said: close_request(place.store, place.ledger, places_of(place), outcome=said, **_who(viewer, page)),
        "The request is answered, and the key of what was kept for it destroyed", key="close",
    )  # fmt: skip
    _rarer(place, viewer, page)


class _Acting(TypedDict):
    request: str
    actor: Actor
    at: datetime


def _who(viewer: Me, page: RequestPage) -> _Acting:
    return {"request": page.row.number, "actor": viewer.actor, "at": now()}


def _text(
    title: str, label: str, button: str, reasons: Sequence[Refusal], do: Callable[[str], Recorded], said: str, *,
    key: str, help_text: str = "",
) -> None:  # fmt: skip
    card = st.expander(f"{title}: not possible yet") if reasons else st.container(border=True)
    with card:
        if not reasons:
            section(title)
        blocked(title, reasons)
        text = st.text_area(
            label, key=f"{key}_text", max_chars=4000, height=80, disabled=bool(reasons), help=help_text or None
        )
        if act_button(button, reasons, key=key):
            with attempt("Nothing was recorded."):
                _recorded(do(text or ""), said)


def _plain(
    place: Workplace, viewer: Me, page: RequestPage, button: str, act: Callable[..., Recorded], said: str
) -> None:
    with st.container(border=True):
        section(button)
        if act_button(button, key=act.__name__, kind="secondary"):
            with attempt("Nothing was recorded."):
                _recorded(act(place.store, place.ledger, **_who(viewer, page)), said)


def _search(place: Workplace, viewer: Me, page: RequestPage) -> None:
    reasons = search_refusals(page.facts, viewer.actor)
    if page.facts.erased:
        return
    with st.container(border=True):
        again = page.facts.searched
        section("Search again" if again else "Search")
        blocked("A search", reasons)
        st.markdown(
            ":gray[Texts of the database, files, recorded events, particulars of the ledger; in the background.]"
        )
        if act_button("Search everywhere", reasons, key="search", kind="secondary" if again else "primary"):
            with attempt("Nothing is searched."):
                start_search(place.store, place.ledger, **_who(viewer, page))
                confirm_next("The search is queued; it takes seconds to minutes.")
                st.rerun()


def _propose(place: Workplace, viewer: Me, page: RequestPage) -> None:
    if page.facts.kind is not RequestKind.ERASURE or page.facts.proposed_by or page.facts.erased:
        return
    reasons = propose_refusals(page.facts, viewer.actor)
    if not page.facts.searched:
        return
    with st.container(border=True):
        section("Propose the erasure")
        blocked("The erasure", reasons)
        st.markdown(":gray[An administrator who had no part in the request confirms it. It cannot be taken back.]")
        if act_button("Propose the erasure", reasons, key="propose"):
            with attempt("Nothing was proposed."):
                done = propose_erasure(
                    place.store, place.ledger, expected_revision=page.row.revision, **_who(viewer, page)
                )  # fmt: skip
                _recorded(done, "The erasure is proposed")


def _confirm(place: Workplace, viewer: Me, page: RequestPage) -> None:
    if not page.facts.proposed_by or page.facts.erased:
        return
    reasons = confirm_refusals(page.facts, viewer.actor)
    with st.container(border=True):
        section("Confirm the erasure")
        blocked("Confirming", reasons)
        if not reasons:
            st.markdown(
                "What was found is erased from this installation, and again from every backup that is restored. "
                "Proofs and figures stay. **It cannot be taken back.**"
            )
        sure = st.checkbox("I have read where the person was found", key="read_found", disabled=bool(reasons))
        unread = () if sure else (Refusal("read", "You did not say that you have read where the person was found"),)
        if act_button("Erase the person", reasons or unread, key="confirm"):
            with attempt("Nothing was erased."):
                done = confirm_erasure(
                    place.store, place.ledger, expected_revision=page.row.revision, **_who(viewer, page)
                )  # fmt: skip
                _recorded(done, "The erasure is confirmed and under way")


def _rarer(place: Workplace, viewer: Me, page: RequestPage) -> None:
    facts, actor = page.facts, viewer.actor
    if not extend_refusals(facts, actor, ENOUGH, now()):
        with st.expander("Extend the time"):
            reason = st.text_area("Why it takes longer; tell the person", key="extend_text", max_chars=2000, height=70)
            if act_button("Extend once", key="extend", kind="secondary"):
                with attempt("The time stays as it was."):
                    _recorded(
                        extend_request(place.store, place.ledger, reason=reason or "", **_who(viewer, page)), "Extended"
                    )
    with st.expander("Refuse with a ground of the law"):
        options = list(grounds_for(facts.kind, facts.regime))
        ground = st.selectbox(
            "Ground", options, key="ground",
            format_func=lambda one: f"{one.value} ({GROUNDS[one].clauses[facts.regime]}): {GROUNDS[one].means}",
        )  # fmt: skip
        why = st.text_area("Why it applies, without naming the person", key="refuse_text", max_chars=2000, height=70)
        if act_button("Refuse the request", key="refuse", kind="secondary"):
            with attempt("The request is not refused."):
                done = refuse_request(
                    place.store, place.ledger, places_of(place), ground=Ground(ground), why=why or "",
                    **_who(viewer, page),
                )  # fmt: skip
                _recorded(done, "The request is refused")
    if not withdraw_refusals(facts, ENOUGH, actor):
        with st.expander("The person withdrew it"):
            how = st.text_area("How they withdrew it", key="withdraw_text", max_chars=2000, height=70)
            if act_button("Put the withdrawal on record", key="withdraw", kind="secondary"):
                with attempt("Nothing was recorded."):
                    done = withdraw_request(
                        place.store, place.ledger, places_of(place), how=how or "", **_who(viewer, page)
                    )
                    _recorded(done, "The request is withdrawn")


def _recorded(done: Recorded, said: str) -> None:
    confirm_next(f"{said}: ledger entry {done.index}.")
    st.rerun()
