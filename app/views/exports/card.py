"""One export: how far it is, looked at every second, or what it is, who took it, and once more."""

from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from app.components import act_button, attempt, facts, plain, section, status
from app.components.formats import NOTHING, counted, moment, size
from app.components.me import Me, me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from app.views.exports.words import form_title, span, subject_of, title_of
from core.errors import NotFound
from core.reports.rules import cancel_refusals
from core.reports.service import (
    ExportRow,
    ExportState,
    cancel_export,
    export_refusals,
    export_row,
    repeat_export,
)

LOOK_AGAIN = timedelta(seconds=1)
WORDS: Mapping[ExportState, str] = {ExportState.PENDING: "Under way", ExportState.READY: "Ready"}


def one_export(place: Workplace, viewer: Me, known: Mapping[str, str]) -> None:
    """The export that the address names; nothing without one."""
    number = st.query_params.get("export", "")
    if not number:
        return
    try:
        with place.store.reading() as session:
            row = export_row(session, number)
    except NotFound:
        st.markdown(f"There is no export {plain(number)}.")
        return
    with st.container(border=True):
        if row.state(now()) is ExportState.PENDING:
            _watch(place, number)
        else:
            _settled(place, viewer, row, known)


@st.fragment(run_every=LOOK_AGAIN)
def _watch(place: Workplace, number: str) -> None:
    """Progress until the export ends; then the page is drawn anew."""
    with place.store.reading() as session:
        row = export_row(session, number)
    if row.state(now()) is not ExportState.PENDING:
        st.rerun()
        return
    export = row.export
    done = export.steps_done / export.steps_total if export.steps_total else 0.0
    said = plain(export.step) if export.step else "Waits for the worker"
    section(f"{number} {title_of(export.template)}")
    st.progress(min(done, 1.0), text=f"{status(export.status)} {said}")
    viewer = me()
    reasons = cancel_refusals(viewer.actor, number, export.status, export.requested_by)
    if act_button("Cancel", reasons, key="cancel_export", kind="secondary"):
        with attempt("The export was not cancelled."):
            cancel_export(place.store, place.ledger, export=number, actor=viewer.actor, at=now())
            st.rerun()


def _settled(place: Workplace, viewer: Me, row: ExportRow, known: Mapping[str, str]) -> None:
    export, at = row.export, now()
    state = row.state(at)
    section(f"{export.number} {title_of(export.template)}")
    st.markdown(f"{status(WORDS.get(state, state.value.capitalize()))} {_line(row, state)}")
    left, right = st.columns([2, 3], gap="large")
    with left:
        facts(_about(row, known), alt=f"What export {export.number} holds")
    with right:
        facts(_taken(row, known), alt=f"File and downloads of export {export.number}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if state is ExportState.READY:
            st.link_button("Download", f"/exports/{export.number}/file")
        if act_button("Repeat as of now", export_refusals(viewer.actor), key="repeat", kind="secondary"):
            _repeat(place, viewer, export.number)
        if st.button("Close", key="close_export", type="tertiary"):
            del st.query_params["export"]
            st.rerun()


def _line(row: ExportRow, state: ExportState) -> str:
    export = row.export
    if state is ExportState.FAILED:
        return f"**It could not be built.** {plain(export.error)}"
    if state is ExportState.CANCELLED:
        return "**It was cancelled.** Nothing was kept."
    if state is ExportState.EXPIRED:
        return f"**Its file is gone since {moment(export.expires_at)}.** The digest stays."
    if export.gaps:
        said = f"{counted(export.gaps, 'part')} could not be built from the record as it was then."
        return f"{status('Not complete')} {said}"
    return "**Complete.**"


def _about(row: ExportRow, known: Mapping[str, str]) -> Mapping[str, str]:
    export = row.export
    asked_by = plain(known.get(export.requested_by, export.requested_by))
    by = f"{asked_by}, {moment(export.requested_at)}"
    return {
        "About": subject_of(export, row.model_name),
        "Record": span(export),
        "Form": form_title(export.format),
        "Template": plain(export.template_version) or NOTHING,
        "Asked by": f"{by}, by schedule {row.schedule}" if row.schedule else by,
        "Ready": moment(export.ready_at),
    }


def _taken(row: ExportRow, known: Mapping[str, str]) -> Mapping[str, str]:
    export = row.export
    taken = "  \n".join(f"{plain(known.get(person, person))}, {moment(at)}" for person, at in row.downloads[-8:])
    before = f"{len(row.downloads) - 8} earlier  \n" if len(row.downloads) > 8 else ""
    return {
        "File": plain(export.filename),
        "Size": size(export.size) if export.size else NOTHING,
        "SHA-256": f"`{export.digest}`" if export.digest else NOTHING,
        "Before signing": f"`{export.unsigned_digest}`" if export.unsigned_digest else NOTHING,
        "Until": moment(export.expires_at),
        "Taken by": f"{before}{taken}" if taken else "Nobody yet",
    }


def _repeat(place: Workplace, viewer: Me, number: str) -> None:
    with attempt("No report was made."):
        made = repeat_export(place.store, place.ledger, export=number, actor=viewer.actor, at=now())
        st.query_params["export"] = made.export
        confirm_next(f"{number} is being built once more, as of now: {made.export}.")
        st.rerun()
