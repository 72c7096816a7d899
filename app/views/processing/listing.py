"""All models with their records of processing and assessments, and the purposes of bias-test data."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import streamlit as st

from app.components import act_button, attempt, blocked, empty, link, paragraphs, plain, section, status, table
from app.components.formats import count, counted, day
from app.components.me import Me
from app.composition import Workplace, now
from app.views.confirmation import confirm_next
from core.access.rules import Permission, permission_refusals
from core.inventory.bias_data.rules import Basis, BiasFacts
from core.inventory.bias_data.service import PurposeRow, declare_purpose, end_purpose
from core.privacy.processing.service import PaperLine
from core.privacy.processing.tables import ProcessingPaper

DEFAULT_TERM = timedelta(days=365)


def models_table(lines: Sequence[PaperLine]) -> None:
    """One row a model in use."""
    table(
        [
            {
                "Model": link(f"{line.model.name} ({line.model.number})", "/processing", model=line.model.number),
                "Tier": count(line.model.tier),
                "Record of processing": _kept(line.record),
                "Gaps": count(line.record.gaps) if line.record else "–",
                "Impact assessment": _assessed(line.assessment),
            }
            for line in lines
        ],
        alt="Models in use, those without a record of processing first: gaps of the record, and the impact assessment",
        right=["Tier", "Gaps"],
    )


def purposes_table(rows: Sequence[PurposeRow], at: datetime) -> None:
    """One row a purpose, those in force first."""
    if not rows:
        with empty(
            "No purpose of bias-test data is declared.",
            "Race, religion, health and the like may be processed to find bias only where other data would not do, "
            "under safeguards, and until a day (EU AI Act, article 4a).",
        ):
            return
        return
    table(
        [
            {
                "Number": row.row.number,
                "Dataset": link(row.name, "/part", part=row.dataset),
                "Columns": plain(", ".join(row.columns)),
                "Basis": plain(row.row.basis.value),
                "Purpose": f"{paragraphs(row.row.purpose)}  \n:small[:gray[Readers: {plain(row.row.readers)}]]",
                "Delete by": day(row.row.delete_by, today=at),
                "State": _state(row, at),
            }
            for row in rows
        ],
        alt="Purposes of bias-test data, those in force first, by the day of deletion",
        right=["Delete by"],
        unbroken=["Number"],
    )


def declare_form(place: Workplace, viewer: Me, datasets: dict[str, str]) -> None:
    """Declare a purpose; the six conditions of article 4a(1), each with its answer."""
    reasons = permission_refusals(viewer.actor, Permission.DATA_CLASSIFY)
    with st.expander("Declare a purpose of bias-test data"):
        blocked("Declaring a purpose", reasons)
        if reasons or not datasets:
            return
        with st.form("declare_purpose", border=False):
            dataset = st.selectbox("Dataset", list(datasets), format_func=datasets.__getitem__)
            columns = st.text_input("Columns of special categories, apart by commas", placeholder="race, religion")
            purpose = st.text_area("Purpose: which bias is to be found and corrected", max_chars=4000, height=70)
            necessity = st.text_area(
                "Why other data, also synthetic or anonymised, would not do", max_chars=4000, height=70
            )
            row = st.columns(2)
            basis = row[0].selectbox("Basis", list(Basis), index=3, format_func=lambda one: one.value)
            detail = row[1].text_input("What the basis rests on: the consent, the law", max_chars=2000)
            safeguards = st.text_area(
                "Safeguards: pseudonymised, re-use limited, not passed on", max_chars=4000, height=70
            )
            readers = st.text_input("Who may read them", max_chars=1000)
            until = st.date_input("Delete by", value=(now() + DEFAULT_TERM).date(), format="YYYY-MM-DD")
            sent = st.form_submit_button("Declare the purpose")
    if sent and basis and isinstance(until, date):
        with attempt("No purpose was declared."):
            named = tuple(one.strip() for one in columns.split(",") if one.strip())
            facts = BiasFacts(
                named,
                purpose,
                necessity,
                basis,
                detail,
                safeguards,
                readers,
                datetime.combine(until, time(23, 59, 59), UTC),
            )
            number, done = declare_purpose(
                place.store, place.ledger, dataset=dataset or "", facts=facts, actor=viewer.actor, at=now()
            )
            confirm_next(f"{number} is declared: ledger entry {done.index}.")
            st.rerun()


def end_form(place: Workplace, viewer: Me, rows: Sequence[PurposeRow]) -> None:
    """Say how data were deleted."""
    running = {row.row.number: f"{row.row.number}: {row.name}" for row in rows if row.row.ended_at is None}
    if not running or permission_refusals(viewer.actor, Permission.DATA_CLASSIFY):
        return
    with st.expander("End a purpose"):
        chosen = st.selectbox("Purpose", list(running), format_func=running.__getitem__, key="end_which")
        how = st.text_area(
            "How the data were deleted, or why the purpose ended", max_chars=1000, height=70, key="end_how"
        )
        if act_button("End the purpose", key="end_purpose", kind="secondary"):
            with attempt("The purpose stands."):
                done = end_purpose(
                    place.store, place.ledger, purpose=chosen or "", how=how or "", actor=viewer.actor, at=now()
                )
                confirm_next(f"{chosen} has ended: ledger entry {done.index}.")
                st.rerun()


def said_in_short(lines: Sequence[PaperLine], total: int, rows: Sequence[PurposeRow], at: datetime) -> str:
    """“**3 models**: 1 without a record of processing; bias-test data of 1 dataset are past their day.”"""
    without = sum(line.record is None for line in lines)
    past = sum(row.past(at) for row in rows)
    lacking = f"{without} without a record of processing" if without else "each has a record of processing"
    late = f"; bias-test data of {counted(past, 'dataset')} are past their day of deletion" if past else ""
    return f"**{counted(total, 'model')}**: {lacking}{late}.\u2002 :gray[Those without a record first]"


def section_of_bias_data(place: Workplace, viewer: Me, rows: Sequence[PurposeRow], datasets: dict[str, str]) -> None:
    """The lower half of the page."""
    section("Bias-test data")
    purposes_table(rows, now())
    declare_form(place, viewer, datasets)
    end_form(place, viewer, rows)


def _kept(row: ProcessingPaper | None) -> str:
    if row is None:
        return status("Missing")
    word = "To fill in" if row.gaps else "Complete"
    return f"{status(word)}  \n:small[:gray[version {row.revision}, {day(row.kept_at)}]]"


def _assessed(row: ProcessingPaper | None) -> str:
    if row is None:
        return status("Not started")
    if row.needed:
        word = "To fill in" if row.gaps else "Complete"
        return f"{status(word)}  \n:small[:gray[needed; version {row.revision}, {day(row.kept_at)}]]"
    return f"{status('Does not apply')}  \n:small[:gray[not needed; version {row.revision}]]"


def _state(row: PurposeRow, at: datetime) -> str:
    if row.row.ended_at is not None:
        return f"{status('Ended')}  \n:small[:gray[{plain(row.row.ended_how)}]]"
    return status("Overdue") if row.past(at) else status("In force")
