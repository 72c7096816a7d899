"""What people said on a change: votes with what they speak for, dissent, a return, and conditions as tasks."""

from collections.abc import Callable, Mapping
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, paragraphs, plain, section, status, table
from app.components.formats import counted, day, digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.kinds import functions_said
from core.approval.queries import ChangePage, ConditionRow, VoteRow
from core.approval.rules import OPEN, Choice, ConditionAct
from core.approval.service import report_condition, verify_condition


def returned(page: ChangePage, known: Mapping[str, str]) -> None:
    """Why the change lies with its requester, as long as it does."""
    if page.returned_at is None or page.status not in OPEN:
        return
    who = plain(known.get(page.returned_by or "", page.returned_by))
    with st.container(border=True):
        st.markdown(f"{status('Returned')} **{who} returned this change for changes, {moment(page.returned_at)}:**")
        st.markdown(paragraphs(page.return_reason))
        st.markdown(":gray[Votes are void. The requester or the model's owner brings it back to the approvers.]")


def votes(page: ChangePage, known: Mapping[str, str]) -> None:
    """Votes with their rationale and meaning; one cast on other evidence is shown as voided."""
    section("Votes")
    if not page.votes:
        st.markdown(f"{status('Waiting')} Nobody has voted. {counted(page.quorum, 'vote')} to approve are needed.")
    else:
        table(
            [
                {
                    "Who": _who(vote, known),
                    "Speaks for": plain(functions_said(vote.functions).capitalize()),
                    "Vote": _choice(vote),
                    "Why": plain(vote.rationale),
                    "Evidence": digest(vote.evidence_digest),
                    "When": moment(vote.cast_at),
                }
                for vote in page.votes
            ],
            alt="Votes with function, rationale, the evidence they were cast on, and time",
        )
        with st.expander("What each signature says"):
            for vote in page.votes:
                signed = plain(vote.meaning) if vote.meaning else "signed before signatures said what they mean"
                proved = (
                    f" :gray[Showed who they are {moment(vote.authenticated_at)}.]" if vote.authenticated_at else ""
                )
                st.markdown(f"{plain(known.get(vote.person, vote.person))}: {signed}.{proved}")
    if page.missing and page.status in OPEN:
        st.markdown(f"{status('Waiting')} A vote to approve from {functions_said(page.missing)} is still needed.")
    _dissents(page, known)


def _who(vote: VoteRow, known: Mapping[str, str]) -> str:
    who = plain(known.get(vote.person, vote.person))
    if not vote.on_behalf_of:
        return who
    return f"{who} :gray[for {plain(known.get(vote.on_behalf_of, vote.on_behalf_of))}]"


def _choice(vote: VoteRow) -> str:
    if not vote.stands:
        return status("Voided")
    return status("Approved" if vote.choice is Choice.APPROVE else "Rejected")


def _dissents(page: ChangePage, known: Mapping[str, str]) -> None:
    if not page.dissents:
        return
    section("Dissent")
    table(
        [
            {
                "Who": plain(known.get(one.person, one.person)),
                "Speaks for": plain(functions_said(one.functions).capitalize()),
                "State": status("Dissent") if one.stands else status("Voided"),
                "Dissent": plain(one.text),
                "When": moment(one.written_at),
            }
            for one in page.dissents
        ],
        alt="Written dissent, which stands beside the votes and stops nothing",
    )


def conditions(place: Workplace, viewer: Me, page: ChangePage, known: Mapping[str, str], at: datetime) -> None:
    """Conditions of standing votes as tasks, and the forms for those that the reader may settle."""
    if not page.conditions:
        return
    section("Conditions of approval")
    table(
        [
            {
                "Condition": plain(row.text),
                "Owner": plain(known.get(row.owner, row.owner)),
                "Until": day(row.due_at),
                "State": status(row.state(at)),
                "Shown by": plain(row.evidence),
                "Set by": plain(known.get(row.set_by, row.set_by)),
            }
            for row in page.conditions
        ],
        alt="Conditions of approval with owner, date, state and what shows it",
        right=["Until"],
    )
    for row in page.conditions:
        if row.note and not row.verified_at:
            st.markdown(f"{status('Returned')} “{plain(row.text)}” was sent back: {plain(row.note)}")
        if row.may(ConditionAct.REPORT) and row.done_at is None:
            _report(place, viewer, row)
        if row.may(ConditionAct.VERIFY):
            _verify(place, viewer, row)


def _report(place: Workplace, viewer: Me, row: ConditionRow) -> None:
    with st.expander(f"Report “{plain(row.text[:60])}” as done"):
        shown = st.text_area("What was done, and what shows it", key=f"condition_{row.id}_evidence", max_chars=2000)
        if act_button("Report as done", key=f"condition_{row.id}_report", kind="secondary"):
            _settle(
                "The condition is reported as done; an approver verifies it.",
                lambda: report_condition(
                    place.store, place.ledger, condition=row.id, evidence=shown, actor=viewer.actor, at=now()
                ),
            )


def _verify(place: Workplace, viewer: Me, row: ConditionRow) -> None:
    with st.expander(f"Verify “{plain(row.text[:60])}”", expanded=True):
        st.markdown(f":small[Reported as done:] {paragraphs(row.evidence)}")
        note = st.text_area("What you saw, or what is wanting", key=f"condition_{row.id}_note", max_chars=2000)
        with st.container(horizontal=True):
            verified = act_button("Verify condition", key=f"condition_{row.id}_verify", kind="secondary")
            sent_back = act_button("Send back", key=f"condition_{row.id}_back", kind="tertiary")
        if verified or sent_back:
            _settle(
                "The condition is verified." if verified else "The condition was sent back to its owner.",
                lambda: verify_condition(
                    place.store, place.ledger, condition=row.id, note=note, met=verified, actor=viewer.actor, at=now()
                ),
            )


def _settle(done: str, act: Callable[[], None]) -> None:
    with attempt("The condition was not changed."):
        act()
        confirm_next(done)
        st.rerun()
