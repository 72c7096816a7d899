"""The act of handing in: what stands against it, the button, and where the person goes then."""

from collections.abc import Mapping

import streamlit as st

from app.components import act_button, attempt, blocked, plain, section, status
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from app.views.confirmation import confirm_next
from app.views.upload import Chosen, next_round
from core.access.personal_data import Level, standing_blocks
from core.errors import Problem
from core.inventory.queries import ModelPage
from core.privacy.columns import ask_about_columns
from core.validation.inspecting import Inspection
from core.validation.intake import OUTCOMES, HandedIn, hand_in
from core.validation.rules import EvidenceKind
from core.validation.runs import start
from core.validation.uploads import ColumnMapping


def hand_in_form(
    place: Workplace,
    viewer: Me,
    page: ModelPage,
    chosen: Chosen,
    mapping: ColumnMapping,
    declared: Mapping[str, str],
) -> None:
    """What stands against it, and the button that stores the file; predictions are validated at once."""
    found = chosen.inspection
    if found is None or page.version is None:
        return
    section("Hand in")
    validates = chosen.kind is EvidenceKind.PREDICTIONS
    said = "Hand in and validate" if validates else "Hand in"
    reasons = standing_blocks(found.scan, declared)
    problems = unclear(found, mapping, chosen.kind)
    if problems:
        st.markdown(f"{status('Blocked')} **The columns are not clear yet:**")
        st.markdown("\n".join(f"{place_}. {plain(str(problem))}" for place_, problem in enumerate(problems, start=1)))
    blocked("The upload", reasons)
    _ask(place, viewer, page, chosen, declared)
    st.markdown(
        "The file is stored under its digest, and the validation starts under the policy in force."
        if validates
        else "The file is stored under its digest. It counts once a validation is started again, when all files are in."
    )
    if problems:
        st.button(said, disabled=True, type="primary", help="The columns are not clear yet.")
        return
    if act_button(said, reasons, key="hand_in"):
        with attempt("Nothing was handed in."), st.spinner("Reading every row against what was declared"):
            done = _hand_in(place, viewer, page, chosen, mapping, declared)
            _go_on(place, viewer, page, chosen.kind, done)


def _ask(place: Workplace, viewer: Me, page: ModelPage, chosen: Chosen, declared: Mapping[str, str]) -> None:
    """Let the uploader put stopped columns up for somebody else's decision."""
    found = chosen.inspection
    version = page.version
    if (
        found is None
        or version is None
        or not [c for c in found.scan.at_level(Level.BLOCK) if c.column not in declared]
    ):
        return
    if st.button("Ask for a decision", key="ask_columns", help="Somebody else decides whether the column may come in"):
        with attempt("Nothing was asked."):
            where = f"{chosen.kind} of {page.model.number} {version.version}"
            numbers = ask_about_columns(
                place.store, place.ledger, model=page.model.number, where=where, scan=found.scan, besides=declared,
                actor=viewer.actor, at=now(),
            )  # fmt: skip
            st.success(f"{', '.join(numbers)} waits for a decision under Personal data.")


def unclear(found: Inspection, mapping: ColumnMapping, kind: EvidenceKind) -> list[Problem]:
    """What has still to be said about the columns of a file of this kind."""
    if found.preflight is None:
        return []
    problems = mapping.problems(found.names, outcome=kind in OUTCOMES)
    if kind is EvidenceKind.PERTURBED:
        problems += [
            Problem(f"no {role} column is named", expected=why)
            for role, name, why in (
                ("row number", mapping.row_id, "the column that says which case a row is"),
                ("scenario", mapping.scenario, "the column that says what was disturbed"),
            )
            if name is None
        ]
    return problems


def _hand_in(
    place: Workplace,
    viewer: Me,
    page: ModelPage,
    chosen: Chosen,
    mapping: ColumnMapping,
    declared: Mapping[str, str],
) -> HandedIn:
    return hand_in(
        place.store,
        place.ledger,
        place.files,
        model=page.model.number,
        version=page.version.version if page.version else "",
        source=chosen.path,
        filename=chosen.filename,
        kind=chosen.kind,
        mapping=mapping,
        declared=declared,
        actor=viewer.actor,
        at=now(),
    )


def _go_on(place: Workplace, viewer: Me, page: ModelPage, kind: EvidenceKind, done: HandedIn) -> None:
    """Predictions: start the validation and show it; anything else: stay, and say what has to follow."""
    model, version = page.model.number, page.version.version if page.version else ""
    if kind is not EvidenceKind.PREDICTIONS:
        next_round()
        confirm_next(f"{done.evidence} is on record: {kind.value}, ledger entry {done.entry}.")
        st.rerun()
    start(place.store, place.ledger, model=model, version=version, actor=viewer.actor, at=now())
    next_round()
    st.switch_page(page_file("model"), query_params={"model": model, "version": version, "tab": "Evidence"})
