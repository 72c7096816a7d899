"""Administration of what leaves and what is heard: environments, webhooks with their log, senders of code events."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, empty, paged, plain, section, status, table
from app.components.formats import NOTHING, day, moment
from app.components.me import Me
from app.components.status import word
from app.composition import Workplace, now
from app.delivery.guard import check_address
from app.delivery.keys import master_key, sender_secret
from app.delivery.sending import secret_of
from app.views.confirmation import confirm_next
from core.approval.hooks.service import (
    add_code_hook,
    add_endpoint,
    close_hook,
    code_hooks,
    endpoints,
    hook,
    hook_refusals,
    renew_secret,
    send_again,
)
from core.approval.hooks.signing import secret_words
from core.approval.hooks.tables import CodeHook, Forge, WebhookEndpoint
from core.approval.rollout.placing import add_environment
from core.inventory.deployments.queries import environment_rows
from core.inventory.deployments.rules import PRODUCTION
from core.jobs.outbox.queries import messages
from core.jobs.outbox.tables import Delivery

FORGES = {Forge.GITHUB: "GitHub", Forge.GITLAB: "GitLab"}


def hooks(place: Workplace, viewer: Me) -> None:
    """Everything of this part, one section below the other."""
    left, right = st.columns([5, 3], gap="large")
    with left:
        _list(place)
        _environments(place)
    with right:
        _secret(place, viewer)
        _add_endpoint(place, viewer)
        _add_sender(place, viewer)
        _add_environment(place, viewer)
    _log(place, viewer)


def _list(place: Workplace) -> None:
    section("Webhooks")
    with place.store.reading() as session:
        told, heard = endpoints(session), code_hooks(session)
    if not told and not heard:
        with empty("No webhook yet.", "One tells others when production changes; another hears of code reviews."):
            return
    rows: list[Mapping[str, str]] = [
        {
            "Number": row.number,
            "Kind": "Tells",
            "Address": plain(row.address),
            "Since": day(row.added_at),
            "State": status("Ended" if row.closed_at else "Active"),
        }
        for row in told
    ]
    rows += [
        {
            "Number": row.number,
            "Kind": f"Hears {FORGES[row.forge]}",
            "Address": f"{plain(row.repository)} at {plain(f'{place.settings.public_url}/api/hooks/{row.number}')}",
            "Since": day(row.added_at),
            "State": status("Ended" if row.closed_at else "Active")
            + (f" heard {moment(row.heard_at)}" if row.heard_at else ""),
        }
        for row in heard
    ]
    table(rows, alt="Webhooks that are told and senders that are heard", right=["Since"], unbroken=["Number", "Kind"])


def _log(place: Workplace, viewer: Me) -> None:
    section("Delivery log")
    with place.store.reading() as session:
        total = messages(session, limit=1).total
    if not total:
        with empty("Nothing was sent yet.", "Each move in production is told to every webhook."):
            return
    with paged(total, size=10, key="messages") as window, place.store.reading() as session:
        found = messages(session, limit=window.limit, offset=window.offset).rows
        table(
            [
                {
                    "Message": row.number[:12],
                    "To": plain(row.receiver),
                    "Type": plain(row.topic),
                    "State": status("Queued" if row.status is Delivery.WAITING else word(row.status)),
                    "Tries": str(row.attempts),
                    "Said": plain(row.said),
                    "Queued": moment(row.queued_at),
                    "Next": moment(row.next_at) if row.status is Delivery.WAITING else NOTHING,
                }
                for row in found
            ],
            alt="Messages, newest first, with what became of each",
            right=["Tries", "Queued", "Next"],
        )
    lost = [row.number for row in found if row.status is Delivery.GIVEN_UP]
    if lost:
        chosen = st.selectbox("Given up", lost, key="lost", width=330)
        if act_button("Send again", hook_refusals(viewer.actor), key="send_again", kind="secondary"):
            with attempt("It was not sent again."):
                send_again(place.store, place.ledger, message=chosen, actor=viewer.actor, at=now())
                st.rerun()


def _environments(place: Workplace) -> None:
    section("Environments")
    with place.store.reading() as session:
        rows = environment_rows(session)
    said: list[Mapping[str, str]] = [{"Name": PRODUCTION, "Takes": "Approved changes", "Note": "Always there"}]
    said += [
        {
            "Name": plain(row.name),
            "Takes": f"A place of {plain(row.slot_of)}"
            if row.slot_of
            else "Approved versions"
            if row.serves
            else "Validated versions",
            "Note": plain(row.note),
        }
        for row in rows
    ]
    table(said, alt="Environments and what they take", unbroken=["Name"])


def _secret(place: Workplace, viewer: Me) -> None:
    """The secret of one webhook, shown to administrators alone, with renewal and closing."""
    with place.store.reading() as session:
        open_ones = [row.number for row in endpoints(session) if row.closed_at is None]
        open_ones += [row.number for row in code_hooks(session) if row.closed_at is None]
    if not open_ones:
        return
    with st.container(border=True):
        section("Secret of a webhook")
        number = st.selectbox("Webhook", open_ones, key="hook", width=180)
        if st.toggle("Show the secret", key=f"show_{number}"):
            st.code(_words(place, number), language=None, wrap_lines=True)
            st.markdown(":small[:gray[Enter it at the receiver, or at the forge as the webhook's secret.]]")
        reasons = hook_refusals(viewer.actor)
        with st.container(horizontal=True):
            renewed = act_button("Renew secret", reasons, key="renew", kind="secondary")
            closed = act_button("Close webhook", reasons, key="close_hook", kind="tertiary")
        if renewed or closed:
            with attempt("Nothing was changed."):
                act = renew_secret if renewed else close_hook
                entry = act(place.store, place.ledger, number=number, actor=viewer.actor, at=now())
                confirm_next(f"{number} {'has a new secret' if renewed else 'is closed'}: ledger entry {entry}.")
                st.rerun()


def _words(place: Workplace, number: str) -> str:
    with place.store.reading() as session:
        row: WebhookEndpoint | CodeHook = hook(session, number)
    if isinstance(row, CodeHook):
        return sender_secret(place, row).decode()
    return secret_words(secret_of(master_key(place), row.number, row.key))


def _add_endpoint(place: Workplace, viewer: Me) -> None:
    with st.form("add_endpoint"):
        section("Tell an address")
        address = st.text_input("Address", max_chars=1000, placeholder="https://hooks.example.org/countersign")
        hosts = ", ".join(one.host for one in place.settings.webhook_hosts) or "none yet"
        st.markdown(
            f":small[:gray[Allowed hosts: {plain(hosts)}; the setting COUNTERSIGN\\_WEBHOOK\\_HOSTS names them.]]"
        )
        sent = st.form_submit_button("Add webhook", disabled=bool(hook_refusals(viewer.actor)))
    if sent:
        with attempt("No webhook was added."):
            check_address(address, place.settings.webhook_hosts)
            done = add_endpoint(place.store, place.ledger, address=address, actor=viewer.actor, at=now())
            confirm_next(f"{done.number} is told from now on: ledger entry {done.entry}.")
            st.rerun()


def _add_sender(place: Workplace, viewer: Me) -> None:
    with st.form("add_sender"):
        section("Hear of code reviews")
        forge = Forge(st.selectbox("From", list(Forge), format_func=FORGES.__getitem__) or Forge.GITHUB)
        repository = st.text_input("Repository", max_chars=300, placeholder="owner/name")
        sent = st.form_submit_button("Add sender", disabled=bool(hook_refusals(viewer.actor)))
    if sent:
        with attempt("No sender was added."):
            done = add_code_hook(
                place.store, place.ledger, forge=forge, repository=repository, actor=viewer.actor, at=now()
            )
            confirm_next(f"{done.number} is heard from now on: ledger entry {done.entry}.")
            st.rerun()


def _add_environment(place: Workplace, viewer: Me) -> None:
    takes = ("Validated versions", "Approved versions: it serves people", "A blue-green place of production")
    with st.form("add_environment"):
        section("Add an environment")
        name = st.text_input("Name", max_chars=40, placeholder="staging")
        kind = st.selectbox("Takes", takes)
        note = st.text_input("Note", max_chars=1000)
        sent = st.form_submit_button("Add environment", disabled=bool(hook_refusals(viewer.actor)))
    if sent:
        with attempt("No environment was added."):
            add_environment(
                place.store,
                place.ledger,
                name=name,
                slot_of=PRODUCTION if kind == takes[2] else "",
                serves=kind == takes[1],
                note=note,
                actor=viewer.actor,
                at=now(),
            )
            confirm_next(f"Environment {plain(name)} was added.")
            st.rerun()
