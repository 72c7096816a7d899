"""What the anchors page shows: places outside with what arrived there, keys, and the acts of an administrator."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from app.anchoring.allowed import check_place
from app.components import act_button, attempt, empty, plain, section, status, table
from app.components.formats import NOTHING, count, counted, moment
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.anchoring import add_destination, anchor_refusals, close_destination, send_now
from core.ledger.anchors.holding import Hold
from core.ledger.anchors.keys import KeyRow
from core.ledger.anchors.queries import ArrivalRow, PlaceRow
from core.ledger.anchors.tables import Outside
from core.ledger.queries import LatestCheckpoint

KINDS: Mapping[Outside, str] = {
    Outside.FOLDER: "Folder",
    Outside.MAILBOX: "Mailbox",
    Outside.WITNESS: "Witness",
    Outside.AUTHORITY: "Time stamps",
}
SPACE = "\u00a0"
EVERY = {"Every 15 minutes": 15, "Every hour": 60, "Every day": 24 * 60, "Every week": 7 * 24 * 60}
ADDRESSES: Mapping[Outside, tuple[str, str]] = {  # name of the field, an example
    Outside.FOLDER: ("Folder on the server", "/mnt/auditor/countersign"),
    Outside.MAILBOX: ("Mailbox", "ledger@auditor.example"),
    Outside.WITNESS: ("Address", "https://witness.example.org"),
    Outside.AUTHORITY: ("Address", "https://stamps.example.org/tsa"),
}
MADE = {
    Outside.FOLDER: "Kept",
    Outside.MAILBOX: "Handed to the mail server",
    Outside.WITNESS: "Cosigned",
    Outside.AUTHORITY: "Stamped",
}


def standing_sentence(rows: Sequence[PlaceRow], newest: LatestCheckpoint | None, at: datetime) -> str:
    """How much of the ledger is held from outside, as the page's first line."""
    standing = [row for row in rows if row.closed_at is None]
    if not standing or newest is None:
        return f"{status('Not started')} **No checkpoint leaves this installation by itself.**"
    failing = [row for row in standing if row.failing]
    most = max((row.size or 0 for row in standing), default=0)
    covered = f"**{count(most)} of {count(newest.checkpoint.size)} entries are held from outside.**"
    if failing:
        named = ", ".join(row.number for row in failing)
        return f"{status('Failed')} {counted(len(failing), 'place')} not reached: {named}. {covered}"
    return f"{status('Delivered' if most else 'Waiting')} {covered}"


def held_notice(hold: Hold | None) -> None:
    """Why nothing can be recorded, and what to do."""
    if hold is None:
        return
    with st.container(border=True):
        section("The ledger signs nothing")
        st.markdown(f"{status('Blocked')} {plain(hold.fact)}.")
        st.markdown(
            "Restore a backup that holds these entries and start again. If there is none, "
            "`countersign ledger resume` goes on under a new name, with the loss on record."
        )


def silent_notice(silent: Sequence[str]) -> None:
    """That a start went on without an answer, and what that leaves open."""
    if silent:
        named = ", ".join(plain(one) for one in silent)
        st.markdown(
            f"{status('Waiting')} **Not answered since the start: {named}.** Whether it saw entries that are missing "
            "here is not known until it does. It is asked twice a minute; if it is ahead, the ledger is held."
        )


def places_table(rows: Sequence[PlaceRow], newest: LatestCheckpoint | None, at: datetime) -> None:
    """Every place, with the newest checkpoint that arrived and what the last attempt came to."""
    section("Places")
    if not rows:
        with empty("Checkpoints stay in this installation.", "A checkpoint kept elsewhere shows any later change."):
            return
    table(
        [
            {
                "Place": row.number,
                "State": _state(row, newest),
                "Where": f"{KINDS[row.kind]}  \n{plain(row.address)}",
                "Entries": _covered(row, newest),
                "Last arrived": moment(row.arrived_at),
            }
            for row in rows
        ],
        alt="Places that checkpoints are sent to, with the entries covered there, when, and the state",
        right=["Entries", "Last arrived"],
        unbroken=["Place", "Entries"],
    )
    for row in rows:
        if row.failing and row.closed_at is None:
            again = f" Next attempt {moment(row.next_at)}." if row.next_at else " Given up; the next slot tries again."
            st.markdown(f"**{row.number}** {plain(row.failing)}.{again}")


def _state(row: PlaceRow, newest: LatestCheckpoint | None) -> str:
    if row.closed_at is not None:
        return status("Ended")
    if row.failing:
        return status("Given up" if row.given_up else "Failed")
    if row.waiting:
        return status("Queued")
    if row.size is None:
        return status("Not started")
    return status("Scheduled" if newest and newest.checkpoint.size > row.size else "Delivered")


def _covered(row: PlaceRow, newest: LatestCheckpoint | None) -> str:
    """“413 of 415”: how many entries the place holds a checkpoint of, and how many there are."""
    if row.size is None or newest is None:
        return NOTHING
    return f"{count(row.size)} of {count(newest.checkpoint.size)}".replace(" ", SPACE)


def arrivals_table(rows: Sequence[ArrivalRow], at: datetime) -> None:
    """The newest checkpoints that arrived, with the time that the outside states."""
    section("Newest arrivals")
    if not rows:
        with empty("Nothing has arrived yet.", "The first checkpoint leaves when a place is added."):
            return
    table(
        [
            {
                "When": moment(row.at),
                "Place": row.number,
                "What": MADE[row.kind],
                "Entries": count(row.size),
                "By": plain(row.line.split(" ")[1]) if row.line else NOTHING,
            }
            for row in rows
        ],
        alt="Checkpoints that arrived outside, newest first",
        right=["Entries"],
        unbroken=["When", "Place"],
    )


def keys_table(place: Workplace, keys: Sequence[KeyRow]) -> None:
    """Every key of this ledger, the one in use last."""
    section("Keys")
    first = [(place.ledger.vkey, count(0), NOTHING)]
    shown = [(row.vkey, count(row.after), moment(row.since) if row.after else NOTHING) for row in keys] or first
    table(
        [
            {
                "State": status("Active" if vkey == place.ledger.vkey else "Former"),
                "Signs from entry": signs,
                "Since": since,
                "Key": plain(vkey.split("+")[1]),
            }
            for vkey, signs, since in shown
        ],
        alt="Verifier keys of this ledger by the hash in each, with the entry from which it signs",
        right=["Signs from entry"],
        unbroken=["Since"],
    )
    st.markdown("In full, to be pinned; the one in use comes last:")
    st.code("\n".join(vkey for vkey, *_ in shown), language=None, wrap_lines=True)
    st.markdown(
        ":small[`countersign ledger rotate-key` hands over to a new key; who pinned a former one is led to it, and a "
        "witness is told by `countersign witness trust`.]"
    )


def newest_card(newest: LatestCheckpoint | None) -> None:
    """The newest checkpoint, to be taken away."""
    with st.container(border=True):
        section("Newest checkpoint")
        if newest is None:
            st.markdown("The first entry brings the first checkpoint.")
            return
        st.markdown(f"**{counted(newest.checkpoint.size, 'entry', 'entries')}** under one signature.")
        st.code(newest.note, language=None, wrap_lines=True)


def send_or_close(place: Workplace, viewer: Me, rows: Sequence[PlaceRow]) -> None:
    """For an administrator: one place, to send to now or to close."""
    standing = [row.number for row in rows if row.closed_at is None]
    reasons = anchor_refusals(viewer.actor)
    if reasons or not standing:
        return
    with st.container(border=True):
        section("Send or close")
        number = st.selectbox("Place", standing, key="anchor")
        with st.container(horizontal=True):
            sent = act_button("Send now", reasons, key="send_anchor", kind="secondary")
            closed = act_button("Close place", reasons, key="close_anchor", kind="tertiary")
        if sent or closed:
            with attempt("Nothing was changed."):
                act = send_now if sent else close_destination
                done = act(place.store, place.ledger, number=number, actor=viewer.actor, at=now())
                said = "is sent the newest checkpoint" if sent else "is closed"
                confirm_next(f"{done.number} {said}: ledger entry {done.entry}.")
                st.rerun()


def add_place(place: Workplace, viewer: Me) -> None:
    """For an administrator: one more place."""
    reasons = anchor_refusals(viewer.actor)
    if reasons:
        with st.container(border=True):
            section("Who changes this")
            st.markdown("An administrator says where checkpoints are sent. Every change of that is a ledger entry.")
        return
    with st.container(border=True):
        section("Add a place")
        kind = Outside(st.selectbox("Kind", list(KINDS), format_func=KINDS.__getitem__, key="kind") or Outside.FOLDER)
        named, example = ADDRESSES[kind]
        address = st.text_input(named, max_chars=1000, placeholder=example, key=f"address_{kind.name}")
        key = _key(kind)
        every = st.selectbox("How often", list(EVERY), index=1, key="every")
        st.markdown(f":small[:gray[{_allowed(place, kind)}]]")
        added = act_button("Add place", reasons, key="add_anchor", kind="secondary")
    if added:
        with attempt("No place was added."):
            check_place(place, kind, address)
            done = add_destination(
                place.store, place.ledger, kind=kind, address=address, key=key, every=EVERY[every],
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            confirm_next(f"{done.number} is sent checkpoints from now on: ledger entry {done.entry}.")
            st.rerun()


def _key(kind: Outside) -> str:
    if kind is Outside.WITNESS:
        return st.text_input(
            "The witness’ verifier key", placeholder="name+hash+base64", key="witness_key",
            help="What “countersign witness key --state DIR” prints on its machine",
        )  # fmt: skip
    if kind is Outside.AUTHORITY:
        return st.text_area("Certificates that its tokens lead to (PEM)", key="authority_key", height=120)
    return ""


def _allowed(place: Workplace, kind: Outside) -> str:
    settings = place.settings
    if kind is Outside.FOLDER:
        folders = ", ".join(map(str, settings.anchor_folders)) or "none yet"
        return f"Allowed: {plain(folders)}; the setting COUNTERSIGN\\_ANCHOR\\_FOLDERS names them."
    if kind is Outside.MAILBOX:
        return "Leaves through the mail server of this installation." if settings.mail else "No mail server is set up."
    hosts = ", ".join(one.host for one in settings.anchor_hosts) or "none yet"
    return f"Allowed hosts: {plain(hosts)}; the setting COUNTERSIGN\\_ANCHOR\\_HOSTS names them."
