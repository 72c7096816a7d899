"""Columns that stopped an upload or a stream, the decision on one of them, and the decisions that count."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, blocked, link, plain, section, status, table
from app.components.formats import NOTHING, count, day, moment, percent
from app.components.me import Me
from app.components.refusals import numbered
from app.composition import Workplace
from app.views.confirmation import confirm_next
from core.access.personal_data.tables import ColumnVerdict
from core.privacy.columns import decide_column, withdraw_decision
from core.privacy.rows import ColumnRow, DecisionRow

VERDICTS: Mapping[ColumnVerdict, str] = {
    ColumnVerdict.ALLOWED: "Allowed here",
    ColumnVerdict.FALSE_ALARM: "Not personal data",
    ColumnVerdict.KEPT_OUT: "Stays out",
}
MEANS: Mapping[ColumnVerdict, str] = {
    ColumnVerdict.ALLOWED: "Later files may hold these kinds in this column; they go on record as allowed.",
    ColumnVerdict.FALSE_ALARM: "Later scans take these kinds in this column for something else.",
    ColumnVerdict.KEPT_OUT: "Later files with this column are stopped as before.",
}
USUAL = timedelta(days=90)


def columns_table(rows: Sequence[ColumnRow], known: Mapping[str, str]) -> None:
    """One row a column; the shape of one value, never a value."""
    table(
        [
            {
                "Number": row.number,
                "Record": _record(row.scope),
                "Column": plain(row.column),
                "Found": plain(row.said),
                "Shape": f"`{row.shape.replace('`', ' ')}`" if row.shape else NOTHING,
                "Filled cells": percent(row.share, 0),
                "First line": count(row.first_line),
                "Came in as": plain(row.where),
                "Handed in by": plain(known.get(row.handed_in_by, row.handed_in_by)),
                "Last": moment(row.last_at),
                "Times": count(row.times),
            }
            for row in rows
        ],
        alt="Columns that wait for a decision: where, what was found, its shape, who handed it in and how often",
        right=["Filled cells", "First line", "Last", "Times"],
        unbroken=["Number", "Record"],
    )


def decide_on_column(place: Workplace, viewer: Me, rows: Sequence[ColumnRow], at: datetime) -> None:
    """Say of one column what it is, why, and until when that counts."""
    by_number = {row.number: row for row in rows}
    with st.container(border=True):
        section("Decide on a column")
        chosen = st.selectbox(
            "Column", list(by_number), key="column",
            format_func=lambda one: f"{one}: {by_number[one].column} of {by_number[one].scope}",
        )  # fmt: skip
        row = by_number[chosen]
        blocked("A decision", row.refusals)
        verdict = st.radio(
            "It is", list(VERDICTS), key=f"column verdict {chosen}", format_func=VERDICTS.__getitem__, horizontal=True,
            disabled=bool(row.refusals),
        )  # fmt: skip
        st.caption(MEANS[verdict])
        left, right = st.columns([3, 1])
        reason = left.text_input(
            "Reason", key=f"column reason {chosen}", max_chars=2000, disabled=bool(row.refusals),
            help="At least ten characters, kept in the ledger and shown in reports",
        )  # fmt: skip
        until = right.date_input(
            "Until", value=(at + USUAL).date(), key=f"column until {chosen}", format="YYYY-MM-DD",
            disabled=bool(row.refusals),
        )  # fmt: skip
        if act_button("Record the decision", row.refusals, key="decide_column"):
            with attempt("Nothing was decided."):
                number = decide_column(
                    place.store, place.ledger, finding=row.number, verdict=verdict, reason=reason,
                    until=datetime.combine(until, time.max, UTC), actor=viewer.actor, at=at,
                )  # fmt: skip
                confirm_next(f"{number}: column {plain(row.column)} of {row.scope} is {VERDICTS[verdict].lower()}.")
                st.rerun()


def decisions_table(rows: Sequence[DecisionRow], known: Mapping[str, str], at: datetime) -> None:
    """One row a decision, also those that have ended."""
    table(
        [
            {
                "Number": row.number,
                "Record": _record(row.scope),
                "Column": plain(row.column),
                "Kinds": plain(row.kinds),
                "Decision": VERDICTS[row.verdict],
                "Reason": plain(row.reason),
                "By": plain(known.get(row.decided_by, row.decided_by)),
                "Until": day(row.until, today=at),
                "State": _state(row, at),
            }
            for row in rows
        ],
        alt="Decisions on columns: what was decided, why, by whom, until when, and whether it counts",
        right=["Until"],
        unbroken=["Number", "Record"],
    )


def withdraw_form(place: Workplace, viewer: Me, rows: Sequence[DecisionRow], at: datetime) -> None:
    """Let one decision count no more."""
    counting = {row.number: row for row in rows if row.counts(at)}
    if not counting:
        return
    with st.expander("Withdraw a decision"):
        chosen = st.selectbox(
            "Decision", list(counting), key="withdraw_decision",
            format_func=lambda one: f"{one}: {counting[one].column} of {counting[one].scope}",
        )  # fmt: skip
        row = counting[chosen]
        reason = st.text_input("Reason", key=f"withdraw reason {chosen}", max_chars=2000, disabled=bool(row.refusals))
        if row.refusals:
            st.markdown(numbered(row.refusals))
        if act_button("Withdraw it", row.refusals, key="withdraw_column", kind="secondary"):
            with attempt("The decision stands."):
                withdraw_decision(place.store, place.ledger, decision=chosen, reason=reason, actor=viewer.actor, at=at)
                confirm_next(f"{chosen} is withdrawn: the next scan stops the column again.")
                st.rerun()


def _record(scope: str) -> str:
    return scope if scope.startswith("D") else link(scope, "/model", model=scope)


def _state(row: DecisionRow, at: datetime) -> str:
    if row.withdrawn_at is not None:
        return status("Withdrawn")
    return status("In force") if row.counts(at) else status("Expired")
