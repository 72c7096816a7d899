"""Imports in the background: how far the reader's own are, the button that stops one, and what came of the last."""

from datetime import timedelta

import streamlit as st

from app.components import act_button, attempt, plain, section, status
from app.components.formats import counted, moment
from app.components.me import Me, me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.imports import planned
from core.inventory.importing.background import cancel_import, import_jobs, load_import_job, problems_of, request_import
from core.inventory.importing.rules import PENDING, ImportStatus, cancel_import_refusals
from core.inventory.importing.service import TableImport, import_refusals
from core.inventory.importing.tables import ImportJob

LOOK_AGAIN = timedelta(seconds=1)
SHOWN = 3


def background(place: Workplace, viewer: Me) -> None:
    """The reader's imports that are under way, and their last ones with what came of them."""
    with place.store.reading() as session:
        rows = import_jobs(session, viewer.number, limit=SHOWN)
    if not rows:
        return
    section("Your imports in the background")
    for row in rows:
        if row.status in PENDING:
            _watch(place, row.number)
        else:
            _ended(row)


def queue(place: Workplace, viewer: Me, wish: TableImport, expected: str, words: str) -> bool:
    """The button that has a large table imported in the background; whether it was."""
    if not act_button(f"{words} in the background", import_refusals(viewer.actor), key="import_table"):
        return False
    with attempt("Nothing was imported."):
        done = request_import(
            place.store, place.ledger, place.imports, wish=wish, expected=expected, actor=viewer.actor, at=now()
        )
        confirm_next(f"Import {done.job} is under way; you may leave this page. Ledger entry {done.entry}.")
        return True
    return False


@st.fragment(run_every=LOOK_AGAIN)
def _watch(place: Workplace, number: str) -> None:
    """Progress until it ends; then the page is drawn anew."""
    with place.store.reading() as session:
        row = load_import_job(session, number)
    if row.status not in PENDING:
        st.rerun()
        return
    done = row.steps_done / row.steps_total if row.steps_total else 0.0
    far = f", {row.steps_done:,} of {row.steps_total:,}" if row.steps_total > 1 else ""
    said = f"{row.step}{far}" if row.step else "Waits for the worker"
    st.progress(min(done, 1.0), text=f"{status(row.status)} {number} {plain(row.filename)}: {said}")
    viewer = me()
    if act_button(
        "Cancel the import", cancel_import_refusals(row.status, row.requested_by, viewer.actor),
        key=f"cancel_{number}", kind="secondary",
    ):  # fmt: skip
        with attempt("The import was not cancelled."):
            cancel_import(place.store, place.ledger, place.imports, job=number, actor=viewer.actor, at=now())
            st.rerun()


def _ended(row: ImportJob) -> None:
    with st.container(border=True, gap="xsmall"):
        asked = f":gray[asked for {moment(row.requested_at)}, ended {moment(row.finished_at)}]"
        st.markdown(f"{status(row.status)} **{row.number}** {plain(row.filename)} {asked}")
        if row.status is ImportStatus.FINISHED:
            st.markdown(
                f"{row.import_number} is on record: {counted(row.models, 'model')}, "
                f"{counted(row.versions, 'version')} and {counted(row.datasets, 'dataset')} registered, "
                f"{counted(row.changed, 'change')}."
            )
            st.page_link(page_file("inventory"), label="Open the inventory")
        elif row.status is ImportStatus.CANCELLED:
            st.markdown("Nothing was imported.")
        else:
            st.markdown(f"Nothing was imported. {plain(row.error)}")
            problems = problems_of(row)
            if problems:
                planned.problems_table(problems)
