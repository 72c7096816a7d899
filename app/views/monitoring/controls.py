"""The controls of a model: what each looks for, what it found lately, and the model's own, which are never looser."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.components import (
    act_button,
    attempt,
    blocked,
    clear_filters,
    empty,
    filter_row,
    link,
    plain,
    section,
    status,
    table,
)
from app.components.filters import ALL, choose
from app.components.formats import NOTHING, count, day, percent
from app.components.me import Me
from app.components.sparkline import sparkline
from app.composition import Workplace
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.control_fields import control_fields, kind_chosen
from core.monitoring.controls.declaring import declare_control, end_control
from core.monitoring.controls.queries import ControlState, ResultRow, control_states
from core.monitoring.controls.rules import declare_refusals
from core.policy.controls.words import looks_and_follows

FOUND, EVERY = "With something found", "Every batch"


def controls_view(place: Workplace, model: str, environment: str, at: datetime) -> None:
    """A section for a model's page of monitoring: every control that holds, worst first, with 30 days of results."""
    with place.store.reading() as session:
        states = control_states(session, model, environment, at=at)
    section("Controls on streams")
    if not states:
        with empty("No control holds for this model.", "The policy declares none for its tier, and the model none."):
            return
    exceeded = sum(one.is_exceeded for one in states)
    st.markdown(_answer(exceeded, len(states)))
    controls_table(sorted(states, key=lambda one: (not one.is_exceeded, -(one.share or 0))))
    st.page_link(page_file("controls"), label="Controls of this model, batch by batch", query_params={"model": model})


def controls_table(states: Sequence[ControlState]) -> None:
    """One row a control."""
    cells: list[Mapping[str, str]] = [
        {
            "Clause": plain(one.control.clause) + (" :gray[own]" if one.own else ""),
            "Control": plain(one.control.title),
            "Says": plain(looks_and_follows(one.control)),
            "Rows, 30 days": count(one.rows),
            "Found": count(one.found),
            "Share": _share(one.share),
            "Alert above": _share(one.control.alert_above),
            "Batches": _line(one),
            "State": _state(one),
        }
        for one in states
    ]
    table(
        cells,
        alt="Controls: what each looks for, rows and findings of 30 days, share, and when an alert is raised",
        right=["Rows, 30 days", "Found", "Share", "Alert above"],
        unbroken=["Clause"],
    )


def results_table(rows: Sequence[ResultRow], at: datetime) -> None:
    """What controls found, batch by batch, newest first."""
    cells: list[Mapping[str, str]] = [
        {
            "Batch": plain(row.batch),
            "When": day(row.at, today=at),
            "Clause": plain(row.clause),
            "Control": plain(row.title),
            "Version": plain(row.version),
            "Rows": count(row.rows),
            "Found": count(row.found),
            "Share": _share(row.share if row.rows else None),
            "By column": plain(_columns(row)),
            "State": bound_state(row),
        }
        for row in rows
    ]
    table(
        cells,
        alt="What controls found in each batch: rows, findings, share and columns",
        right=["When", "Rows", "Found", "Share"],
        unbroken=["Batch", "Clause", "Version"],
    )


def results_filter(states: Sequence[ControlState]) -> tuple[str, bool]:
    """One control or all of them, and whether batches are left out in which nothing was found; in the address."""
    titles = {one.control.clause: f"{one.control.clause} {one.control.title}" for one in states}
    with filter_row():
        clause = choose("Control", list(titles), key="clause", width=320, said=lambda one: titles.get(one, one))
        shown = st.selectbox("Batches", [FOUND, EVERY], key="batches", bind="query-params", width=230)
        clear_filters({"clause": ALL, "batches": FOUND})
    return clause or "", shown != EVERY


def own_controls_form(place: Workplace, viewer: Me, model: str, states: Sequence[ControlState], at: datetime) -> None:
    """Declare a control of this model, or end one."""
    against = declare_refusals(viewer.actor)
    if against:
        blocked("Declaring a control of this model", against)
        return
    with st.container(border=True):
        section("Declare a control of this model")
        st.markdown(
            ":gray[It holds from the next batch on, beside the policy. It may be tighter than a clause, not looser.]"
        )
        kind = kind_chosen(None, f"own {model}", disabled=False)
        with st.form(f"own {model} {kind}", border=False):
            wanted = control_fields(None, kind, "", f"own {model} {kind}", disabled=False, tiers=False)
            reason = st.text_input("Reason", key=f"own reason {model}", max_chars=2000, disabled=False)
            sent = st.form_submit_button("Declare control", type="primary", disabled=False)
    if sent:
        with attempt("The control was not declared."):
            number = declare_control(place.store, place.ledger, model=model, control=wanted, reason=reason or "",
                                     actor=viewer.actor, at=at)  # fmt: skip
            confirm_next(f"Control {number} holds from the next batch on.")
            st.rerun()
    _ending(place, viewer, [one for one in states if one.own], at)


def _ending(place: Workplace, viewer: Me, own: Sequence[ControlState], at: datetime) -> None:
    if not own:
        return
    with st.container(border=True):
        section("End a control")
        titles = {one.control.clause: one.control.title for one in own}
        chosen = st.selectbox(
            "Control", list(titles), format_func=lambda one: f"{one} {titles[one]}", key="end control"
        )
        reason = st.text_input("Why it ends", key="end reason", max_chars=2000)
        if act_button("End control", declare_refusals(viewer.actor), key="end", kind="secondary"):
            with attempt("The control goes on."):
                end_control(place.store, place.ledger, control=chosen, reason=reason or "", actor=viewer.actor, at=at)
                confirm_next(f"Control {chosen} has ended.")
                st.rerun()


def review_link(waiting: int, model: str) -> None:
    """How many outputs of this model wait for people."""
    if waiting:
        words = f"{waiting} {'output waits' if waiting == 1 else 'outputs wait'} for a person"
        st.markdown(link(words, "/outputs", model_number=model))


def _answer(exceeded: int, total: int) -> str:
    if exceeded:
        return (
            f"{status('Above bound')} **{exceeded} of {total} controls found more in their last batch than they may.**"
        )
    return f"{status('Within bound')} **{total} controls look at every batch; none found more than it may.**"


def _state(one: ControlState) -> str:
    return status("No data") if one.last is None else bound_state(one.last)


def bound_state(row: ResultRow) -> str:
    """How a batch stands against the share above which an alert is raised; nothing where there is none."""
    if not row.rows:
        return status("No data")
    if row.alert_above is None:
        return NOTHING
    return status("Above bound") if row.is_exceeded else status("Within bound")


def _line(one: ControlState) -> str:
    if len(one.shares) < 2:
        return NOTHING
    alt = f"{len(one.shares)} batches, from {_share(one.shares[0])} to {_share(one.shares[-1])}"
    return sparkline(one.shares, alt=alt, threshold=one.control.alert_above, breach=one.is_exceeded)


def _columns(row: ResultRow) -> str:
    found = [f"{name} {count(number)}" for name, number in sorted(row.columns.items(), key=lambda pair: -pair[1])[:5]]
    absent = [f"{name} is not there" for name in row.absent[:5]]
    return ", ".join([*found, *absent])


def _share(share: float | None) -> str:
    return percent(share, 1 if share is None or share >= 0.01 or share == 0 else 2)
