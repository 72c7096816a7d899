"""Rows in quarantine: what lies there and why, and what a person makes of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, blocked, empty, link, plain, section, status, table
from app.components.formats import NOTHING, count, counted, moment
from app.components.me import Me
from app.composition import Workplace
from app.views.confirmation import confirm_next
from core.monitoring.controls.adopting import As, adopt, discard
from core.monitoring.controls.queries import HeldRow
from core.monitoring.controls.rules import UNKNOWN, HeldStatus

SHOWN = {HeldStatus.HELD: "Held", HeldStatus.TAKEN_OVER: "Taken over", HeldStatus.DISCARDED: "Discarded"}


def shown() -> HeldStatus:
    """Which of them the list shows; in the address."""
    chosen = st.radio(
        "Shown", [one.value for one in HeldStatus], format_func=lambda one: SHOWN[HeldStatus(one)], key="held",
        horizontal=True, bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    return HeldStatus(chosen or HeldStatus.HELD)


def quarantine_table(rows: Sequence[HeldRow], known: Mapping[str, str]) -> None:
    """One row for each lot."""
    cells: list[Mapping[str, str]] = [
        {
            "Number": row.number,
            "Model": link(row.model_name, "/model", model=row.model_number) if row.model_number else plain(row.model),
            "Version": plain(row.version) if row.version else NOTHING,
            "Environment": plain(row.environment),
            "Why": plain(row.reason),
            "Rows": count(row.rows),
            "Received": moment(row.received_at),
            "From": plain(known.get(row.received_by, row.received_by)),
            "State": status(row.status),
            "Became": plain(", ".join(row.batches) or row.decision) if row.status is not HeldStatus.HELD else NOTHING,
        }
        for row in rows
    ]
    table(
        cells,
        alt="Rows in quarantine: model, version, why they are there, how many, since when, and what became of them",
        right=["Rows", "Received"],
        unbroken=["Number", "Version"],
    )


def nothing_held(status_: HeldStatus) -> None:
    """The quarantine is empty."""
    words = "Rows of a model that nobody registered, and rows that a control refuses, wait here for a person."
    with empty("Nothing lies in quarantine." if status_ is HeldStatus.HELD else "Nothing here yet.", words):
        pass


def decide_card(place: Workplace, viewer: Me, rows: Sequence[HeldRow], at: datetime) -> None:
    """Take one lot over, as it was named or as another model or version; or discard it."""
    with st.container(border=True):
        section("Decide")
        by_number = {row.number: row for row in rows}
        chosen = st.selectbox(
            "Lot", list(by_number), key="lot", bind="query-params",
            format_func=lambda one: f"{one}: {counted(by_number[one].rows, 'row')} of {by_number[one].model}",
        )  # fmt: skip
        row = by_number[chosen]
        _told(row)
        if row.refusals:
            blocked("A decision", row.refusals)
            return
        model = version = ""
        if row.because in UNKNOWN:
            left, right = st.columns(2)
            model = left.text_input("It is this model (number)", row.model_number, key=f"as model {row.number}",
                                    max_chars=16)  # fmt: skip
            version = right.text_input("It is this version", row.version, key=f"as version {row.number}", max_chars=32)
        reason = st.text_input("Reason", key=f"held reason {row.number}", max_chars=1000) or ""
        with st.container(horizontal=True):
            take = act_button("Take rows over", row.refusals, key="adopt")
            throw = act_button("Discard rows", row.refusals, key="discard", kind="secondary")
    if take:
        with attempt("The rows stay in quarantine."):
            done = adopt(place.store, place.ledger, place.files, quarantine=row.number, reason=reason,
                         as_=As(model.strip().upper(), version.strip()), actor=viewer.actor, at=at)  # fmt: skip
            confirm_next(
                f"{row.number} is taken over: {counted(done.rows, 'row')} in {', '.join(done.batches) or 'no batch'}."
            )
            st.rerun()
    if throw:
        with attempt("The rows stay in quarantine."):
            discard(place.store, place.ledger, place.files, quarantine=row.number, reason=reason, actor=viewer.actor,
                    at=at)  # fmt: skip
            confirm_next(f"{row.number} is discarded.")
            st.rerun()


def _told(row: HeldRow) -> None:
    columns = ", ".join(row.columns[:30]) + ("…" if len(row.columns) > 30 else "")
    st.markdown(f":gray[Columns] {plain(columns)}")
    if row.discovery and not row.model_number:
        words = f"Register it: {row.discovery} holds a draft"
        st.markdown(link(words, "/register", discovery=row.discovery))
