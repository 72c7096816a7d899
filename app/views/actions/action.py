"""One corrective or preventive action: what is to be done, what was done, and its steps."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.components import Back, attempt, blocked, fact, facts, facts_line, head, paragraphs, plain, section, status
from app.components.formats import day, moment
from app.components.me import Me
from app.components.record_links import record_rows
from app.components.status import word
from app.composition import Workplace, now
from app.views.incidents.acting import recorded
from app.views.incidents.reading import name_of
from app.views.shown_by import shown_by
from app.work.tasks import urgency
from core.access.rules import Actor
from core.documents.naming import Thing, parts_of
from core.errors import Refusal
from core.improvement.actions.queries import ActionRow
from core.improvement.actions.rules import Act, ActionKind, ActionStatus, action_refusals
from core.improvement.actions.service import (
    NewAction,
    action_facts,
    carry_over,
    extend_action,
    reassign_action,
    report_action_done,
    send_action_back,
    start_action,
    verify_action,
)
from core.improvement.actions.tables import CorrectiveAction
from core.improvement.incidents.record import Done
from core.links import Ref
from core.validation.rules import Severity

Against = Mapping[Act, tuple[Refusal, ...]]
EVIDENCE = "Numbers of runs, changes, documents or files, a digest, an https address; apart by commas"


def action_state(row: CorrectiveAction, at: datetime) -> str:
    """Overdue or due soon before the action's own status; what is done has time."""
    if row.status is not ActionStatus.OPEN:
        return status(row.status)
    return status(*urgency(row.due_at, at, row.status))


def against_action(row: CorrectiveAction, actor: Actor) -> Against:
    """What stands against each act on it."""
    facts_ = action_facts(row)
    return {act: action_refusals(facts_, act, actor) for act in Act if act is not Act.OPEN}


def action_head(row: ActionRow, known: Mapping[str, str], at: datetime) -> None:
    """Title, state, kind, owner and due date."""
    one = row.action
    head(
        one.title,
        facts_line(
            status(one.severity),
            action_state(one, at),
            fact("Kind", plain(word(one.kind))),
            fact("Owner", name_of(one.owner, known)),
            fact("Due", day(one.due_at)),
        ),
        back=Back("actions", "Actions"),
        trail=one.number,
    )


def action_record(row: ActionRow, known: Mapping[str, str], things: Mapping[str, Thing]) -> None:
    """What is to be done and why, what was done and what shows it, who verified it."""
    one = row.action

    def said(text: str, person: str | None, when: datetime | None) -> str:
        return f"{paragraphs(text)}  \n:small[:gray[{name_of(person, known)}, {moment(when)}]]" if text else ""

    section("What is to be done")
    facts(
        {
            "Detail": paragraphs(one.detail),
            **record_rows(link.ref for link in row.links),
            "Opened by": f"{name_of(one.opened_by, known)}, {moment(one.opened_at)}",
            **({"Sent back because": paragraphs(one.sent_back)} if one.sent_back else {}),
            **({"Carried over because": said(one.carried_over, one.carried_by, None)} if one.carried_over else {}),
        },
        alt=f"Action {one.number}",
    )
    section("What was done")
    if not one.done:
        st.markdown(":gray[Nothing is reported yet.]")
        return
    facts(
        {
            "Account": said(one.done, one.done_by, one.done_at) if one.done_by else paragraphs(one.done),
            "Evidence": shown_by(one.evidence, things),
            "Verification": said(one.verification, one.verified_by, one.verified_at),
        },
        alt=f"What was done in {one.number}, and its verification",
    )


def action_steps(place: Workplace, viewer: Me, row: ActionRow, known: Mapping[str, str]) -> None:
    """A card for each step that this person could take, or the reasons where it is none of theirs."""
    one, against = row.action, against_action(row.action, viewer.actor)
    if one.status is ActionStatus.VERIFIED:
        st.markdown(f"{status(one.status)} Nothing is left to do.")
        return
    if all(against.values()):
        blocked("A step", against[Act.DONE if one.status is ActionStatus.OPEN else Act.VERIFY])
        return
    if not against[Act.DONE]:
        _report(place, viewer, one)
    _texts(place, viewer, one, against)
    if not against[Act.EXTEND]:
        _extend(place, viewer, one)
    if not against[Act.REASSIGN]:
        _reassign(place, viewer, one, known)


def _report(place: Workplace, viewer: Me, row: CorrectiveAction) -> None:
    with st.container(border=True):
        section("Report as done")
        with st.form("done", border=False):
            text = st.text_area("What was done", max_chars=4000, height=90)
            shown = st.text_input("What shows it", max_chars=1000, help=EVIDENCE, placeholder="R0042, CR0012, DOC0003")
            sent = st.form_submit_button("Report as done", type="primary")
        if sent:
            with attempt("Nothing was recorded."):
                done = report_action_done(
                    place.store, place.ledger, action=row.number, done=text, evidence=parts_of(shown),
                    expected_revision=row.revision, actor=viewer.actor, at=now(),
                )  # fmt: skip
                recorded(done, "It is reported as done; somebody else verifies it")


def _texts(place: Workplace, viewer: Me, row: CorrectiveAction, against: Against) -> None:
    cases: dict[Act, tuple[str, str, str, Callable[..., Done], str]] = {
        Act.VERIFY: ("Verify", "What was looked at, and why it is enough", "Verify and close", verify_action, "text"),
        Act.SEND_BACK: ("Send back", "What is missing", "Send back", send_action_back, "reason"),
        Act.CARRY_OVER: (
            "Carry over", "Why the incident may close before it is done", "Carry over", carry_over, "reason",
        ),
    }  # fmt: skip
    for act, (title, label, button, use_case, name) in cases.items():
        if against[act] or (act is Act.CARRY_OVER and row.carried_over):
            continue
        with st.container(border=True):
            section(title)
            with st.form(f"form_{act.name.lower()}", border=False):
                text = st.text_area(label, max_chars=4000, height=80)
                sent = st.form_submit_button(button)
            if sent:
                with attempt("Nothing was recorded."):
                    done = use_case(
                        place.store, place.ledger, action=row.number, actor=viewer.actor, at=now(), **{name: text}
                    )
                    recorded(done, f"{row.number} is on record as it is now")


def _extend(place: Workplace, viewer: Me, row: CorrectiveAction) -> None:
    with st.expander("Change the due date"), st.form("extend", border=False):
        least = now().date() + timedelta(days=1)
        due = st.date_input("Due", value=max(row.due_at.date() + timedelta(days=14), least), format="YYYY-MM-DD")
        reason = st.text_area("Reason", max_chars=4000, height=70)
        sent = st.form_submit_button("Change the due date")
    if sent:
        with attempt("The due date stays as it was."):
            done = extend_action(
                place.store, place.ledger, action=row.number, due_at=end_of(due), reason=reason, actor=viewer.actor,
                at=now(),
            )  # fmt: skip
            recorded(done, f"{row.number} is due on {day(end_of(due))}")


def _reassign(place: Workplace, viewer: Me, row: CorrectiveAction, known: Mapping[str, str]) -> None:
    with st.expander("Give it to somebody else"), st.form("reassign", border=False):
        people = {number: name for number, name in known.items() if number != row.owner}
        owner = st.selectbox("Owner", list(people), format_func=lambda one: f"{people[one]} ({one})")
        reason = st.text_area("Reason", max_chars=4000, height=70)
        sent = st.form_submit_button("Give it to them")
    if sent:
        with attempt("The owner stays as it was."):
            done = reassign_action(
                place.store, place.ledger, action=row.number, owner=owner or "", reason=reason, actor=viewer.actor,
                at=now(),
            )  # fmt: skip
            recorded(done, f"{row.number} is {name_of(owner, known)}’s")


def open_action_form(
    place: Workplace, viewer: Me, about: tuple[Ref, ...], known: Mapping[str, str], *, severity: Severity
) -> None:
    """A new action about these records."""
    with st.form("open_action", border=False):
        title = st.text_input("What is to be done", max_chars=300)
        detail = st.text_area("Detail", max_chars=4000, height=70)
        row = st.columns(2)
        kind = row[0].selectbox("Kind", list(ActionKind), format_func=word)
        weights = list(Severity)[::-1]
        weight = row[1].selectbox("Severity", weights, index=weights.index(severity), format_func=word)
        owner = st.selectbox("Owner", list(known), format_func=lambda one: f"{known[one]} ({one})", index=None)
        due = st.date_input("Due", value=now().date() + timedelta(days=30), format="YYYY-MM-DD")
        sent = st.form_submit_button("Open the action")
    if sent and kind and weight:
        with attempt("No action was opened."):
            new = NewAction(kind, title, owner or "", end_of(due), about, weight, detail)
            done = start_action(place.store, place.ledger, new=new, actor=viewer.actor, at=now())
            recorded(done, f"{done.number} is open")


def end_of(chosen: date) -> datetime:
    """The last second of a day in UTC."""
    return datetime.combine(chosen, time(23, 59, 59), UTC)
