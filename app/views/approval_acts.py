"""What a reader can do with a change: the checklist, the decision with every reason against it, and the buttons."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, blocked, plain, section, status, table
from app.components.formats import NOTHING, counted, digest, moment
from app.components.me import Me, me
from app.components.refusals import in_words, numbered
from app.composition import Workplace, now
from core.approval.queries import ChangePage, ItemRow
from core.approval.rules import OPEN, Answer, ChangeStatus, Choice
from core.approval.service import NewCondition, answer_item, execute_change, resume_change, vote, withdraw_change
from core.errors import GovernanceError, Refusal
from core.inventory.rules import Action

ANSWERS = {Answer.MET: "Met", Answer.NOT_MET: "Not met", Answer.NOT_APPLICABLE: "Not applicable"}
SAID = "approval_said"
LABEL = 186  # pixels: beside the answers where the window is wide, above them where it is not


def checklist(place: Workplace, viewer: Me, page: ChangePage) -> None:
    """The reader's own answers; everyone else sees the items."""
    answered = f"{page.answered} of {len(page.checklist)} answered"
    with st.container(border=True, gap="xsmall"):
        if page.refusals[Action.ANSWER_ITEM]:
            _headed("Checklist", f"{answered} by you" if page.answered else "each approver answers it")
            _items_only(page)
            return
        _headed("Checklist", f"{answered}; answers freeze when you vote")
        for item in page.checklist:
            _item(place, page, item, disabled=item.frozen)


def _items_only(page: ChangePage) -> None:
    rows = [
        {"Item": _titled(item), "Answer": status(ANSWERS[item.answer]) if item.answer else NOTHING}
        for item in page.checklist
    ]
    table(rows, alt="Checklist with your answers")


def _titled(item: ItemRow) -> str:
    return plain(item.title) + ("" if item.required else " :gray[advisory]")


def _headed(title: str, remark: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        section(title)
        st.markdown(f":small[:gray[{remark}]]", width="content")


def _item(place: Workplace, page: ChangePage, item: ItemRow, *, disabled: bool) -> None:
    key = f"answer_{page.number}_{item.code}"
    reason_key = f"{key}_reason"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(
            f":small[{_titled(item)}]",
            width=LABEL,
            help=f"{plain(item.guidance)}\n\n:gray[{plain(item.source)}]",
        )
        chosen = st.segmented_control(
            plain(item.title),
            list(ANSWERS),
            default=item.answer,
            required=True,
            format_func=lambda answer: ANSWERS[answer],
            key=key,
            label_visibility="collapsed",
            disabled=disabled,
            width="content",
            on_change=_answer,
            args=(place, page.number, item.code, key, reason_key),
        )
    if chosen in (Answer.NOT_MET, Answer.NOT_APPLICABLE):
        st.text_input(
            "Reason",
            value=item.reason,
            key=reason_key,
            placeholder="Why, in at least ten characters",
            disabled=disabled,
            on_change=_answer,
            args=(place, page.number, item.code, key, reason_key),
        )
    said = st.session_state.get(f"{key}_said")
    if said:
        st.markdown(f"{status('Refused')} {said}")


def _answer(place: Workplace, change: str, code: str, key: str, reason_key: str) -> None:
    chosen = st.session_state.get(key)
    st.session_state.pop(f"{key}_said", None)
    if chosen is None:
        return
    reason = st.session_state.get(reason_key, "")
    if chosen is not Answer.MET and not reason.strip():
        return  # the field for the reason opens; the answer is stored with it
    try:
        answer_item(
            place.store,
            place.ledger,
            change=change,
            code=code,
            answer=Answer(chosen),
            reason=reason if chosen is not Answer.MET else "",
            actor=me().actor,
            at=now(),
        )
    except GovernanceError as error:
        st.session_state[f"{key}_said"] = in_words(error)


def decision(place: Workplace, viewer: Me, page: ChangePage) -> None:
    """What stands against an approval, the rationale and the conditions."""
    with st.container(border=True):
        _headed("Decision", f"binds to evidence {digest(page.evidence_digest)}")
        if page.status is ChangeStatus.EXECUTED:
            st.markdown(f"{status('Executed')} {moment(page.executed_at)}")
            return
        if page.status is ChangeStatus.APPROVED:
            blocked("Execution", page.refusals[Action.EXECUTE])
            return
        blocked("Approval", page.refusals[Action.VOTE_APPROVE])
        if page.refusals[Action.VOTE_REJECT]:
            return
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


def decision_bar(place: Workplace, viewer: Me, page: ChangePage) -> None:
    """State and buttons, always in view; each act rests on the evidence that this reader has on screen."""
    said = st.session_state.pop(SAID, None)
    if said:
        kind, words = said
        (st.success if kind == "done" else st.error)(words)
    with st.bottom, st.container(horizontal=True, vertical_alignment="center"):
        against = page.refusals[Action.VOTE_APPROVE]
        if page.status in OPEN:
            words = (
                f"{counted(len(against), 'reason')} against approval" if against else "Nothing stands against approval"
            )
            badge = status("Blocked") if against else status("Met")
            st.markdown(f"{badge} {words} :gray[{page.approvals} of {page.quorum} votes]", width="stretch")
            _vote_buttons(place, page)
        elif page.status is ChangeStatus.APPROVED:
            st.markdown(f"{status('Approved')} Not in production yet", width="stretch")
            if act_button("Bring into production", page.refusals[Action.EXECUTE], key="execute"):
                _act(
                    "It was brought into production.",
                    "Nothing was brought into production.",
                    lambda: execute_change(place.store, place.ledger, change=page.number, actor=viewer.actor, at=now()),
                )
        else:
            st.markdown(f"{status(page.status)} {moment(page.executed_at or page.decided_at)}", width="stretch")


def _vote_buttons(place: Workplace, page: ChangePage) -> None:
    if not page.refusals[Action.RESUME_CHANGE]:
        if act_button("Return to the approvers", key="resume"):
            _act(
                "The change is back with the approvers.",
                "The change was not returned.",
                lambda: resume_change(place.store, place.ledger, change=page.number, actor=me().actor, at=now()),
            )
        return
    if not page.refusals[Action.WITHDRAW_CHANGE]:
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
    reject, approve = page.refusals[Action.VOTE_REJECT], page.refusals[Action.VOTE_APPROVE]
    _vote_button(place, page, "Reject", Choice.REJECT, reject)
    _vote_button(place, page, "Approve for production", Choice.APPROVE, approve)


def _vote_button(place: Workplace, page: ChangePage, words: str, choice: Choice, reasons: tuple[Refusal, ...]) -> None:
    st.button(
        words,
        key=f"vote_{choice}",
        type="primary" if choice is Choice.APPROVE else "secondary",
        disabled=bool(reasons),
        help=numbered(reasons) or None,
        on_click=_cast,
        args=(place, page.number, choice, page.evidence_digest, _owner(page)),
    )


def _cast(place: Workplace, change: str, choice: Choice, seen_digest: str, owner: str) -> None:
    """Runs before the page is read again, so `seen_digest` is what was on screen."""
    text = st.session_state.get(f"{change}_condition", "").strip()
    due = st.session_state.get(f"{change}_due")
    tied = text and choice is Choice.APPROVE
    conditions = [NewCondition(text, owner, datetime.combine(due or now().date(), time(), UTC))] if tied else []
    _remember(
        "Your vote is recorded.",
        "Your vote was not recorded.",
        lambda: vote(
            place.store,
            place.ledger,
            change=change,
            choice=choice,
            rationale=st.session_state.get(f"{change}_rationale", ""),
            conditions=conditions,
            seen_digest=seen_digest,
            session_id=me().session,
            actor=me().actor,
            at=now(),
        ),
    )


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


def _owner(page: ChangePage) -> str:
    return page.requested_by


def _key(page: ChangePage, what: str) -> str:
    return f"{page.number}_{what}"
