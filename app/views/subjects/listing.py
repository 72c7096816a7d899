"""The list of subject requests, and the form on which one is put down."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import streamlit as st

from app.components import attempt, blocked, empty, link, plain, section, status, table
from app.components.formats import counted, day
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.work.tasks import urgency
from core.privacy.subjects.filing import NewRequest, file_request, standing
from core.privacy.subjects.queries import RequestRow
from core.privacy.subjects.rules import CHANNELS, Regime, RequestKind, RequestStatus, called, handle_refusals

ASKS_FOR = {
    RequestKind.ACCESS: "access: a copy of what is held",
    RequestKind.ERASURE: "erasure",
    RequestKind.CORRECTION: "correction",
    RequestKind.RESTRICTION: "restriction of the processing",
}
TERMS = (
    "One a line: numbers of customers or rows, mail addresses, names as they are written. What has fewer than five "
    "signs has to be the whole of a value."
)


def said_in_short(waiting: int, overdue: int) -> str:
    """“**2 requests** wait for an answer, 1 is overdue.”"""
    if not waiting:
        return "**No request waits for an answer.**"
    late = f", {overdue} {'is' if overdue == 1 else 'are'} overdue" if overdue else ""
    verb = "waits" if waiting == 1 else "wait"
    return f"**{counted(waiting, 'request')}** {verb} for an answer{late}.\u2002 :gray[Most urgent first]"


def request_state(row: RequestRow, at: datetime) -> str:
    """Overdue or due soon before the state itself, while it waits."""
    one = row.row
    if one.status is RequestStatus.ERASING:
        return status("Under way")
    return status(*urgency(one.due_at, at, "Open")) if standing(one) else status(word(one.status))


def requests_table(rows: Sequence[RequestRow], at: datetime) -> None:
    """One row a request."""
    table(
        [
            {
                "Number": link(row.row.number, "/subject_request", request=row.row.number),
                "Asks for": plain(word(called(row.row.kind, row.row.regime))),
                "Law": row.row.regime.value,
                "User": plain(row.row.person) if row.row.person else "–",
                "Received": day(row.row.received_at, today=at),
                "Answer by": day(row.row.due_at, today=at),
                "Next": row.next_step or "–",
                "State": request_state(row, at),
            }
            for row in rows
        ],
        alt="Subject requests, those that wait first, by due date: what is asked for, law, dates, next step and state",
        right=["Received", "Answer by"],
        unbroken=["Number"],
    )


def nothing_on_record() -> None:
    """No request was ever put down."""
    with empty("No request is on record.", "Put one down on the day it is received: the clock begins with it."):
        return


def filing_form(place: Workplace, viewer: Me, people: dict[str, str]) -> None:
    """Put a request down."""
    section("Put a request down")
    reasons = handle_refusals(viewer.actor)
    blocked("Putting a request down", reasons)
    if reasons:
        return
    with st.form("file_request"):
        first = st.columns(4)
        kind = first[0].selectbox("Asks for", list(RequestKind), format_func=ASKS_FOR.__getitem__)
        regime = first[1].selectbox("Law", list(Regime), format_func=lambda one: one.value)
        channel = first[2].selectbox("Received by", CHANNELS)
        received = first[3].date_input("Received on", value=now().date(), max_value=now().date(), format="YYYY-MM-DD")
        second = st.columns(2)
        name = second[0].text_input("Who asks", max_chars=300)
        contact = second[1].text_input("How they are reached", max_chars=500)
        options = ["", *people]
        person = st.selectbox(
            "User of Countersign", options, format_func=lambda one: f"{people[one]} ({one})" if one else "Not a user"
        )
        terms = st.text_area("What is searched for", help=TERMS, height=90)
        note = st.text_area("What they said", max_chars=4000, height=70)
        st.caption("Encrypted under a key of this request alone, which is destroyed when it closes.")
        sent = st.form_submit_button("Put the request down", type="primary")
    if sent and kind and regime and channel:
        with attempt("Nothing was put down."):
            new = NewRequest(
                kind, regime, channel, received_at(received, now()), name, contact, tuple(terms.splitlines()),
                person or "", note,
            )  # fmt: skip
            filed = file_request(place.store, place.ledger, new=new, actor=viewer.actor, at=now())
            earlier = f" They asked before: {', '.join(filed.earlier)}." if filed.earlier else ""
            confirm_next(f"{filed.number} is put down: ledger entry {filed.entry}.{earlier}")
            st.switch_page(page_file("subject_request"), query_params={"request": filed.number})


def received_at(chosen: date, at: datetime) -> datetime:
    """Today: now. An earlier day: its end in UTC, the latest moment at which it can have come."""
    return at if chosen == at.date() else datetime.combine(chosen, time(23, 59, 59), UTC)
