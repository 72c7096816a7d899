"""What a reader can do with a version's evidence: each form asks the rules before it opens, as the use case does."""

from collections.abc import Callable, Sequence

import streamlit as st

from app.components import act_button, attempt, blocked, plain, section
from app.components.me import Me
from app.components.refusals import numbered
from app.components.status import word
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.model_reading import Reading
from core.access.rules import permission_refusals
from core.errors import Refusal
from core.inventory.rules import PERMISSION_OF, Action
from core.validation import runs
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.findings import raise_finding
from core.validation.rules import Outcome, Severity

LONG = 4000


def acts(place: Workplace, viewer: Me, reading: Reading) -> None:
    """Forms that are open to the reader, forms that their role has but something stands against, then the rest."""
    closed: list[tuple[str, Sequence[Refusal]]] = []
    for action, title, form in (
        (Action.ANSWER, "Answer a question", _answer_form),
        (Action.ASK, "Ask a question", _ask_form),
        (Action.RAISE_FINDING, "Raise a finding", _finding_form),
        (Action.CONCLUDE_NOT_VALIDATED, "Conclude the validation", _conclude_form),
    ):
        if action is Action.ANSWER and not _unanswered(reading):
            continue
        if reading.refusals[action] and permission_refusals(viewer.actor, PERMISSION_OF[action]):
            closed.append((title, reading.refusals[action]))
        else:
            _card(place, viewer, reading, action, title, form)
    with st.container(horizontal=True):
        _other_steps(place, viewer, reading)
    if closed:
        with st.container(border=True):
            section("Steps of other roles")
            st.markdown(":gray[Each button says who takes the step.]")
            with st.container(horizontal=True):
                for title, reasons in closed:
                    st.button(title, key=f"closed {title}", disabled=True, help=numbered(reasons))


def _card(
    place: Workplace,
    viewer: Me,
    reading: Reading,
    action: Action,
    title: str,
    form: Callable[[Workplace, Me, Reading], None],
) -> None:
    with st.container(border=True):
        section(title)
        if reading.refusals[action]:
            blocked("This", reading.refusals[action])
        else:
            form(place, viewer, reading)


def hand_in(reading: Reading) -> None:
    """Go to the upload page of this version."""
    query = {"model": reading.model.number, "version": reading.version.version}
    st.switch_page(page_file("upload"), query_params=query)


def start_validation(place: Workplace, viewer: Me, reading: Reading) -> None:
    """Queue the validation of the evidence at hand."""
    with attempt("The validation was not started."):
        started = runs.start(place.store, place.ledger, **_of(reading), actor=viewer.actor, at=now())
        confirm_next(f"Validation {started.run} was started: ledger entry {started.entry}.")
        st.rerun()


def _other_steps(place: Workplace, viewer: Me, reading: Reading) -> None:
    """The steps of the developer that are not the next one, as the head of the page shows that."""
    further = {Action.UPLOAD_EVIDENCE, Action.START_VALIDATION} - {reading.next_step}
    if Action.UPLOAD_EVIDENCE in further:
        reasons = reading.refusals[Action.UPLOAD_EVIDENCE]
        if act_button("Hand in evidence", reasons, key="hand_in", kind="secondary"):
            hand_in(reading)
    if Action.START_VALIDATION in further and not reading.is_judged:
        reasons = reading.refusals[Action.START_VALIDATION]
        if act_button("Start validation", reasons, key="start_validation", kind="secondary"):
            start_validation(place, viewer, reading)


def _answer_form(place: Workplace, viewer: Me, reading: Reading) -> None:
    waiting = _unanswered(reading)
    with st.form("answer", border=False):
        number = st.selectbox("Question", list(waiting), format_func=lambda one: f"{one}: {waiting[one][:80]}")
        text = st.text_area("Answer, kept in the ledger", max_chars=LONG)
        sent = st.form_submit_button("Answer question")
    if sent and number:
        with attempt("The answer was not recorded."):
            answer(place.store, place.ledger, question=number, text=text, actor=viewer.actor, at=now())
            confirm_next(f"The answer to {number} is on record.")
            st.rerun()


def _ask_form(place: Workplace, viewer: Me, reading: Reading) -> None:
    with st.form("ask", border=False):
        text = st.text_area("Question, kept in the ledger", max_chars=LONG)
        sent = st.form_submit_button("Ask question")
    if sent:
        with attempt("The question was not recorded."):
            number = ask(place.store, place.ledger, **_of(reading), text=text, actor=viewer.actor, at=now())
            confirm_next(f"Question {number} is on record.")
            st.rerun()


def _finding_form(place: Workplace, viewer: Me, reading: Reading) -> None:
    with st.form("finding", border=False):
        title = st.text_input("Title", max_chars=300, placeholder="What is wanting, in one line")
        detail = st.text_area("Detail", max_chars=LONG, placeholder="Where it shows, and what would put it right")
        severity = st.selectbox("Severity", list(Severity), index=1, format_func=word)
        sent = st.form_submit_button("Raise finding")
    if sent and severity:
        with attempt("The finding was not raised."):
            number = raise_finding(
                place.store, place.ledger, **_of(reading), title=title, detail=detail, severity=severity,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"Finding {number} is on record.")
            st.rerun()


def _conclude_form(place: Workplace, viewer: Me, reading: Reading) -> None:
    against = reading.refusals[Action.CONCLUDE_VALIDATED]
    blocked("“Validated”", against)
    summary = st.text_area(
        "Summary, kept in the ledger", key="summary", max_chars=LONG, placeholder="What convinced you, what did not"
    )
    with st.container(horizontal=True):
        passed = act_button("Conclude as validated", against, key="conclude_validated")
        failed = act_button("Conclude as not validated", (), key="conclude_not_validated", kind="secondary")
    if passed or failed:
        outcome = Outcome.VALIDATED if passed else Outcome.NOT_VALIDATED
        with attempt("The validation was not concluded."):
            conclude(
                place.store, place.ledger, **_of(reading), outcome=outcome, summary=summary,
                seen_digest=reading.version.evidence_digest, actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"Version {plain(reading.version.version)} is concluded as {outcome}.")
            st.rerun()


def _of(reading: Reading) -> dict[str, str]:
    return {"model": reading.model.number, "version": reading.version.version}


def _unanswered(reading: Reading) -> dict[str, str]:
    return {one.number: " ".join(one.text.split()) for one in reading.held.questions if one.answered_at is None}
