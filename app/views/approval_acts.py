"""What a reader can do with a change: the decision with every reason against it, and the buttons, always in view."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, blocked, status
from app.components.formats import counted, digest, moment
from app.components.me import Me, me
from app.components.refusals import in_words, numbered
from app.components.signing import against_signing, prove, signature
from app.composition import Workplace, now
from app.views.approval_checklist import headed
from app.views.kinds import approve_button, execute_button, executed_said, functions_said
from core.approval.queries import ChangePage
from core.approval.rollout.queries import RolloutPage
from core.approval.rollout.rules import Act
from core.approval.rules import OPEN, ChangeStatus, Choice
from core.approval.service import (
    NewCondition,
    dissent,
    execute_change,
    resume_change,
    return_change,
    vote,
    withdraw_change,
)
from core.errors import GovernanceError, Refusal
from core.inventory.rules import Action
from core.policy.rules import ChangeKind

SAID = "approval_said"
MYSELF = "myself"
SIGNED = "vote"


def decision(place: Workplace, viewer: Me, page: ChangePage, known: Mapping[str, str]) -> None:
    """What stands against an approval, the rationale, the conditions, and what a signature means."""
    with st.container(border=True):
        headed("Decision", f"binds to evidence {digest(page.evidence_digest)}")
        if page.status is ChangeStatus.EXECUTED:
            st.markdown(f"{status('Executed')} {moment(page.executed_at)}")
            return
        if page.status is ChangeStatus.APPROVED:
            if page.kind is ChangeKind.POLICY_EXCEPTION:
                st.markdown(f"{status('Approved')} The exception took effect {moment(page.decided_at)}.")
            else:
                blocked("Execution", page.refusals[Action.EXECUTE])
            return
        blocked("Approval", page.refusals[Action.VOTE_APPROVE])
        if page.refusals[Action.VOTE_REJECT]:
            return
        _for_whom(page, known)
        st.text_area(
            "Rationale, kept in the ledger",
            key=_key(page, "rationale"),
            placeholder="What convinced you, what did not, what must be watched",
            max_chars=4000,
        )
        with st.expander("Tie a condition to your approval"):
            st.text_input("Condition", key=_key(page, "condition"), max_chars=2000)
            st.date_input("Due (UTC)", value=None, key=_key(page, "due"), min_value=now().date() + timedelta(days=1))
            st.markdown(":gray[It becomes a task of whoever requested the change.]")
        signature(place, viewer, key=SIGNED, meaning=page.meaning)


def _for_whom(page: ChangePage, known: Mapping[str, str]) -> None:
    """Whose vote is cast, where others delegated theirs to the reader, and what it speaks for."""
    if page.may_represent:
        st.selectbox(
            "Your vote is cast for",
            [MYSELF, *page.may_represent],
            key=_key(page, "for"),
            format_func=lambda who: "Myself" if who == MYSELF else f"{known.get(who, who)}, who delegated it to me",
        )
    said = functions_said(page.speaks_for)
    speaks = f"Your own vote speaks for {said}." if said else "Your own vote speaks for no function."
    wanted = f" Still needed: {functions_said(page.missing)}." if page.missing else ""
    st.markdown(f":small[:gray[{speaks}{wanted}]]")


def decision_bar(place: Workplace, viewer: Me, page: ChangePage, carried: RolloutPage | None = None) -> None:
    """State and buttons, always in view; each act rests on the evidence that this reader has on screen."""
    said = st.session_state.pop(SAID, None)
    if said:
        kind, words = said
        (st.success if kind == "done" else st.error)(words)
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        if page.status in OPEN:
            _state(page)
            _open_buttons(place, viewer, page)
        elif page.status is ChangeStatus.APPROVED and page.kind is not ChangeKind.POLICY_EXCEPTION:
            begun = carried is not None and carried.is_open
            st.markdown(
                f"{status('Approved')} {'Being rolled out' if begun else 'Not carried out yet'}", width="stretch"
            )
            against = carried.refusals[Act.BEGIN] if carried else page.refusals[Action.EXECUTE]
            if not begun and act_button(execute_button(page.kind, page.lifts), against, key="execute"):
                _act(
                    executed_said(page.kind, at_once=len(page.path.rollout) == 1),
                    "Nothing was carried out.",
                    lambda: execute_change(place.store, place.ledger, change=page.number, actor=viewer.actor, at=now()),
                )
        else:
            st.markdown(f"{status(page.status)} {moment(page.executed_at or page.decided_at)}", width="stretch")


def _state(page: ChangePage) -> None:
    against = page.refusals[Action.VOTE_APPROVE]
    words = f"{counted(len(against), 'reason')} against approval" if against else "Nothing stands against approval"
    badge = status("Blocked") if against else status("Met")
    wanted = f", {functions_said(page.missing)} wanting" if page.missing else ""
    st.markdown(f"{badge} {words} :gray[{page.approvals} of {page.quorum} votes{wanted}]", width="stretch")


def _open_buttons(place: Workplace, viewer: Me, page: ChangePage) -> None:
    if not page.refusals[Action.RESUME_CHANGE]:
        if act_button("Return to the approvers", key="resume"):
            _act(
                "The change is back with the approvers.",
                "The change was not returned.",
                lambda: resume_change(place.store, place.ledger, change=page.number, actor=me().actor, at=now()),
            )
        return
    if not page.refusals[Action.WITHDRAW_CHANGE]:
        _withdraw(place, page)
    if not page.refusals[Action.RETURN_CHANGE]:
        _return(place, page)
    if not page.refusals[Action.VOTE_REJECT]:
        _dissent(place, page)
    unsigned = against_signing(place, viewer)
    reject = (*page.refusals[Action.VOTE_REJECT], *unsigned)
    approve = (*page.refusals[Action.VOTE_APPROVE], *unsigned)
    _vote_button(place, page, "Reject", Choice.REJECT, reject)
    _vote_button(place, page, approve_button(page.kind, page.lifts), Choice.APPROVE, approve)


def _withdraw(place: Workplace, page: ChangePage) -> None:
    with st.popover("Withdraw the request"):
        reason = st.text_input("Reason", key=_key(page, "withdraw_reason"))
        if st.button("Withdraw", key="withdraw"):
            _act(
                "The request was withdrawn.",
                "The request was not withdrawn.",
                lambda: withdraw_change(
                    place.store, place.ledger, change=page.number, reason=reason, actor=me().actor, at=now()
                ),
            )


def _return(place: Workplace, page: ChangePage) -> None:
    with st.popover("Return for changes"):
        reason = st.text_area("What must change", key=_key(page, "return_reason"), max_chars=4000)
        again = not page.refusals[Action.RETURN_TO_VALIDATION] and st.checkbox(
            "The validation must be concluded again", key=_key(page, "return_to_validation")
        )
        st.markdown(":small[:gray[Votes become void. The requester brings the change back.]]")
        if st.button("Return for changes", key="return"):
            _act(
                "The change was returned to its requester.",
                "The change was not returned.",
                lambda: return_change(
                    place.store, place.ledger, change=page.number, reason=reason, to_validation=bool(again),
                    actor=me().actor, at=now(),
                ),
            )  # fmt: skip


def _dissent(place: Workplace, page: ChangePage) -> None:
    with st.popover("Record dissent"):
        text = st.text_area("Dissent, kept in the ledger", key=_key(page, "dissent"), max_chars=4000)
        st.markdown(
            ":small[:gray[It takes the place of your vote, stops nothing, and stays beside the decision. "
            "It is signed like a vote: give your password beside the rationale if it is asked for.]]"
        )
        st.button("Record dissent", key="dissent", on_click=_dissented, args=(place, page, text))


def _dissented(place: Workplace, page: ChangePage, _text: str) -> None:
    def sign() -> None:
        signer = prove(place, key=SIGNED)
        dissent(
            place.store,
            place.ledger,
            change=page.number,
            text=st.session_state.get(_key(page, "dissent"), ""),
            seen_digest=page.evidence_digest,
            session_id=signer.session,
            actor=signer.actor,
            at=now(),
        )

    _remember("Your dissent is recorded.", "Your dissent was not recorded.", sign)


def _vote_button(place: Workplace, page: ChangePage, words: str, choice: Choice, reasons: tuple[Refusal, ...]) -> None:
    st.button(
        words,
        key=f"vote_{choice}",
        type="primary" if choice is Choice.APPROVE else "secondary",
        disabled=bool(reasons),
        help=numbered(reasons) or None,
        on_click=_cast,
        args=(place, page.number, choice, page.evidence_digest, page.requested_by),
    )


def _cast(place: Workplace, change: str, choice: Choice, seen_digest: str, owner: str) -> None:
    """Runs before the page is read again, so `seen_digest` is what was on screen."""
    text = st.session_state.get(f"{change}_condition", "").strip()
    due = st.session_state.get(f"{change}_due")
    tied = text and choice is Choice.APPROVE
    conditions = [NewCondition(text, owner, datetime.combine(due or now().date(), time(), UTC))] if tied else []
    whose = st.session_state.get(f"{change}_for", MYSELF)

    def sign() -> None:
        signer = prove(place, key=SIGNED)
        vote(
            place.store,
            place.ledger,
            change=change,
            choice=choice,
            rationale=st.session_state.get(f"{change}_rationale", ""),
            conditions=conditions,
            seen_digest=seen_digest,
            session_id=signer.session,
            on_behalf_of="" if whose == MYSELF else whose,
            actor=signer.actor,
            at=now(),
        )

    _remember("Your vote is recorded.", "Your vote was not recorded.", sign)


def _act(done: str, not_done: str, act: Callable[[], object]) -> None:
    _remember(done, not_done, act)
    st.rerun()


def _remember(done: str, not_done: str, act: Callable[[], object]) -> None:
    try:
        act()
    except GovernanceError as error:
        st.session_state[SAID] = ("refused", f"{not_done} {in_words(error)}")
    else:
        st.session_state[SAID] = ("done", done)


def _key(page: ChangePage, what: str) -> str:
    return f"{page.number}_{what}"
