"""The post-incident review, its document and report, and closing the incident."""

from datetime import datetime

import streamlit as st

from app.components import act_button, attempt, blocked, empty, facts, paragraphs, plain, section
from app.components.formats import moment
from app.components.me import Me
from app.components.record_links import record_link
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.incidents.acting import moment_input, recorded
from app.views.incidents.reading import Reading
from core.improvement.incidents.reviewing import Review, close_incident, write_review
from core.improvement.incidents.rules.life import Act, IncidentStatus
from core.links import RecordKind, Ref

TEXTS = {
    "happened": "What happened",
    "went_well": "What went well",
    "lessons": "What was learnt",
    "decisions": "What was decided",
}


def review(reading: Reading) -> None:
    """The newest review; the former ones folded."""
    section("Post-incident review")
    rows = reading.whole.reviews
    if not rows:
        with empty("No review is written.", "Somebody who did not lead the response writes it once it is resolved."):
            return
    for place, one in enumerate(reversed(rows)):
        said = {
            "Held": moment(one.held_at),
            "Present": plain(one.present),
            **{label: paragraphs(getattr(one, name)) for name, label in TEXTS.items()},
            "Written by": reading.by(one.written_by, one.written_at).strip(),
        }
        if place == 0:
            facts(said, alt=f"Post-incident review of {reading.number}")
        else:
            with st.expander(f"As it was written before ({len(rows) - place})"):
                facts(said, alt=f"Former review of {reading.number}")
    conclusion = reading.whole.incident.conclusion
    if conclusion:
        section("Conclusion")
        row = reading.whole.incident
        st.markdown(f"{paragraphs(conclusion)}{reading.by(row.closed_by, row.closed_at)}")


def document(viewer: Me, reading: Reading) -> None:
    """The document from the template “post-incident review”, of each affected version."""
    section("Document")
    kept = reading.whole.linked_to(RecordKind.DOCUMENT)
    if kept:
        for one in kept:
            st.markdown(record_link(Ref(RecordKind.DOCUMENT, one)))
    versions = [one for one in reading.whole.affected if one.version]
    if not versions:
        st.markdown(":gray[A document is about a version; name an affected version first.]")
        return
    for affected in versions[:5]:
        st.page_link(
            page_file("documents"),
            label=f"Post-incident review of {affected.model} v{affected.version}, filled from {reading.number} …",
            icon=":material/description:",
            query_params={
                "model": affected.model, "version": affected.version, "kind": "post-incident review",
                "incident": reading.number,
            },
        )  # fmt: skip


def steps(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    """Write the review, close the incident; with every reason against it."""
    standing = reading.whole.incident.status
    with st.container(border=True):
        section("Write the review")
        blocked("A review", reading.against[Act.REVIEW])
        if not reading.against[Act.REVIEW]:
            _write(place, viewer, reading, at)
    if standing is IncidentStatus.IN_REVIEW:
        _close(place, viewer, reading)


def _write(place: Workplace, viewer: Me, reading: Reading, at: datetime) -> None:
    held = reading.whole.review
    with st.form("review", border=False):
        when = moment_input("Held", held.held_at if held else at, latest=at, key=f"held_{reading.number}")
        present = st.text_input("Present", value=held.present if held else "", max_chars=1000)
        texts = {
            name: st.text_area(label, value=getattr(held, name) if held else "", max_chars=4000, height=80)
            for name, label in TEXTS.items()
        }
        sent = st.form_submit_button("Record the review", type="secondary" if held else "primary")
    if sent:
        with attempt("The review was not recorded."):
            written = Review(when.moment(), present, **texts)
            done = write_review(
                place.store, place.ledger, incident=reading.number, review=written, actor=viewer.actor, at=now()
            )
            recorded(done, "The review is on record")


def _close(place: Workplace, viewer: Me, reading: Reading) -> None:
    reasons = reading.against[Act.CLOSE]
    with st.container(border=True):
        section("Close the incident")
        blocked("Closing", reasons)
        text = st.text_area("Conclusion", key="conclusion", max_chars=4000, height=80, disabled=bool(reasons))
        if act_button("Close the incident", reasons, key="close"):
            with attempt("The incident was not closed."):
                done = close_incident(
                    place.store, place.ledger, incident=reading.number, conclusion=text or "", actor=viewer.actor,
                    at=now(),
                )  # fmt: skip
                recorded(done, f"{reading.number} is closed")
