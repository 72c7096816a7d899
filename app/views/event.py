"""What the pages of one file of events and of one event show."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import streamlit as st

from app.components import act_button, attempt, blocked, facts, plain, section, status, table
from app.components.formats import count, moment
from app.components.me import Me
from app.components.text import link, paragraphs
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.events import KINDS
from core.access.event_erasure import LONGEST_REASON, destroy_inputs, erase_particulars, erasure_refusals
from core.ledger.batches.places import FoundEvent
from core.ledger.batches.queries import proof_of_found
from core.ledger.batches.reading import EventTold
from core.ledger.batches.short import short
from core.ledger.offline import Step, verify_event

SECOND = 1_000_000
FORMS = {
    "none": "The sender gave none, or the policy keeps none.",
    "commitment": "As a commitment. Whoever has the input can show that it was this one; nobody else learns it.",
    "masked": "As text, without what looks like personal data:",
    "erased": "The particulars were erased; the ledger says when and why.",
}
SAID = {
    "form": "It is a proof of one event and nothing else.",
    "ledger key": "The key of this installation’s ledger reads as one.",
    "event": "The event is in its only form, to the byte.",
    "place": "It stands on its line of the file, whose root the particulars name.",
    "particulars": "The ledger entry commits to these particulars.",
    "entry": "The entry is in its only form and records events.",
    "checkpoint": "The entry is in the ledger that the newest signed checkpoint describes.",
    "witnesses": "Cosignatures can be checked with verify.py and its option witness.",
    "input": "An input that you have can be checked with verify.py and its option input.",
}


def events_table(rows: Sequence[EventTold]) -> None:
    """Events of a file in its order."""
    table(
        [
            {
                "Event": link(one.id, "/event", id=one.id),
                "Time (UTC)": f"{one.at:%d %b %Y, %H:%M:%S}",
                "Kind": KINDS[one.kind],
                "Model": plain(f"{one.model} {one.version}".strip()),
                "Source": plain(one.source),
                "Took": duration(one.duration),
                "Output": plain(one.output[:80]),
                "Role": plain(one.role),
            }
            for one in rows
        ],
        alt="Events in the order of the file: id, time, kind, model and version, source of the input, processing time, "
        "output, role",
        right=["Took"],
        unbroken=["Time (UTC)", "Took"],
    )


def duration(microseconds: int | None) -> str:
    """“12.5 ms”, “1.20 s”; nothing where it is not known."""
    if microseconds is None:
        return ""
    return f"{microseconds / SECOND:.2f} s" if microseconds >= SECOND else f"{microseconds / 1000:.1f} ms"


def particulars(told: EventTold) -> None:
    """What the event says, its input as it is kept."""
    section("What happened")
    facts(
        {
            "When": f"{told.at:%d %b %Y, %H:%M:%S}.{told.at.microsecond:06d} UTC",
            "Kind": KINDS[told.kind],
            "Model": plain(f"{told.model} {told.version}".strip()),
            "Source of the input": plain(told.source),
            "Processing time": duration(told.duration),
            "Output": paragraphs(told.output),
            "Who": plain(told.actor),
            "Role": plain(told.role),
        },
        alt=f"Particulars of the event {told.id}",
    )
    section("Input")
    st.markdown(FORMS[told.form])
    if told.form == "masked":
        st.code(told.input, language=None, wrap_lines=True)
    elif told.form == "commitment":
        st.code(told.input, language=None, wrap_lines=True)
        st.caption("HMAC-SHA256 under a key of this event alone, which its receipt carries.")


def where_it_stands(found: FoundEvent, kept: timedelta, names: Mapping[str, str]) -> None:
    """File, line, entry and retention."""
    section("On record")
    batch = found.batch
    facts(
        {
            "File": link(batch.number, "/event_batch", number=batch.number),
            "Line": f"{count(found.line + 1)} of {count(batch.rows)}",
            "Recorded": moment(batch.recorded_at),
            "By": plain(names.get(batch.recorded_by, batch.recorded_by)),
            "Ledger entry": link(count(batch.entry), "/entry", index=batch.entry),
            "Kept until": moment(batch.last_at + kept),
        },
        alt="Where the event stands on record",
    )


def verified_proof(place: Workplace, found: FoundEvent) -> None:
    """The proof, verified by the file that shares no code with what wrote it; each step in words."""
    section("Proof")
    if found.erased:
        st.markdown("An erased event has no proof of its own: only the hash of what it said is left.")
        return
    with place.store.reading() as session:
        proof = short(proof_of_found(session, found)).whole()
    steps = verify_event(proof, key=place.ledger.vkey)
    wrong = [step for step in steps if not step.passed]
    if wrong:
        st.markdown(f"{status('Not verified')} **{plain(wrong[0].name)}: {plain(wrong[0].detail)}**")
    else:
        st.markdown(f"{status('Verified')} **The event is on record in exactly these words.**")
    table(
        [
            {"No.": str(step.number), "Step": SAID.get(step.name, plain(step.name)), "Result": _outcome(step)}
            for step in steps
        ],
        alt="Steps of the verification of this event, each with its result",
    )
    identity = str(json.loads(found.body)["id"])
    address = f"/exports/events/{identity}/receipt"
    with st.container(horizontal=True):
        st.link_button(f"Download receipt ({count(len(proof))} bytes)", address, icon=":material/download:")
        st.link_button("Download as JSON", f"{address}?form=long", icon=":material/download:")
    st.caption("Check either without us: python3 verify.py receipt FILE --key KEY, with the verify.py of any bundle.")


def _outcome(step: Step) -> str:
    if step.detail == "not asked for":
        return status("Not applicable")
    return status("Passed" if step.passed else "Failed")


def erasure(place: Workplace, viewer: Me, found: FoundEvent, told: EventTold, at: datetime) -> None:
    """To erase this event's particulars, or all inputs of its day."""
    refusals = erasure_refusals(viewer.actor)
    if found.erased:
        return
    with st.expander("Erase (GDPR, article 17)"):
        blocked("Erasure", refusals)
        st.markdown(
            "What the event says is taken out of its file; id, time, kind, model and version stay, and every proof "
            "of other events stays valid. Backups made before still hold it."
        )
        reason = st.text_area("Why, kept in the ledger", max_chars=LONGEST_REASON, disabled=bool(refusals), key="why")
        with st.container(horizontal=True):
            if act_button("Erase this event", refusals, key="erase"):
                with attempt("The event was not erased."):
                    erase_particulars(
                        place.store, place.ledger, place.events, event=told.id, reason=reason, actor=viewer.actor,
                        at=now(),
                    )  # fmt: skip
                    confirm_next("The particulars of this event are erased.")
                    st.rerun()
            if told.form == "commitment" and act_button(
                f"Destroy the key of all inputs of {at:%d %b %Y}", refusals, key="destroy", kind="secondary"
            ):
                with attempt("The key was not destroyed."):
                    destroy_inputs(
                        place.store, place.ledger, place.events, day=told.at.date(), reason=reason,
                        actor=viewer.actor, at=now(),
                    )  # fmt: skip
                    confirm_next("No input can be tied to the events of that day any more.")
                    st.rerun()
