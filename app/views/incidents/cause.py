"""The root cause of an incident, and the actions that follow from it."""

from datetime import datetime

import streamlit as st

from app.components import attempt, empty, facts, paragraphs, plain, section
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.actions.action import open_action_form
from app.views.actions.listing import actions_table
from app.views.incidents.acting import recorded
from app.views.incidents.reading import Reading
from core.improvement.actions.queries import action_rows
from core.improvement.actions.rules import open_refusals
from core.improvement.incidents.recording import record_cause
from core.improvement.incidents.rules.life import Act, CauseMethod
from core.links import RecordKind, Ref


def cause(place: Workplace, viewer: Me, reading: Reading) -> None:
    """The cause as it is understood, the former ones, and the form to write it anew."""
    section("Root cause")
    causes = reading.whole.causes
    if not causes:
        with empty("No root cause is recorded.", "It is written with its method before the incident is resolved."):
            pass
    for place_, one in enumerate(reversed(causes)):
        factors = "  \n".join(f"• {plain(line)}" for line in one.factors.splitlines())
        said = {
            "Cause": paragraphs(one.cause),
            "Contributing factors": factors,
            "Method": plain(word(one.method)),
            "How it was found": paragraphs(one.found_how) if one.found_how else "",
            "Written by": reading.by(one.written_by, one.written_at).strip(),
        }
        if place_ == 0:
            facts(said, alt=f"Root cause of {reading.number}")
        else:
            with st.expander(f"As it was understood before ({len(causes) - place_})"):
                facts(said, alt=f"Former root cause of {reading.number}")
    if not reading.against[Act.CAUSE]:
        _write(place, viewer, reading)


def _write(place: Workplace, viewer: Me, reading: Reading) -> None:
    held = reading.whole.cause
    with st.expander("Record the root cause" if held is None else "Write it anew", expanded=held is None):
        with st.form("cause", border=False):
            methods = list(CauseMethod)
            method = st.selectbox("Method", methods, format_func=word, index=methods.index(held.method) if held else 0)
            text = st.text_area("Root cause", value=held.cause if held else "", max_chars=4000, height=90)
            factors = st.text_area(
                "Contributing factors, a line each", value=held.factors if held else "", max_chars=4000, height=80
            )
            how = st.text_area("How it was found", value=held.found_how if held else "", max_chars=4000, height=70)
            sent = st.form_submit_button("Record the root cause")
        if sent and method:
            with attempt("Nothing was recorded."):
                done = record_cause(
                    place.store, place.ledger, incident=reading.number, method=method, cause=text, factors=factors,
                    found_how=how, actor=viewer.actor, at=now(),
                )  # fmt: skip
                recorded(done, "The root cause is on record")


def actions(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """Corrective and preventive actions of the incident, and the form to open one."""
    section("Corrective and preventive actions")
    found = reading.whole.actions
    if not found:
        with empty("No action is recorded.", "At least one, with owner and due date, before the incident is resolved."):
            pass
    else:
        with place.store.reading() as session:
            rows = action_rows(session, found)
        actions_table(rows, reading.known, at, linked=False)
    row = reading.whole.incident
    if reading.against[Act.NOTE] or open_refusals(viewer.actor):
        return
    with st.expander("Open an action", expanded=not found):
        about = (Ref(RecordKind.INCIDENT, row.number), *((Ref(RecordKind.MODEL, row.model),) if row.model else ()))
        open_action_form(place, viewer, about, reading.known, severity=row.severity)
