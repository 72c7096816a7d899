"""What a file holds, shown before it is handed in: columns, scenarios or reasons, and personal data found."""

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import NOTHING, count, counted, digest, percent, size
from app.components.status import word
from app.composition import Workplace, now
from app.views.upload import Chosen
from core.access.personal_data import Level
from core.access.personal_data.taught import taught
from core.frames.scenarios import Scenario, ScenarioKind
from core.inventory.queries import ModelPage
from core.privacy.queries import column_lessons
from core.validation.inspecting import Inspection, Reasons
from core.validation.uploads import ColumnMapping, Preflight

MOST_COLUMNS, MOST_FEATURES, MOST_SCENARIOS = 50, 20, 50


def show_found(chosen: Chosen, found: Inspection) -> None:
    """Everything that was read, by what the file is."""
    if found.preflight is not None:
        _columns(found, found.preflight)
    else:
        _readable("JSON", chosen, counted(len(found.scenarios), "scenario") if found.scenarios else "attributions")
    if found.scenarios:
        _scenarios(found.scenarios)
    if found.reasons is not None:
        _reasons(found.reasons)


def _readable(kind: str, chosen: Chosen, what: str) -> None:
    facts = f"{kind}, {size(chosen.size)}, sha256 {digest(chosen.sha256)}"
    st.markdown(f"{status('Passed')} **Readable: {what}** :gray[{facts}]")


def _columns(found: Inspection, facts: Preflight) -> None:
    """Every column with its type, gaps, examples and what looks like personal data."""
    scans = {column.column: column for column in found.scan.columns}
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
            for column in facts.columns[:MOST_COLUMNS]
        ],
        alt="Columns of the file with type, missing values, distinct values, examples and personal data found",
        right=["Missing", "Distinct"],
        unbroken=["Column"],
    )
    if len(facts.columns) > MOST_COLUMNS:
        st.caption(f"The first {MOST_COLUMNS} of {count(len(facts.columns))} columns.")
    if found.scan.free_text_columns:
        st.caption("Names in free text are not found by patterns: free text is never called clean.")


def _level(level: Level) -> str:
    return {Level.BLOCK: status("Blocked"), Level.REVIEW: status("Watch")}.get(level, "")


def _scenarios(scenarios: tuple[Scenario, ...]) -> None:
    table(
        [
            {
                "Scenario": plain(one.name),
                "Kind": word(one.kind),
                "Columns": plain(", ".join(one.columns)),
                "How much": plain(_amount(one)),
                "Line": count(one.line),
            }
            for one in scenarios[:MOST_SCENARIOS]
        ],
        alt="Scenarios of the file: name, kind, columns and amount",
        right=["Line"],
    )
    if len(scenarios) > MOST_SCENARIOS:
        st.caption(f"The first {MOST_SCENARIOS} of {count(len(scenarios))} scenarios.")


def _amount(one: Scenario) -> str:
    match one.kind:
        case ScenarioKind.SHIFT:
            return f"{one.amount:+g}".replace("-", "−")
        case ScenarioKind.SCALE:
            return f"× {one.amount:g}".replace("-", "−")
        case ScenarioKind.MISSING:
            return f"in {percent(one.amount, 0)} of the rows"
        case ScenarioKind.EXTREME:
            return f"their quantile {one.quantile:g}"
        case ScenarioKind.CATEGORY:
            return f"“{one.value}”"
        case ScenarioKind.REWEIGHT:
            return ", ".join(f"{value} × {weight:g}" for value, weight in one.weights.items())


def _reasons(found: Reasons) -> None:
    shown = ", ".join(found.features[:MOST_FEATURES]) + (" …" if len(found.features) > MOST_FEATURES else "")
    st.markdown(f"**{counted(len(found.features), 'feature')}**, {found.shape.value}: {plain(shown)}")
    if found.left_out:
        st.markdown(f":gray[Neither feature nor row number, so left out:] {plain(', '.join(found.left_out))}")
    if not found.has_row_ids:
        st.markdown(":gray[Without row numbers, reasons cannot be compared between groups of the predictions.]")


def as_decided(place: Workplace, page: ModelPage, chosen: Chosen, inspection: Inspection) -> tuple[Chosen, Inspection]:
    """The file with what people decided of its columns: what they allowed stops it no more."""
    with place.store.reading() as session:
        decided = column_lessons(session, page.model.number, page.version.version if page.version else None, at=now())
    found = replace(inspection, scan=taught(inspection.scan, decided))
    return replace(chosen, inspection=found), found


def declare_personal_data(found: Inspection, mapping: ColumnMapping) -> Mapping[str, str]:
    """Columns at level block: left out, or let in as a sensitive attribute with a reason on record."""
    stopped = found.scan.at_level(Level.BLOCK)
    if not stopped:
        return {}
    section("Personal data")
    declared = {}
    for column in stopped:
        example = f", such as {plain(column.masked_example)}" if column.masked_example else ""
        where = f", first on line {count(column.first_line)}" if column.first_line and found.preflight else ""
        st.markdown(f"{status('Blocked')} **{plain(column.column)}** holds {plain(column.words)}{where}{example}.")
        if column.column in mapping.sensitive:
            reason = st.text_input(
                "Why this column is needed, kept on record", key=f"upload_reason_{column.column}", max_chars=1000
            )
            declared[column.column] = reason
        elif found.preflight is None:
            st.markdown("Take it out of the file.")
        else:
            st.markdown("Leave the column out of the file, or declare it as a sensitive attribute with a reason.")
    return declared
