"""The forms of a channel: add one of each kind, add a route, set quiet hours."""

import json
from collections.abc import Mapping
from datetime import time
from zoneinfo import available_timezones

import streamlit as st

from app.alerting.sealing import sealer
from app.alerting.services import look_up
from app.components import attempt, plain
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.queries import people
from core.approval.hooks.service import endpoints
from core.inventory.deployments.queries import environment_rows
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.alerts.channels import (
    NewChannel,
    Quiet,
    Route,
    add_channel,
    add_route,
    addresses_in,
    channel_refusals,
    people_target,
    set_quiet,
)
from core.monitoring.alerts.log import ChannelRow
from core.monitoring.alerts.vocabulary import ChannelKind
from core.policy.alerting.rules import AlertKind, Party, Severity

KINDS: Mapping[str, ChannelKind] = {
    "People, by mail": ChannelKind.PEOPLE,
    "Mail addresses": ChannelKind.ADDRESSES,
    "A webhook": ChannelKind.WEBHOOK,
    "Slack, Teams or another service": ChannelKind.SERVICE,
}
MOST_PEOPLE = 200


def add_form(place: Workplace, viewer: Me, *, first: bool) -> None:
    """Add a channel; what is secret in it is encrypted before it is kept, and shown to nobody again."""
    with st.expander("Add a channel", expanded=first):
        chosen = st.selectbox("Reaches", list(KINDS), key="new_kind")
        kind = KINDS[chosen or next(iter(KINDS))]
        with st.form(f"add_{kind.name.lower()}", border=False):
            name = st.text_input("Name", max_chars=100, placeholder="Risk desk")
            written = _target(place, kind)
            sent = st.form_submit_button("Add channel", disabled=bool(channel_refusals(viewer.actor)))
        if sent:
            with attempt("No channel was added."):
                new = _new(place, kind, name, written)
                row = add_channel(place.store, place.ledger, new=new, seal=sealer(place), actor=viewer.actor, at=now())
                confirm_next(f"{row.number} was added. It is told nothing before it has a route.")
                st.rerun()


def _target(place: Workplace, kind: ChannelKind) -> list[str]:
    match kind:
        case ChannelKind.PEOPLE:
            with place.store.reading() as session:
                known = {row.number: row.name for row in people(session, at=now(), limit=MOST_PEOPLE, offset=0)}
            if place.settings.mail is None:
                st.markdown(":gray[No mail server is set up: COUNTERSIGN\\_MAIL\\_SERVER names it.]")
            options = [*Party, *known]
            return st.multiselect("People", options, format_func=lambda one: known.get(one, word(one)))
        case ChannelKind.ADDRESSES:
            return [st.text_area("Addresses", max_chars=6000, placeholder="risk@example.org, night@example.org")]
        case ChannelKind.WEBHOOK:
            with place.store.reading() as session:
                hooks = {row.number: row.address for row in endpoints(session) if row.closed_at is None}
            if not hooks:
                st.markdown(":gray[No webhook is set up: Administration has them.]")
            return [st.selectbox("Webhook", list(hooks), format_func=lambda one: f"{one} {hooks[one]}") or ""]
    hosts = ", ".join(one.host for one in place.settings.alert_hosts) or "none yet"
    address = st.text_input("Address of Apprise", max_chars=1000, type="password", placeholder="slack://A/B/C")
    st.markdown(
        f":small[:gray[Allowed hosts: {plain(hosts)}; the setting COUNTERSIGN\\_ALERT\\_HOSTS names them. "
        "Encrypted before it is kept, and not shown again.]]"
    )
    return [address]


def _new(place: Workplace, kind: ChannelKind, name: str, written: list[str]) -> NewChannel:
    """What was entered as a channel; raises `Unreadable`."""
    match kind:
        case ChannelKind.PEOPLE:
            shown = ", ".join(f"the {one}" for one in written if one in set(Party))
            named = [one for one in written if one not in set(Party)]
            return NewChannel(kind, name, people_target(written), ", ".join(filter(None, [shown, *named])))
        case ChannelKind.ADDRESSES:
            found = addresses_in(written[0])
            domains = ", ".join(sorted({one.rpartition("@")[2] for one in found}))
            return NewChannel(kind, name, json.dumps(found), f"{len(found)} at {domains}", len(found))
        case ChannelKind.WEBHOOK:
            return NewChannel(kind, name, written[0], written[0])
    address = written[0].strip()
    return NewChannel(kind, name, address, look_up(address, place.settings.alert_hosts).shown)


def route_form(place: Workplace, viewer: Me, rows: tuple[ChannelRow, ...]) -> None:
    """Let some alerts go to a channel."""
    if not rows:
        return
    with place.store.reading() as session:
        environments = [PRODUCTION, *(row.name for row in environment_rows(session))]
    without = [row for row in rows if not row.routes]
    with st.expander("Add a route", expanded=bool(without)), st.form("add_route", border=False):
        by_number = {row.channel.number: row.channel.name for row in rows}
        first = list(by_number).index(without[0].channel.number) if without else 0
        number = st.selectbox("To", list(by_number), index=first, format_func=lambda one: f"{one} {by_number[one]}")
        least = st.selectbox("From severity", list(Severity), index=1, format_func=word)
        kinds = st.multiselect("Kinds", list(AlertKind), format_func=word, placeholder="Every kind")
        tiers = st.multiselect("Tiers", [1, 2, 3, 4], placeholder="Every tier")
        model = st.text_input("Model", max_chars=16, placeholder="Every model, or its number such as M0001")
        environment = st.selectbox("Environment", ["", *environments], format_func=lambda one: one or "Every one")
        sent = st.form_submit_button("Add route", disabled=bool(channel_refusals(viewer.actor)))
    if sent and number:
        with attempt("No route was added."):
            route = Route(
                least or Severity.LOW, frozenset(kinds), frozenset(tiers), model.strip().upper(), environment or ""
            )
            entry = add_route(place.store, place.ledger, channel=number, route=route, actor=viewer.actor, at=now())
            confirm_next(f"These alerts go to {number} from now on: ledger entry {entry}.")
            st.rerun()


def quiet_form(place: Workplace, viewer: Me, rows: tuple[ChannelRow, ...]) -> None:
    """Set quiet hours: what is not critical waits for one digest at their end."""
    if not rows:
        return
    with st.expander("Set quiet hours"), st.form("set_quiet", border=False):
        st.markdown(
            ":gray[Critical alerts pass. The others wait for one digest at the end; the same time twice means one "
            "digest a day at that time.]"
        )
        by_number = {row.channel.number: row.channel for row in rows}
        number = st.selectbox("Of", list(by_number), format_func=lambda one: f"{one} {by_number[one].name}")
        with st.container(horizontal=True):
            begin = st.time_input("From", value=time(20), width=120)
            end = st.time_input("To", value=time(7), width=120)
        zones = sorted(available_timezones())
        zone = st.selectbox("Time zone", zones, index=zones.index("UTC"))
        never = st.checkbox("Never quiet")
        sent = st.form_submit_button("Set quiet hours", disabled=bool(channel_refusals(viewer.actor)))
    if sent and number:
        with attempt("The quiet hours were not set."):
            quiet = Quiet(zone=zone) if never else Quiet(_minute(begin), _minute(end), zone)
            entry = set_quiet(
                place.store, place.ledger, channel=number, quiet=quiet, seen=by_number[number].revision,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"Quiet hours of {number} are set: ledger entry {entry}.")
            st.rerun()


def _minute(at: time | None) -> int:
    return 0 if at is None else at.hour * 60 + at.minute
