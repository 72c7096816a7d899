"""The first tab of an incident: what is known, what stopped the harm, who was told, and the steps of the response."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from app.components import attempt, empty, facts, link, paragraphs, plain, section, table
from app.components.formats import moment
from app.components.me import Me
from app.components.record_links import record_link, record_rows
from app.composition import Workplace, now
from app.views.incidents.acting import moment_input, recorded
from app.views.incidents.listing import affected_words
from app.views.incidents.reading import Reading
from core.improvement.incidents.containing import record_containment
from core.improvement.incidents.informing import channels_for_messages, inform_channel
from core.improvement.incidents.recording import record_informed
from core.improvement.incidents.rules.life import Act, Containment
from core.links import RecordKind, Ref

MEANS = ("mail", "phone", "meeting", "chat", "letter", "notice on a page")


def known_facts(reading: Reading) -> None:
    """What happened, to whom, since when; the models and records that it leads to."""
    row, whole = reading.whole.incident, reading.whole
    section("What happened")
    affected = [f"{one.model} {one.version}".strip() for one in whole.affected]
    beside = [
        one.ref for one in whole.links if one.ref.kind not in (RecordKind.MODEL, RecordKind.VERSION, RecordKind.ACTION)
    ]
    pairs = {
        "What was seen": paragraphs(row.what),
        "Affected": affected_words(affected),
        "Environment": plain(row.environment),
        "People affected": paragraphs(row.people_affected),
        "Decisions affected": paragraphs(row.decisions_affected),
        "Harm": paragraphs(row.harm),
        "Began": moment(row.began_at),
        "Aware": moment(row.aware_at),
        "Declared by": f"{reading.name_of(row.declared_by)}, {moment(row.declared_at)}",
        "Contained": moment(row.contained_at),
        "Resolved": moment(row.resolved_at),
        **record_rows(beside),
    }
    if row.duplicate_of:
        pairs["Duplicate of"] = link(row.duplicate_of, "/incident", incident=row.duplicate_of)
    facts(pairs, alt=f"Facts of {row.number}")


def containment(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """What stopped the harm, and the form to record more."""
    section("Containment")
    rows = reading.whole.containments
    if not rows:
        with empty(
            "Nothing is recorded that stopped the harm.", "A restriction, a rollback, a withdrawal, work by hand."
        ):
            pass
    else:
        table(
            [
                {
                    "When": moment(one.happened_at),
                    "How": plain((one.containment or "").capitalize()),
                    "What": paragraphs(one.text),
                    "Record": record_link(Ref(RecordKind(one.ref_kind), one.ref_number)) if one.ref_kind else "–",
                    "Who": reading.name_of(one.written_by),
                    "Entry": link(f"{one.entry:,}", "/entry", index=one.entry),
                }
                for one in rows
            ],
            alt=f"Containment of {reading.number}: when, how, what, the record that did it, who",
            right=["When", "Entry"],
        )
    if reading.against[Act.CONTAINMENT]:
        return
    with st.expander("Record containment", expanded=not rows), st.form("containment", border=False):
        kind = st.selectbox("How", list(Containment), format_func=lambda one: one.value.capitalize())
        what = st.text_area("What was done", max_chars=4000, height=80)
        when = moment_input("When", at, latest=at, key=f"contained_when_{reading.number}")
        number = st.text_input("Change that did it, by number (none: empty)", placeholder="CR0012", max_chars=20)
        sent = st.form_submit_button("Record containment")
    if sent and kind:
        with attempt("Nothing was recorded."):
            ref = Ref(RecordKind.CHANGE, number.strip().upper()) if number.strip() else None
            done = record_containment(
                place.store, place.ledger, incident=reading.number, kind=kind, what=what, ref=ref,
                happened_at=when.moment(), actor=viewer.actor, at=now(),
            )  # fmt: skip
            recorded(done, "The containment is on record")


def informed(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """Who was told, and the form to record more."""
    section("People informed")
    rows = reading.whole.informed
    if not rows:
        with empty(
            "Nobody is recorded as informed.", "Users, owners, people affected, authorities: who, when, how, what."
        ):
            pass
    else:
        table(
            [_told(reading, one.who, one.means, one.what, one.told_at, one.written_by, one.entry) for one in rows],
            alt=f"People informed of {reading.number}: when, who, by which means, what",
            right=["When", "Entry"],
        )
    if reading.against[Act.INFORM]:
        return
    _message(place, viewer, reading)
    with st.expander("Record who was informed"), st.form("informed", border=False):
        who = st.text_input("Who", max_chars=300)
        means = st.selectbox("By which means", MEANS, accept_new_options=True)
        what = st.text_area("What they were told", max_chars=4000, height=80)
        when = moment_input("When", at, latest=at, key=f"told_when_{reading.number}")
        sent = st.form_submit_button("Record who was informed")
    if sent:
        with attempt("Nothing was recorded."):
            done = record_informed(
                place.store, place.ledger, incident=reading.number, who=who, means=means or "", what=what,
                told_at=when.moment(), actor=viewer.actor, at=now(),
            )  # fmt: skip
            recorded(done, "Who was informed is on record")


def _message(place: Workplace, viewer: Me, reading: Reading) -> None:
    """A message through a channel of alerts, which records whom it went to."""
    with place.store.reading() as session:
        channels = {one.number: f"{one.name}, {one.shown}" for one in channels_for_messages(session)}
    if not channels:
        return
    with st.expander("Send a message"), st.form("message", border=False):
        chosen = st.selectbox("Through", list(channels), format_func=lambda one: channels[one])
        st.caption("It says number, severity and state, and where to read on; nothing of what people wrote leaves.")
        sent = st.form_submit_button("Send the message")
    if sent and chosen:
        with attempt("No message was sent."):
            done = inform_channel(
                place.store, place.ledger, incident=reading.number, channel=chosen, url=place.settings.public_url,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            recorded(done, "The message is on its way")


def _told(reading: Reading, who: str, means: str, what: str, when: datetime, by: str, entry: int) -> Mapping[str, str]:
    return {
        "When": moment(when),
        "Who": plain(who),
        "Means": plain(means),
        "What": paragraphs(what),
        "Recorded by": reading.name_of(by),
        "Entry": link(f"{entry:,}", "/entry", index=entry),
    }
