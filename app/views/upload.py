"""What the upload page shows: the file, its columns, their meaning, personal data found, and the act itself."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from app.components import act_button, attempt, blocked, plain, section, status, table
from app.components.formats import NOTHING, count, counted, digest, size
from app.components.me import Me
from app.composition import Workplace, now
from app.navigation import page_file
from core.access.personal_data import Level, standing_blocks
from core.errors import Unreadable
from core.inventory.queries import ModelPage
from core.inventory.rules import Action
from core.inventory.tables import ModelVersion
from core.validation.evidence import validation_facts
from core.validation.intake import Inspection, hand_in, inspect
from core.validation.rules import refusals
from core.validation.runs import start
from core.validation.uploads import ColumnMapping, safe_label

HELD = "upload_held"
SHOWN_PROBLEMS = 25


@dataclass(frozen=True)
class Chosen:
    """The file at hand: where it waits, and what it turned out to be or why it was not accepted."""

    path: Path
    filename: str
    size: int
    inspection: Inspection | None
    problems: Unreadable | None


def refused_before(place: Workplace, viewer: Me, version: ModelVersion) -> bool:
    """Show why nothing can be handed in now, before a file is chosen."""
    with place.store.reading() as session:
        reasons = refusals(validation_facts(session, version), Action.UPLOAD_EVIDENCE, viewer.actor)
    blocked("An upload", reasons)
    return bool(reasons)


def choose_file(place: Workplace) -> Chosen | None:
    """The uploader; the file is read strictly once and waits outside the evidence until it is handed in."""
    uploaded = st.file_uploader(
        "Predictions, CSV or Parquet, up to 200 MB",
        key=f"upload_{st.session_state.get('upload_round', 0)}",
        help="A header line, then one line a case. Larger files go through the API.",
    )
    if uploaded is None:
        _forget()
        return None
    content = uploaded.getvalue()
    key = hashlib.sha256(content).hexdigest()
    held: tuple[str, Chosen] | None = st.session_state.get(HELD)
    if held and held[0] == key + uploaded.name:
        return held[1]
    _forget()
    folder = place.settings.data_dir / "incoming"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / key
    path.write_bytes(content)
    with st.spinner("Reading every row"):
        chosen = _inspected(path, uploaded.name, len(content))
    st.session_state[HELD] = (key + uploaded.name, chosen)
    return chosen


def _inspected(path: Path, filename: str, length: int) -> Chosen:
    try:
        return Chosen(path, filename, length, inspect(path, filename), None)
    except Unreadable as error:
        path.unlink(missing_ok=True)
        return Chosen(path, filename, length, None, error)


def _forget() -> None:
    held: tuple[str, Chosen] | None = st.session_state.pop(HELD, None)
    if held:
        held[1].path.unlink(missing_ok=True)


def not_accepted(chosen: Chosen) -> None:
    """What has to be put right, by line and column."""
    problems = chosen.problems.problems if chosen.problems else ()
    st.markdown(
        f"{status('Refused')} {plain(safe_label(chosen.filename))} :gray[{size(chosen.size)}.] Nothing was stored."
    )
    with st.container(border=True):
        st.markdown(f"**{counted(len(problems), 'thing')} to put right, then send it again:**")
        table(
            [
                {
                    "Line": count(problem.line),
                    "Column": plain(problem.column),
                    "What": plain(problem.reason),
                    "Found": plain(problem.found),
                    "Expected": plain(problem.expected),
                }
                for problem in problems[:SHOWN_PROBLEMS]
            ],
            alt="What has to be put right in the file, by line and column",
            right=["Line"],
        )
        if len(problems) > SHOWN_PROBLEMS:
            st.caption(f"The first {SHOWN_PROBLEMS} of {count(len(problems))}.")
        st.button("Choose another file", type="primary", on_click=_next_round)


def _next_round() -> None:
    st.session_state["upload_round"] = st.session_state.get("upload_round", 0) + 1
    _forget()


def columns_table(found: Inspection) -> None:
    """Every column with its type, gaps, examples and what looks like personal data."""
    scans = {column.column: column for column in found.scan.columns}
    facts = found.preflight
    st.markdown(
        f"{status('Passed')} **Readable: {count(facts.rows)} rows, {count(len(facts.columns))} columns** "
        f":gray[{facts.kind.value.upper()}, {size(facts.size)}, sha256 {digest(facts.sha256)}]"
    )
    table(
        [
            {
                "Column": plain(column.name),
                "Type": column.inferred_type.value,
                "Missing": count(column.missing),
                "Distinct": count(column.distinct),
                "Examples": plain(", ".join(column.examples[:4])),
                "Personal data": _level(scans[column.name].level) + f" {plain(scans[column.name].words)}"
                if column.name in scans
                else NOTHING,
            }
            for column in facts.columns[:50]
        ],
        alt="Columns of the file with type, missing values, distinct values, examples and personal data found",
        right=["Missing", "Distinct"],
        unbroken=["Column"],
    )
    if found.scan.free_text_columns:
        st.caption("Names in free text are not found by patterns: free text is never called clean.")


def _level(level: Level) -> str:
    return {Level.BLOCK: status("Blocked"), Level.REVIEW: status("Watch")}.get(level, "")


def declare_personal_data(found: Inspection, mapping: ColumnMapping) -> Mapping[str, str]:
    """Columns at level block: left out, or let in as a sensitive attribute with a reason on record."""
    stopped = found.scan.at_level(Level.BLOCK)
    if not stopped:
        return {}
    section("Personal data")
    declared = {}
    for column in stopped:
        example = f", such as {plain(column.masked_example)}" if column.masked_example else ""
        where = f", first on line {count(column.first_line)}" if column.first_line else ""
        st.markdown(f"{status('Blocked')} **{plain(column.column)}** holds {plain(column.words)}{where}{example}.")
        if column.column in mapping.sensitive:
            reason = st.text_input(
                "Why this column is needed, kept on record", key=f"upload_reason_{column.column}", max_chars=1000
            )
            declared[column.column] = reason
        else:
            st.markdown("Leave the column out of the file, or declare it as a sensitive attribute with a reason.")
    return declared


def hand_in_form(
    place: Workplace,
    viewer: Me,
    page: ModelPage,
    chosen: Chosen,
    mapping: ColumnMapping,
    declared: Mapping[str, str],
) -> None:
    """What stands against it, and the button that stores the file and starts the validation."""
    found = chosen.inspection
    if found is None or page.version is None:
        return
    section("Hand in")
    reasons = standing_blocks(found.scan, declared)
    problems = mapping.problems(found.preflight.names)
    if problems:
        st.markdown(f"{status('Blocked')} **The columns are not clear yet:**")
        st.markdown("\n".join(f"{place_}. {plain(str(problem))}" for place_, problem in enumerate(problems, start=1)))
    blocked("The upload", reasons)
    st.markdown("The file is stored under its digest, and the validation starts under the policy in force.")
    if problems:
        st.button("Hand in and validate", disabled=True, type="primary", help="The columns are not clear yet.")
        return
    if act_button("Hand in and validate", reasons, key="hand_in"):
        with attempt("Nothing was handed in."), st.spinner("Reading every row against what was declared"):
            hand_in(
                place.store,
                place.ledger,
                place.files,
                model=page.model.number,
                version=page.version.version,
                source=chosen.path,
                filename=chosen.filename,
                mapping=mapping,
                declared=declared,
                actor=viewer.actor,
                at=now(),
            )
            start(
                place.store,
                place.ledger,
                model=page.model.number,
                version=page.version.version,
                actor=viewer.actor,
                at=now(),
            )
            _next_round()
            st.switch_page(
                page_file("model"),
                query_params={"model": page.model.number, "version": page.version.version, "tab": "Evidence"},
            )
