"""What the page of a change shows: evidence in reading order, comparison, votes, checklist and decision."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, blocked, plain, section, status, table
from app.components.formats import NOTHING, counted, day, days, digest, moment, number, signed, with_interval
from app.components.me import Me, me
from app.components.refusals import in_words
from app.components.text import link, paragraphs
from app.composition import Workplace, now
from core.approval.queries import ChangePage, Comparison, ItemRow
from core.approval.rules import OPEN, Answer, ChangeStatus, Choice
from core.approval.service import NewCondition, answer_item, execute_change, resume_change, vote, withdraw_change
from core.errors import GovernanceError, Refusal
from core.inventory.rules import Action

SIGNS = {"at least": "≥", "at most": "≤"}
ANSWERS = {Answer.MET: "Met", Answer.NOT_MET: "Not met", Answer.NOT_APPLICABLE: "Not applicable"}
TABS = {"record": "Record"}
SAID = "approval_said"


def state(page: ChangePage) -> str:
    """The badge of the head: overdue before anything else while undecided."""
    late = now() - page.due_at
    if page.status in OPEN and late > timedelta(0):
        return status("Overdue", days(late))
    return status(page.status)


def evidence(page: ChangePage) -> None:
    """The evidence in reading order, one line each."""
    section("Evidence, in reading order")
    table(
        [
            {
                "No.": str(place),
                "Evidence": link(
                    line.title, "/model", model=page.model, version=page.version, tab=TABS.get(line.key, "Evidence")
                ),
                "Says": plain(line.says),
                "Result": status(line.word),
            }
            for place, line in enumerate(page.evidence, start=1)
        ],
        alt="Evidence in reading order: what it says and its result",
        unbroken=["Evidence"],
    )
    with st.expander("Why it is requested"):
        st.markdown(paragraphs(page.rationale))


def compared(page: ChangePage) -> None:
    """Each figure against its threshold and the version in production."""
    before = f"v{page.replaces}" if page.replaces else "Before"
    section(f"Compared with v{page.replaces}" if page.replaces else "Figures against policy")
    if not page.comparison:
        st.markdown(f"{status('No data')} No finished validation judged this version.")
        return
    table(
        [
            {
                "Measure": plain(f"{row.title}, {row.subject}" if row.subject else row.title),
                before: number(row.before, 3),
                f"v{page.version}": _with_interval(row),
                "Change": signed(row.change, 3),
                "Threshold": _threshold(row),
                "Clause": plain(row.clause) + ("" if row.required else " advisory"),
                "Result": status(row.verdict),
            }
            for row in page.comparison
        ],
        alt=f"Figures of version {page.version} against production and policy",
        right=[before, f"v{page.version}", "Change", "Threshold"],
    )


def _with_interval(row: Comparison) -> str:
    if row.low is None or row.high is None:
        return number(row.now, 3)
    return with_interval(row.now, row.low, row.high, 3)


def _threshold(row: Comparison) -> str:
    return NOTHING if row.threshold is None else f"{SIGNS[row.direction]} {row.threshold:g}"


def votes(page: ChangePage, known: Mapping[str, str]) -> None:
    """Votes with their rationale; one cast on other evidence is shown as voided."""
    section("Votes")
    if not page.votes:
        st.markdown(f"{status('Waiting')} Nobody has voted. {counted(page.quorum, 'vote')} to approve are needed.")
        return
    table(
        [
            {
                "Who": plain(known.get(vote.person, vote.person)),
                "Vote": status("Approved" if vote.choice is Choice.APPROVE else "Rejected")
                if vote.stands
                else status("Voided"),
                "Why": plain(vote.rationale),
                "On evidence": digest(vote.evidence_digest),
                "When": moment(vote.cast_at),
            }
            for vote in page.votes
        ],
        alt="Votes with rationale, the evidence they were cast on, and time",
        unbroken=["Who"],
    )


def conditions(page: ChangePage, known: Mapping[str, str]) -> None:
    """Conditions of standing votes."""
    if not page.conditions:
        return
    section("Conditions of approval")
    table(
        [
            {
                "Condition": plain(row.text),
                "Owner": plain(known.get(row.owner, row.owner)),
                "Until": day(row.due_at),
                "Set by": plain(known.get(row.set_by, row.set_by)),
            }
            for row in page.conditions
        ],
        alt="Conditions of approval with owner and date",
        right=["Until"],
    )


def checklist(place: Workplace, viewer: Me, page: ChangePage) -> None:
    """The reader's own answers; everyone else sees the items."""
    with st.container(border=True):
        section("Checklist")
        refusals = page.refusals[Action.ANSWER_ITEM]
        st.markdown(f":gray[{page.answered} of {len(page.checklist)} answered; your answers freeze when you vote]")
        for item in page.checklist:
            _item(place, page, item, disabled=bool(refusals) or item.frozen)


def _item(place: Workplace, page: ChangePage, item: ItemRow, *, disabled: bool) -> None:
    key = f"answer_{page.number}_{item.code}"
    reason_key = f"{key}_reason"
    chosen = st.segmented_control(
        plain(item.title) + ("" if item.required else " :gray[advisory]"),
        list(ANSWERS),
        default=item.answer,
        format_func=lambda answer: ANSWERS[answer],
        key=key,
        help=f"{plain(item.guidance)}\n\n:gray[{plain(item.source)}]",
        disabled=disabled,
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
        section("Decision")
        st.markdown(f":gray[binds to evidence {digest(page.evidence_digest)}]")
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
            act_button("Bring into production", page.refusals[Action.EXECUTE], key="execute") and _act(
                "It was brought into production.",
                "Nothing was brought into production.",
                lambda: execute_change(place.store, place.ledger, change=page.number, actor=viewer.actor, at=now()),
            )
        else:
            st.markdown(f"{status(page.status)} {moment(page.decided_at)}", width="stretch")


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
        help="\n".join(f"{place_}. {plain(str(reason))}" for place_, reason in enumerate(reasons, start=1)) or None,
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
