"""The steps of the response at the right of the first tab: command, contained, resolved, and the rarer ones folded."""

from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, section
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.incidents.acting import folded, moment_input, recorded, text_step
from app.views.incidents.reading import Reading
from core.improvement.incidents.leading import (
    change_severity,
    give_command,
    merge,
    reopen,
    state_contained,
    state_resolved,
)
from core.improvement.incidents.recording import Facts, add_affected, correct_facts
from core.improvement.incidents.rules.life import Act, IncidentStatus
from core.validation.rules import Severity

S = IncidentStatus
NEXT = {
    S.RESOLVED: "It is resolved. Somebody who did not lead it reviews it next, on the tab Review.",
    S.IN_REVIEW: "The review is written. It is closed on the tab Review.",
    S.CLOSED: "It is closed. Notes, people informed and notifications can still be added.",
    S.DUPLICATE: "It is a duplicate; the other incident carries on.",
}


def steps(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """What comes next in this state, then the acts that are possible at any time."""
    row = reading.whole.incident
    if row.status in NEXT:
        with st.container(border=True):
            section("Next")
            st.markdown(NEXT[row.status])
    _command(place, viewer, reading)
    if row.status is S.DECLARED:
        text_step(
            "Contained", "What shows that the harm is stopped", "State that it is contained",
            reading.against[Act.CONTAIN], _do(state_contained, place, viewer, reading, "text"), "It is contained",
            key="contain",
        )  # fmt: skip
    if row.status is S.CONTAINED:
        text_step(
            "Resolved", "What shows that it is over", "State that it is resolved", reading.against[Act.RESOLVE],
            _do(state_resolved, place, viewer, reading, "text"), "It is resolved", key="resolve",
        )  # fmt: skip
    _severity(place, viewer, reading)
    _facts(place, viewer, reading, at)
    _affected(place, viewer, reading)
    _merge(place, viewer, reading)
    folded(
        "Reopen the incident", "Why it is not over", "Reopen the incident", reading.against[Act.REOPEN],
        _do(reopen, place, viewer, reading, "text"), "It is open again", key="reopen",
    )  # fmt: skip


def _do(use_case, place: Workplace, viewer: Me, reading: Reading, name: str):  # type: ignore[no-untyped-def]
    """The use case as an act of one text."""
    return lambda text: use_case(
        place.store, place.ledger, incident=reading.number, actor=viewer.actor, at=now(), **{name: text}
    )


def _command(place: Workplace, viewer: Me, reading: Reading) -> None:
    row, reasons = reading.whole.incident, reading.against[Act.COMMAND]
    if reasons:
        return
    if row.commander is None:
        with st.container(border=True):
            section("Take command")
            st.markdown(":gray[Nobody leads the response yet. The commander states when it is contained and resolved.]")
            if act_button("Take command", key="take_command"):
                with attempt("You are not in command."):
                    _given(place, viewer, reading, viewer.number, "Took command where nobody was in command.")
        return
    with st.expander("Hand over command"):
        people = {number: name for number, name in reading.known.items() if number != row.commander}
        chosen = st.selectbox("To", list(people), format_func=lambda one: f"{people[one]} ({one})", key="commander")
        reason = st.text_area("Reason", key="command_reason", max_chars=4000, height=70)
        if act_button("Hand over command", key="hand_over", kind="secondary"):
            with attempt("Command was not handed over."):
                _given(place, viewer, reading, chosen or "", reason or "")


def _given(place: Workplace, viewer: Me, reading: Reading, commander: str, reason: str) -> None:
    done = give_command(
        place.store, place.ledger, incident=reading.number, commander=commander, reason=reason, actor=viewer.actor,
        at=now(),
    )  # fmt: skip
    recorded(done, f"{reading.name_of(commander)} is in command")


def _severity(place: Workplace, viewer: Me, reading: Reading) -> None:
    row = reading.whole.incident
    if reading.against[Act.SEVERITY]:
        return
    with st.expander("Change the severity"):
        others = [one for one in list(Severity)[::-1] if one is not row.severity]
        chosen = st.selectbox("Severity", others, format_func=word, key="new_severity")
        reason = st.text_area("Reason", key="severity_reason", max_chars=4000, height=70)
        if act_button("Change the severity", key="change_severity", kind="secondary") and chosen:
            with attempt("The severity stays as it was."):
                done = change_severity(
                    place.store, place.ledger, incident=row.number, severity=chosen, reason=reason or "",
                    actor=viewer.actor, at=now(),
                )  # fmt: skip
                recorded(done, f"The severity is {chosen.value}")


def _facts(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    row = reading.whole.incident
    if reading.against[Act.DETAIL]:
        return
    with st.expander("Correct the facts"), st.form("facts", border=False):
        title = st.text_input("Title", value=row.title, max_chars=300)
        texts = {
            name: st.text_area(label, value=getattr(row, name), max_chars=4000, height=70)
            for name, label in (
                ("what", "What was seen"), ("people_affected", "People affected"),
                ("decisions_affected", "Decisions affected"), ("harm", "Harm"),
            )
        }  # fmt: skip
        aware = moment_input("Aware since", row.aware_at, latest=at, key=f"aware_at_{row.number}")
        knows_beginning = st.checkbox("It is known when it began", value=row.began_at is not None)
        began = moment_input("Began", row.began_at or row.aware_at, latest=at, key=f"began_at_{row.number}")
        reason = st.text_area("Reason", max_chars=4000, height=70)
        sent = st.form_submit_button("Correct the facts")
    if sent:
        with attempt("The facts stay as they were."):
            since = aware.moment()
            same = since == row.aware_at.replace(second=0, microsecond=0)
            facts = Facts(
                title=title,
                **texts,
                aware_at=None if same else since,
                began_at=began.moment() if knows_beginning else None,
            )
            done = correct_facts(
                place.store, place.ledger, incident=row.number, facts=facts, reason=reason,
                expected_revision=row.revision, actor=viewer.actor, at=now(),
            )  # fmt: skip
            recorded(done, "The facts are corrected")


def _affected(place: Workplace, viewer: Me, reading: Reading) -> None:
    if reading.against[Act.DETAIL]:
        return
    with st.expander("Add what is affected"), st.form("affected", border=False, clear_on_submit=False):
        model = st.text_input("Model", placeholder="M0001", max_chars=16)
        version = st.text_input("Version (none: the whole model)", placeholder="1.0.0", max_chars=60)
        sent = st.form_submit_button("Add what is affected")
    if sent:
        with attempt("Nothing was added."):
            done = add_affected(
                place.store, place.ledger, incident=reading.number, model=model.strip().upper(),
                version=version.strip().removeprefix("v"), actor=viewer.actor, at=now(),
            )  # fmt: skip
            recorded(done, "What is affected is on record")


def _merge(place: Workplace, viewer: Me, reading: Reading) -> None:
    if reading.against[Act.MERGE]:
        return
    with st.expander("Merge as a duplicate"), st.form("merge", border=False):
        into = st.text_input("Into the incident", placeholder="IN0001", max_chars=16)
        reason = st.text_area("Reason", max_chars=4000, height=70)
        sent = st.form_submit_button("Merge as a duplicate")
    if sent:
        with attempt("Nothing was merged."):
            done = merge(
                place.store, place.ledger, incident=reading.number, into=into.strip().upper(), reason=reason,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            recorded(done, f"It is a duplicate of {into.strip().upper()}")
