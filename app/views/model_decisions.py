"""Decisions on a version: its change requests with their votes and conditions, and the request for approval."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import attempt, blocked, empty, link, paragraphs, plain, section, status, table
from app.components.formats import day, digest, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.model_reading import Reading
from app.work.tasks import urgency
from core.access.rules import permission_refusals
from core.approval.queries import ChangePage, ChangeRow, change
from core.approval.rules import OPEN
from core.approval.service import request_change
from core.inventory.rules import PERMISSION_OF, Action


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
    with right, st.container(border=True):
        section("Request approval")
        _request(place, viewer, reading)


def _changes(reading: Reading, at: datetime) -> None:
    if not reading.changes:
        with empty("Approval was not requested.", "A validated version goes into production by a change request."):
            return
    rows: list[Mapping[str, str]] = [
        {
            "Number": row.number,
            "Change": link(f"Approve v{row.version} for production", "/approval", change=row.number),
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
            "State": status(*urgency(one.due_at, at, "Condition")),
        }
        for one in newest.conditions
    ]
    table(rows, alt=f"Conditions of change {newest.number}", right=["Due"], unbroken=["Owner"])


def _request(place: Workplace, viewer: Me, reading: Reading) -> None:
    """The form; closed with every reason while something stands against it."""
    reasons = reading.refusals[Action.REQUEST_CHANGE]
    blocked("A request", reasons)
    if permission_refusals(viewer.actor, PERMISSION_OF[Action.REQUEST_CHANGE]):
        return
    with st.form("request_change", border=False):
        rationale = st.text_area(
            "Rationale, kept in the ledger",
            max_chars=4000,
            placeholder="Why this version, for which use, and what approvers should look at",
            disabled=bool(reasons),
        )
        sent = st.form_submit_button("Request approval", type="primary", disabled=bool(reasons))
    if sent:
        with attempt("Approval was not requested."):
            done = request_change(
                place.store,
                place.ledger,
                model=reading.model.number,
                version=reading.version.version,
                rationale=rationale,
                actor=viewer.actor,
                at=now(),
            )
            confirm_next(f"Change {done.change} waits for its approvers: ledger entry {done.entry}.")
            st.rerun()
