"""One published policy: in words, as text, against another, and the way to withdraw it while it is scheduled."""

from datetime import datetime

import streamlit as st

from app.components import Back, attempt, blocked, fact, facts, facts_line, head, paragraphs, plain, section, status
from app.components.formats import digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import person_name
from app.views.policies import REASON_LENGTH, Names
from app.views.policy_difference import compared_with, difference
from app.views.policy_words import in_words, whole_text
from core.access.queries import names
from core.policy.drafts import withdraw_policy
from core.policy.life import Standing
from core.policy.queries import PolicyPage, policies, policy_page

TABS = ("In words", "Compare", "Text")
MOST = 100


def published_view(place: Workplace, viewer: Me, policy: int, at: datetime) -> None:
    """The page of a published policy."""
    with place.store.reading() as session:
        page, known = policy_page(session, policy, viewer.actor, at=at), names(session)
        others = [row for row in policies(session, at=at, limit=MOST).rows if row.id != policy]
    row = page.row
    head(
        row.title,
        facts_line(
            status(row.standing),
            fact("Takes effect", moment(row.effective_from)),
            fact("Published by", plain(person_name(row.published_by, known))),
            fact("Digest", digest(row.digest)),
        ),
        back=Back("policies", "Policies"),
    )
    words, compare, text = st.tabs(TABS, key="tab", bind="query-params")
    if words.open:
        with words:
            left, right = st.columns([5, 3], gap="large")
            with left:
                in_words(page.policy)
            with right:
                _record(page, known)
                _withdrawal(place, viewer, page)
    if compare.open:
        with compare:
            earlier = next((one.id for one in others if one.effective_from <= row.effective_from), None)
            chosen = compared_with({one.id: f"{one.title}, {one.standing}" for one in others}, earlier)
            if chosen is not None:
                with place.store.reading() as session:
                    other = policy_page(session, chosen, viewer.actor, at=at)
                difference(other, page.policy, page.text, row.title)
    if text.open:
        with text:
            whole_text(page.text)


def _record(page: PolicyPage, known: Names) -> None:
    row = page.row
    with st.container(border=True):
        section("Record")
        withdrawn = (
            {
                "Withdrawn": f"{plain(person_name(row.withdrawn_by, known))}, {moment(row.withdrawn_at)}",
                "Why withdrawn": paragraphs(row.withdrawn_reason),
            }
            if row.withdrawn_at
            else {}
        )
        facts(
            {
                "Written by": plain(person_name(row.author or "system", known)),
                "Published by": plain(person_name(row.published_by, known)),
                "Published": moment(row.published_at),
                "Takes effect": moment(row.effective_from),
                "Why": paragraphs(row.reason) if row.reason else "",
                "SHA-256 of the text": f"{row.digest[:32]} {row.digest[32:]}",  # whole it would be cut off
                **withdrawn,
            },
            alt=f"Record of {row.title}",
        )
        st.markdown(":gray[A published policy never changes. What was decided under it keeps it.]")


def _withdrawal(place: Workplace, viewer: Me, page: PolicyPage) -> None:
    if page.row.standing is not Standing.SCHEDULED:
        return
    against = page.against_withdrawal
    with st.container(border=True):
        section("Withdraw")
        blocked("Withdrawal", against)
        with st.form("withdraw", border=False):
            reason = st.text_area("Why, kept in the ledger", max_chars=REASON_LENGTH, disabled=bool(against))
            sent = st.form_submit_button("Withdraw policy", disabled=bool(against))
        if sent:
            with attempt("The policy was not withdrawn."):
                withdraw_policy(
                    place.store, place.ledger, policy=page.row.id, reason=reason, actor=viewer.actor, at=now()
                )
                confirm_next(f"{plain(page.row.title)} is withdrawn and will not take effect.")
                st.rerun()
