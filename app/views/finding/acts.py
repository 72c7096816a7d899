"""The acts on a finding: a card for each of the two that settle it, and the others folded below."""

from datetime import UTC, datetime, time

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from app.components import attempt, blocked, section
from app.components.formats import day
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.finding.reading import Reading, Step
from app.views.linked import kind_word
from app.views.model_reading import person_name
from core.links import RecordKind, Ref
from core.register.offered import Offered
from core.validation.findings import (
    FILE,
    Shown,
    close_finding,
    extend_due,
    link_finding,
    reassign,
    remediate,
    return_finding,
)
from core.validation.findings.proof import LARGEST
from core.validation.rules import BLOCKING

LONG = 4000
LINKABLE = (
    RecordKind.INCIDENT, RecordKind.ALERT, RecordKind.ACTION, RecordKind.RUN, RecordKind.CHANGE, RecordKind.EXCEPTION,
    RecordKind.FINDING, RecordKind.AUDIT_FINDING, RecordKind.DEVIATION, RecordKind.DOCUMENT, RecordKind.REVIEW,
)  # fmt: skip


def finding_acts(place: Workplace, viewer: Me, reading: Reading) -> None:
    """Everything that can be done; what cannot be done says every reason."""
    with st.container(border=True):
        _remediate(place, viewer, reading)
    with st.container(border=True):
        _judge(place, viewer, reading)
    for step, title, form in (
        (Step.REASSIGN, "Hand on", _reassign),
        (Step.EXTEND, "Give more time", _extend),
        (Step.LINK, "Link with another record", _link),
    ):
        if not reading.against[step]:
            with st.expander(title):
                form(place, viewer, reading)


def _remediate(place: Workplace, viewer: Me, reading: Reading) -> None:
    section("Remediate")
    reasons = reading.against[Step.REMEDIATE]
    blocked("Remediation", reasons)
    with st.form("form_remediate_finding", border=False):
        text = st.text_area(
            "What was done, kept in the ledger", max_chars=LONG, disabled=bool(reasons),
            placeholder="What changed, where it shows, and since which version",
        )  # fmt: skip
        chosen, files = ([], []) if reasons else _evidence(reading)
        sent = st.form_submit_button("Record remediation", type="primary", disabled=bool(reasons))
    if sent:
        with attempt("The remediation was not recorded."):
            evidence = [*(Shown(one.kind.value, one.key) for one in chosen), *(_kept(place, one) for one in files)]
            remediate(
                place.store, place.ledger, finding=reading.number, text=text, evidence=evidence, files=place.files,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            _said_and_again(f"The remediation of {reading.number} is on record; a validator verifies it.")


def _evidence(reading: Reading) -> tuple[list[Offered], list[UploadedFile]]:
    needed = reading.page.finding.severity in BLOCKING
    chosen = st.multiselect(
        "What shows it", reading.offered, format_func=_said,
        help="At this severity words alone are not enough." if needed else None,
    )  # fmt: skip
    return chosen, st.file_uploader("Or a file", accept_multiple_files=True, max_upload_size=LARGEST // 1_000_000)


def _kept(place: Workplace, file: UploadedFile) -> Shown:
    stored = place.files.add(iter([file.getvalue()]))
    return Shown(FILE, stored.digest, file.name, stored.size)


def _judge(place: Workplace, viewer: Me, reading: Reading) -> None:
    section("Verify and close")
    reasons = reading.against[Step.CLOSE]
    blocked("Closure", reasons)
    with st.form("form_close_finding", border=False):
        text = st.text_area(
            "What was verified, kept in the ledger", max_chars=LONG, disabled=bool(reasons),
            placeholder="What you looked at, and why it is enough, or what is missing",
        )  # fmt: skip
        with st.container(horizontal=True):
            closed = st.form_submit_button("Close finding", type="primary", disabled=bool(reasons))
            returned = st.form_submit_button("Return for more work", disabled=bool(reasons))
    if closed:
        with attempt("The finding was not closed."):
            close_finding(place.store, place.ledger, finding=reading.number, text=text, actor=viewer.actor, at=now())
            _said_and_again(f"{reading.number} is verified closed.")
    if returned:
        with attempt("The finding was not returned."):
            return_finding(place.store, place.ledger, finding=reading.number, text=text, actor=viewer.actor, at=now())
            _said_and_again(f"{reading.number} is open again.")


def _reassign(place: Workplace, viewer: Me, reading: Reading) -> None:
    with st.form("form_reassign", border=False):
        owner = st.selectbox(
            "New owner", reading.owners, index=None, format_func=lambda one: person_name(one, reading.known)
        )
        reason = st.text_input("Why", max_chars=1000)
        sent = st.form_submit_button("Hand on finding")
    if sent:
        with attempt("The finding was not handed on."):
            reassign(
                place.store, place.ledger, finding=reading.number, owner=owner or "", reason=reason,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            _said_and_again(f"{reading.number} has a new owner.")


def _extend(place: Workplace, viewer: Me, reading: Reading) -> None:
    with st.form("form_extend", border=False):
        until = st.date_input("New due date", value=None, format="YYYY-MM-DD")
        reason = st.text_input("Why, kept in the ledger", max_chars=1000)
        sent = st.form_submit_button("Extend due date")
    if sent and until:
        due = datetime.combine(until, time(23, 59, 59), UTC)
        with attempt("The due date stays as it is."):
            extend_due(
                place.store, place.ledger, finding=reading.number, due_at=due, reason=reason, actor=viewer.actor,
                at=now(),
            )  # fmt: skip
            _said_and_again(f"{reading.number} is due on {day(due)}.")


def _link(place: Workplace, viewer: Me, reading: Reading) -> None:
    with st.form("form_link", border=False):
        kind = st.selectbox("Kind", LINKABLE, format_func=kind_word)
        number = st.text_input("Number", max_chars=100, placeholder="For example IN0001")
        reason = st.text_input("What they have to do with each other", max_chars=1000)
        sent = st.form_submit_button("Link record")
    if sent and kind:
        with attempt("Nothing was linked."):
            to = Ref(kind, number.strip().upper())
            link_finding(
                place.store, place.ledger, finding=reading.number, to=to, reason=reason, actor=viewer.actor, at=now()
            )
            _said_and_again(f"{reading.number} and {to.number} are linked.")


def _said(one: Offered) -> str:
    about = "" if one.kind is RecordKind.VERSION else f" of v{one.version}"
    return f"{kind_word(one.kind)} {one.key}{about}, {one.state}, {day(one.at)}"


def _said_and_again(recorded: str) -> None:
    confirm_next(recorded)
    st.rerun()
