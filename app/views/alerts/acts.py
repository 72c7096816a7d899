"""The acts on alerts: on one, or on several at once; a button says why it cannot be pressed."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time, timedelta

import streamlit as st

from app.components import attempt
from app.components.formats import counted, moment
from app.components.me import Me
from app.components.refusals import numbered
from app.components.text import plain
from app.composition import Workplace, now
from app.views.alerts.listing import title_of
from app.views.confirmation import confirm_next
from core.access.queries import names, people_with_role
from core.access.rules import PERMISSIONS, Permission, Role
from core.errors import Refusal
from core.monitoring.alerts.handling import acknowledge, assign, close_alert, snooze, wake
from core.monitoring.alerts.people import facts_of
from core.monitoring.alerts.queries import AlertFilter, alerts
from core.monitoring.alerts.rules import LONGEST_SNOOZE, acknowledge_refusals, handle_refusals
from core.monitoring.alerts.tables import Alert
from core.monitoring.alerts.vocabulary import Cause

SPANS = {"1 hour": 1, "4 hours": 4, "1 day": 24, "3 days": 72, "1 week": 168, "30 days": 720}
CHOSEN = "chosen_alerts"
MOST = 100


def choose_and_act(place: Workplace, viewer: Me, narrowed: AlertFilter) -> None:
    """Choose alerts of the list and act on them in place."""
    with place.store.reading() as session:
        found = [row for row in alerts(session, narrowed, limit=MOST, offset=0).rows if row.alert.closed_at is None]
    if not found:
        return
    by_number = {row.alert.number: row for row in found}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Act on", list(by_number), key=CHOSEN, width=440, placeholder="Choose alerts",
            format_func=lambda number: title_of(by_number[number]),
        )  # fmt: skip
        act_on(place, viewer, [by_number[number].alert for number in chosen], key="list")


def act_on(place: Workplace, viewer: Me, rows: Sequence[Alert], *, key: str) -> None:
    """The acts, each with the reasons that stand against it; nothing to press while nothing is chosen."""
    reasons, taken = _reasons(place, viewer, rows)
    pressed = st.button(
        "Acknowledge", key=f"acknowledge_{key}", type="primary", disabled=not rows or bool(taken), help=_help(taken)
    )
    if pressed:
        _each(rows, "acknowledged", lambda one: acknowledge(
            place.store, place.ledger, alert=one.number, actor=viewer.actor, at=now()
        ))  # fmt: skip
    off = not rows or bool(reasons)
    with st.popover("Assign", disabled=off, help=_help(reasons)):
        _assign(place, viewer, rows, key)
    snoozed = bool(rows) and all(row.snoozed_until is not None for row in rows)
    if snoozed:
        if st.button("Wake", key=f"wake_{key}", disabled=off, help=_help(reasons)):
            _each(rows, "awake", lambda one: wake(
                place.store, place.ledger, alert=one.number, actor=viewer.actor, at=now()
            ))  # fmt: skip
    else:
        with st.popover("Snooze", disabled=off, help=_help(reasons)):
            _snooze(place, viewer, rows, key)
    with st.popover("Close", disabled=off, help=_help(reasons)):
        _close(place, viewer, rows, key)


def _reasons(place: Workplace, viewer: Me, rows: Sequence[Alert]) -> tuple[tuple[Refusal, ...], tuple[Refusal, ...]]:
    """What stands against handling any of them, and against acknowledging any."""
    with place.store.reading() as session:
        facts = [facts_of(session, row) for row in rows]
    handle = [reason for one in facts for reason in handle_refusals(one, viewer.actor)]
    take = [reason for one in facts for reason in acknowledge_refusals(one, viewer.actor)]
    return tuple(dict.fromkeys(handle)), tuple(dict.fromkeys(take))


def _help(reasons: Sequence[Refusal]) -> str | None:
    return numbered(reasons) if reasons else None


def _each(rows: Sequence[Alert], what: str, act: Callable[[Alert], int]) -> None:
    """Do it for each; what was done stays done where a later one is refused, and is said."""
    done: list[str] = []
    entry = 0
    for row in rows:
        with attempt(f"{row.number} was not {what}."):
            entry = act(row)
            done.append(row.number)
    are, entries = ("is", "ledger entry") if len(done) == 1 else ("are", "ledger entries up to")
    said = f"{', '.join(done)} {are} {what}: {entries} {entry}."
    if len(done) == len(rows):
        confirm_next(said)
        st.session_state.pop(CHOSEN, None)
        st.rerun()
    elif done:
        st.success(said, icon=":material/check_circle:")


def _assign(place: Workplace, viewer: Me, rows: Sequence[Alert], key: str) -> None:
    at = now()
    with place.store.reading() as session:
        known = names(session)
        able = [role for role in Role if Permission.ALERT_HANDLE in PERMISSIONS[role]]
        people = sorted({one for role in able for one in people_with_role(session, role, at=at)})
    with st.form(f"assign_{key}", border=False):
        to = st.selectbox(
            "Person", people, format_func=lambda one: known.get(one, one),
            index=people.index(viewer.number) if viewer.number in people else 0,
        )  # fmt: skip
        sent = st.form_submit_button("Assign alert" if len(rows) == 1 else "Assign alerts", type="primary")
    if sent and to:
        _each(rows, f"assigned to {plain(known.get(to, to))}", lambda one: assign(
            place.store, place.ledger, alert=one.number, to=to, actor=viewer.actor, at=now()
        ))  # fmt: skip


def _snooze(place: Workplace, viewer: Me, rows: Sequence[Alert], key: str) -> None:
    heaviest = max((row.severity for row in rows), key=lambda one: one.rank, default=None)
    longest = LONGEST_SNOOZE[heaviest] if heaviest else timedelta(days=1)
    fits = [span for span, hours in SPANS.items() if timedelta(hours=hours) <= longest]
    with st.form(f"snooze_{key}", border=False):
        span = st.selectbox("For", [*fits, "Until a day"])
        day = st.date_input("Until the beginning of (UTC)", value=(now() + timedelta(days=1)).date())
        reason = st.text_area(
            "Reason, kept in the ledger", max_chars=2000, placeholder="What is awaited, and from whom"
        )
        st.markdown(f":small[:gray[At most {counted(longest.days, 'day')} for what weighs so much.]]")
        sent = st.form_submit_button("Snooze alert" if len(rows) == 1 else "Snooze alerts", type="primary")
    if sent:
        at = now()
        until = datetime.combine(day, time(), UTC) if span == "Until a day" else at + timedelta(hours=SPANS[span])
        _each(rows, f"snoozed until {moment(until)}", lambda one: snooze(
            place.store, place.ledger, alert=one.number, until=until, reason=reason, actor=viewer.actor, at=at
        ))  # fmt: skip


def _close(place: Workplace, viewer: Me, rows: Sequence[Alert], key: str) -> None:
    lasting = [row.number for row in rows if row.recovered_at is None]
    with st.form(f"close_{key}", border=False):
        cause = st.selectbox("Cause", list(Cause), index=None, placeholder="What it came from", format_func=_capital)
        words = st.text_area(
            "What was found, kept in the ledger", max_chars=2000, placeholder="What it was, and what was done"
        )
        if lasting:
            st.markdown(
                f":small[:gray[The condition of {', '.join(lasting)} lasts: seen again, it raises a new alert.]]"
            )
        sent = st.form_submit_button("Close alert" if len(rows) == 1 else "Close alerts", type="primary")
    if sent and cause is None:
        st.error("Nothing was closed. Choose the cause first.", icon=":material/block:")
    elif sent and cause is not None:
        _each(rows, "closed", lambda one: close_alert(
            place.store, place.ledger, alert=one.number, cause=cause, words=words, actor=viewer.actor, at=now()
        ))  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
