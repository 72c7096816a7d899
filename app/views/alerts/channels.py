"""Channels of alerts: whom each reaches, which alerts go there, when it is quiet, and what became of every message."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, empty, paged, plain, section, status, table
from app.components.formats import NOTHING, count, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.queries import names
from core.approval.hooks.service import endpoints, hook_refusals, send_again
from core.jobs.outbox.tables import Delivery, OutboxMessage
from core.monitoring.alerts.channels import channel_refusals, close_channel, end_route, message_of, send_test
from core.monitoring.alerts.log import ChannelRow, channels, left
from core.monitoring.alerts.tables import AlertChannel
from core.monitoring.alerts.telling import TEST

TESTED = "tested"
STATE = {Delivery.WAITING: "Queued", Delivery.DELIVERED: "Delivered", Delivery.GIVEN_UP: "Given up"}


def channel_table(place: Workplace) -> tuple[ChannelRow, ...]:
    """Every channel; answers with those that are open."""
    with place.store.reading() as session:
        rows = channels(session)
        hooks = {row.number: row.address for row in endpoints(session)}
    section("Channels")
    if not rows:
        with empty("No channel yet.", "Alerts are shown here and on My work; a channel tells people elsewhere too."):
            return ()
    table(
        [
            {
                "Channel": f"{plain(row.channel.name)}  \n:small[:gray[{row.channel.number}, {row.channel.kind}]]",
                "Reaches": plain(hooks.get(row.channel.target, row.channel.shown)),
                "Alerts": "  \n".join(plain(route.said) for route in row.routes) or ":gray[none: it has no route]",
                "Quiet": quiet_words(row.channel),
                "State": status("Ended" if row.channel.closed_at else "Active"),
            }
            for row in rows
        ],
        alt="Channels: whom each reaches, which alerts go there, when it is quiet",
    )
    return tuple(row for row in rows if row.channel.closed_at is None)


def quiet_words(row: AlertChannel) -> str:
    """“20:00 to 07:00 Europe/Berlin”, “told daily at 08:00 UTC”."""
    if row.quiet_from is None or row.quiet_to is None:
        return NOTHING
    if row.quiet_from == row.quiet_to:
        return plain(f"daily at {clock(row.quiet_to)} {row.zone}")
    return plain(f"{clock(row.quiet_from)} to {clock(row.quiet_to)} {row.zone}")


def clock(minute: int) -> str:
    """07:30."""
    return f"{minute // 60:02}:{minute % 60:02}"


def try_out(place: Workplace, viewer: Me, rows: tuple[ChannelRow, ...]) -> None:
    """Send a test message and watch what becomes of it; close a channel, end a route."""
    if not rows:
        return
    with st.container(border=True):
        section("Try out and close")
        by_number = {row.channel.number: row for row in rows}
        number = st.selectbox("Channel", list(by_number), format_func=lambda one: _name(by_number[one]), key="channel")
        row = by_number[number or rows[0].channel.number]
        reasons = channel_refusals(viewer.actor)
        with st.container(horizontal=True):
            tested = act_button("Send test message", reasons, key="test_channel")
            closed = act_button("Close channel", reasons, key="close_channel", kind="tertiary")
        if tested:
            with attempt("No test message was sent."):
                sent = send_test(
                    place.store, place.ledger, channel=row.channel.number, url=place.settings.public_url,
                    actor=viewer.actor, at=now(),
                )  # fmt: skip
                st.session_state[TESTED] = sent
                st.rerun()
        if closed:
            with attempt("The channel was not closed."):
                entry = close_channel(
                    place.store, place.ledger, channel=row.channel.number, actor=viewer.actor, at=now()
                )
                confirm_next(f"{row.channel.number} is told nothing more: ledger entry {entry}.")
                st.rerun()
        if st.session_state.get(TESTED):
            _outcome(place, tuple(st.session_state[TESTED]))
        for route in row.routes:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(plain(route.said), width="stretch")
                if act_button("End route", reasons, key=f"end_route_{route.key}", kind="tertiary"):
                    with attempt("The route was not ended."):
                        entry = end_route(place.store, place.ledger, route=route.key, actor=viewer.actor, at=now())
                        confirm_next(f"These alerts go to {row.channel.number} no more: ledger entry {entry}.")
                        st.rerun()


def _name(row: ChannelRow) -> str:
    return f"{row.channel.number} {row.channel.name}"


@st.fragment(run_every=2)
def _outcome(place: Workplace, numbers: tuple[str, ...]) -> None:
    """What became of the test, looked at every two seconds."""
    with place.store.reading() as session:
        found = [message_of(session, number) for number in numbers]
    for row in found:
        shown = status("Queued") if row.status is Delivery.WAITING and not row.said else status(STATE[row.status])
        said = row.said or "The worker sends it in a moment"
        again = f"; next attempt {moment(row.next_at)}" if row.status is Delivery.WAITING and row.said else ""
        st.markdown(f"{shown} {plain(said.rstrip('.'))}{again}.  \n:small[:gray[Test message {row.number}]]")


def delivery_log(place: Workplace, viewer: Me) -> None:
    """What left because of alerts, and what became of it."""
    section("Delivery log")
    with place.store.reading() as session:
        total, known = left(session, limit=1, offset=0).total, names(session)
    if not total:
        with empty("Nothing was sent yet.", "A message leaves when an alert meets a route, or nobody takes it."):
            return
    with paged(total, size=10, key="messages") as window, place.store.reading() as session:
        found = left(session, limit=window.limit, offset=window.offset).rows
        table(
            [_message(row, known) for row in found],
            alt="Messages, newest first, with what became of each",
            right=["Tries", "Queued"],
        )
    lost = [row.number for row in found if row.status is Delivery.GIVEN_UP]
    if lost:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox("Given up", lost, key="lost", width=330)
            if act_button("Send again", hook_refusals(viewer.actor), key="send_again", kind="secondary"):
                with attempt("It was not sent again."):
                    send_again(place.store, place.ledger, message=chosen, actor=viewer.actor, at=now())
                    st.rerun()


def _message(row: OutboxMessage, known: Mapping[str, str]) -> Mapping[str, str]:
    return {
        "To": f"{plain(known.get(row.receiver, row.receiver))}  \n:small[:gray[{_beside(row)}]]",
        "State": status(STATE[row.status]),
        "Tries": count(row.attempts),
        "Said": plain(row.said) if row.said else NOTHING,
        "Queued": moment(row.queued_at),
    }


def _beside(row: OutboxMessage) -> str:
    return f"{row.channel}, {'test' if row.topic == TEST else 'alerts'}, {row.number[:12]}"
