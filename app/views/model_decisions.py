"""Decisions on a version: its change requests with their votes and conditions, and the request for approval."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import empty, link, paragraphs, plain, section, status, table
from app.components.formats import day, digest, moment
from app.components.me import Me
from app.composition import Workplace
from app.views.exceptions import exceptions_table
from app.views.kinds import title_of
from app.views.model_reading import Reading
from app.views.request_change import request_form
from app.work.tasks import urgency
from core.approval.queries import ChangePage, ChangeRow, ConditionRow, change
from core.approval.rules import OPEN


def decisions(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """Every change of this version, the newest one's votes and conditions, and the request at the right."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        section("Changes")
        _changes(reading, at)
        if reading.changes:
            with place.store.reading() as session:
                newest = change(session, reading.changes[0].number, viewer.actor, at=at)
            _votes(reading, newest)
            _conditions(reading, newest, at)
            _exceptions(reading, newest, at)
    with right, st.container(border=True):
        section("Request a change")
        request_form(place, viewer, reading, at)


def _changes(reading: Reading, at: datetime) -> None:
    if not reading.changes:
        with empty("Approval was not requested.", "A validated version goes into production by a change request."):
            return
    rows: list[Mapping[str, str]] = [
        {
            "Number": row.number,
            "Change": link(title_of(row.kind, f"v{row.version}", row.lifts), "/approval", change=row.number),
            "Asked by": plain(reading.name_of(row.requested_by)),
            "Since": day(row.requested_at, today=at),
            "Due": day(row.due_at, today=at),
            "State": _state(row, at),
            "Votes": f"{row.approvals} of {row.quorum}",
        }
        for row in reading.changes
    ]
    table(
        rows, alt="Change requests for this version, newest first", right=["Since", "Due", "Votes"], unbroken=["Number"]
    )


def _state(row: ChangeRow, at: datetime) -> str:
    return status(*urgency(row.due_at, at, row.status)) if row.status in OPEN else status(row.status)


def _votes(reading: Reading, newest: ChangePage) -> None:
    section(f"Votes on {newest.number}")
    if not newest.votes:
        st.markdown(":gray[No vote is cast yet.]")
        return
    rows: list[Mapping[str, str]] = [
        {
            "Who": plain(reading.name_of(vote.person)),
            "Vote": status(vote.choice) if vote.stands else f"{status('Voided')} {plain(vote.choice)}",
            "Why": paragraphs(vote.rationale),
            "When": moment(vote.cast_at),
            "Evidence": digest(vote.evidence_digest),
        }
        for vote in newest.votes
    ]
    table(rows, alt=f"Votes on change {newest.number}", right=["When"], unbroken=["Who"])


def _conditions(reading: Reading, newest: ChangePage, at: datetime) -> None:
    if not newest.conditions:
        return
    section("Conditions of approval")
    rows: list[Mapping[str, str]] = [
        {
            "Condition": paragraphs(one.text),
            "Owner": plain(reading.name_of(one.owner)),
            "Due": day(one.due_at, today=at),
            "State": status(*urgency(one.due_at, at, "Condition"))
            if one.state(at) == "Open"
            else status(one.state(at)),
        }
        for one in newest.conditions
    ]
    table(rows, alt=f"Conditions of change {newest.number}", right=["Due"], unbroken=["Owner"])


def _condition_state(one: ConditionRow, at: datetime) -> str:
    state = one.state(at)
    return status(*urgency(one.due_at, at, "Condition")) if state == "Open" else status(state)


def _exceptions(reading: Reading, newest: ChangePage, at: datetime) -> None:
    if newest.exceptions:
        section("Policy exceptions in force")
        exceptions_table(newest.exceptions, reading.known, at)
