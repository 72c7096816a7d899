"""Findings on the page of an audit: the list, one of them from condition to verification, and the form to raise one."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, blocked, empty, facts, link, paragraphs, plain, section, status, table
from app.components.formats import day, moment
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.audits.reading import Against, Reading, against_finding
from app.views.confirmation import confirm_next
from app.work.tasks import urgency
from core.audits.facts import Done
from core.audits.fieldwork import Found, raise_finding
from core.audits.following import report_done, respond, send_back, verify_finding
from core.audits.queries import FindingOf, key_of
from core.audits.rules.life import Act, AuditKind, FindingStatus, Response
from core.audits.tables import AuditFinding
from core.validation.rules import Severity

TEXTS = {
    "condition": "Condition: what is",
    "criterion": "Criterion: what should be",
    "cause": "Cause: why it is so",
    "effect": "Effect: what may come of it",
    "recommendation": "Recommendation",
}
DAYS = 14  # to answer in, as proposed


def findings(place: Workplace, viewer: Me, reading: Reading, asked: str | None, at: datetime) -> None:
    """The list, and one finding whole where it is asked for; else the form to raise one."""
    found = next((one for one in reading.whole.findings if one.finding.number == asked), None)
    _list(reading, at)
    if found:
        left, right = st.columns([5, 3], gap="large")
        with left:
            _record(reading, found)
        with right:
            _steps(place, viewer, found.finding)
        return
    _raise(place, viewer, reading)


def state(row: AuditFinding, at: datetime) -> str:
    """Overdue or due soon before the finding's own state; what waits for an auditor has time."""
    if row.status is FindingStatus.OPEN:
        return status(*urgency(row.respond_by, at, row.status))
    if row.status is FindingStatus.ANSWERED and row.due_at:
        return status(*urgency(row.due_at, at, row.status))
    return status(row.status)


def _list(reading: Reading, at: datetime) -> None:
    rows = reading.whole.findings
    if not rows:
        with empty("No finding is raised.", "What does not conform is raised with condition, cause and effect."):
            return
    number = reading.whole.audit.number
    table(
        [
            {
                "Number": one.finding.number,
                "Finding": link(one.finding.title, "/audit", audit=number, tab="Findings", finding=one.finding.number),
                "Grade": status(one.finding.grade),
                "About": plain(" ".join(filter(None, (one.item, one.criterion)))),
                "Answers": reading.name_of(one.finding.owner),
                "Response": plain(word(one.finding.response)) if one.finding.response else "",
                "Due": day(one.finding.due_at if one.finding.response else one.finding.respond_by, today=at),
                "State": state(one.finding, at),
            }
            for one in rows
        ],
        alt=f"Findings of {number}: grade, item and criterion, who answers, response, due date and state",
        right=["Due"],
        unbroken=["Number", "Answers"],
    )


def _record(reading: Reading, one: FindingOf) -> None:
    row = one.finding
    theirs = reading.whole.audit.kind is AuditKind.EXTERNAL
    raised = "Entered by" if theirs else "Raised by"
    section(f"{row.number}: {plain(row.title)}")
    pairs: dict[str, str] = {label: paragraphs(getattr(row, name)) for name, label in TEXTS.items()}
    pairs["Their reference"] = plain(row.reference) if row.reference else ""
    pairs["About"] = plain(", ".join(filter(None, (one.item, one.criterion))))
    pairs[raised] = f"{reading.name_of(row.raised_by)}, {moment(row.raised_at)}"
    pairs["Response"] = _said(reading, row.response_text, row.responded_by, row.responded_at)
    pairs["Answered with"] = plain(word(row.response)) if row.response else ""
    pairs["To be done by"] = day(row.due_at) if row.due_at else ""
    pairs["Done"] = _said(reading, row.done, row.done_by, row.done_at)
    pairs["Sent back because"] = paragraphs(row.sent_back) if row.sent_back else ""
    pairs["Verification"] = _said(reading, row.verification, row.verified_by, row.verified_at)
    facts({name: said for name, said in pairs.items() if said}, alt=f"Audit finding {row.number}")


def _said(reading: Reading, text: str, person: str | None, when: datetime | None) -> str:
    return f"{paragraphs(text)}  \n:small[:gray[{reading.name_of(person)}, {moment(when)}]]" if text else ""


def _steps(place: Workplace, viewer: Me, row: AuditFinding) -> None:
    """A card for each step that this person could take, or the reasons where it is none of theirs."""
    with place.store.reading() as session:
        against = against_finding(session, row.number, viewer.actor)
    if row.status is FindingStatus.VERIFIED:
        st.markdown(f"{status(row.status)} Nothing is left to do.")
        return
    if all(against.values()):
        blocked("A step", against[_next_act(row)])
        return
    if not against[Act.RESPOND]:
        _respond(place, viewer, row)
    _texts(place, viewer, row, against)


def _next_act(row: AuditFinding) -> Act:
    """The step that the finding waits for."""
    if row.status is FindingStatus.OPEN:
        return Act.RESPOND
    accepted = row.response is Response.RISK_ACCEPTED
    return Act.REPORT if row.status is FindingStatus.ANSWERED and not accepted else Act.VERIFY


def _respond(place: Workplace, viewer: Me, row: AuditFinding) -> None:
    with st.container(border=True):
        section("Respond")
        with st.form("respond", border=False):
            kind = st.radio("Response", list(Response), format_func=word)
            text = st.text_area("What will be done, or why the risk is accepted", max_chars=4000, height=100)
            due = st.date_input("Done by", value=now().date() + timedelta(days=30), min_value=now().date())
            sent = st.form_submit_button("Record the response", type="primary")
        if sent and kind:
            with attempt("The response was not recorded."):
                done = respond(
                    place.store, place.ledger, finding=row.number, response=kind, text=text, due_at=_end(due),
                    actor=viewer.actor, at=now(),
                )  # fmt: skip
                _confirmed(done, "The response to {} is on record")


def _texts(place: Workplace, viewer: Me, row: AuditFinding, against: Against) -> None:
    cases: dict[Act, tuple[str, str, str, Callable[..., Done], str]] = {
        Act.REPORT: ("Report as done", "What was done, and what shows it", "Report as done", report_done, "text"),
        Act.VERIFY: ("Verify", "What was looked at, and why it is enough", "Verify and close", verify_finding, "text"),
        Act.SEND_BACK: ("Send back", "What is missing", "Send back", send_back, "reason"),
    }
    for act, (title, label, button, use_case, name) in cases.items():
        if against[act]:
            continue
        with st.container(border=True):
            section(title)
            with st.form(f"form_{act.name.lower()}", border=False):
                text = st.text_area(label, max_chars=2000, height=90)
                sent = st.form_submit_button(button)
            if sent:
                with attempt("Nothing was recorded."):
                    done = use_case(
                        place.store, place.ledger, finding=row.number, actor=viewer.actor, at=now(), **{name: text}
                    )
                    _confirmed(done, "{} is on record as it is now")


def _raise(place: Workplace, viewer: Me, reading: Reading) -> None:
    whole, reasons = reading.whole, reading.against[Act.RAISE]
    reasons = tuple(one for one in reasons if not one.code.startswith("tie"))  # ties count for the item alone
    if whole.audit.number and reasons:
        with st.container(border=True):
            section("Raise a finding")
            act_button("Raise the finding", reasons, key="raise_blocked")
        return
    outside = whole.audit.kind is AuditKind.EXTERNAL
    people = {number: name for number, name in reading.known.items() if number not in whole.team}
    with st.container(border=True):
        section("Enter a finding of theirs" if outside else "Raise a finding")
        with st.form("raise", border=False, clear_on_submit=False):
            left, right = st.columns(2, gap="large")
            with left:
                given = _texts_of(people)
            with right:
                texts = {name: st.text_area(label, max_chars=4000, height=80) for name, label in TEXTS.items()}
            item = st.selectbox("Sampled item", ["", *(one.item.key for one in whole.items)])
            by = st.selectbox("By criterion", ["", *(key_of(one) for one in whole.criteria)])
            reference = st.text_input("The auditor’s own number and grade", max_chars=300) if outside else ""
            sent = st.form_submit_button("Raise the finding", type="primary")
        if sent:
            with attempt("The finding was not raised."):
                found = Found(**given, **texts, item=item or "", by_criterion=by or "", reference=reference)  # type: ignore[arg-type]  # fields by name
                done = raise_finding(
                    place.store, place.ledger, audit=whole.audit.number, found=found, actor=viewer.actor, at=now()
                )
                _confirmed(done, "{} is raised")


def _texts_of(people: Mapping[str, str]) -> dict[str, object]:
    title = st.text_input("Title", max_chars=300)
    grades = list(Severity)[::-1]
    grade = st.selectbox("Grade", grades, index=1, format_func=word)
    owner = st.selectbox("Who answers", list(people), format_func=lambda one: f"{people[one]} ({one})")
    until = st.date_input("Answer by", value=now().date() + timedelta(days=DAYS))
    return {"title": title, "grade": grade, "owner": owner or "", "respond_by": _end(until)}


def _end(chosen: date) -> datetime:
    return datetime.combine(chosen, time(23, 59, 59), UTC)


def _confirmed(done: Done, what: str) -> None:
    confirm_next(f"{what.format(done.number)}: ledger entry {done.entry}.")
    st.rerun()
