"""The part of a policy's form that says what is checked on production data."""

from collections.abc import Callable

import streamlit as st

from core.policy.monitors.editing import with_monitor, without_monitor
from core.policy.monitors.reading import SEVERITIES, size_of
from core.policy.monitors.rules import (
    AGGREGATES,
    MEASURES,
    Against,
    Monitor,
    MonitorKind,
    MonitorThreshold,
    Season,
)
from core.policy.rules import ALL_TIERS, Direction, Policy, Task

NEW, BOTH, USUAL = "A new monitor", "on both sides", "the usual one"
AGAINST = {
    Against.FIXED: "A value",
    Against.REFERENCE: "The reference data",
    Against.LAST_APPROVED: "The version approved last",
    Against.COMPARABLE: "Comparable periods",
}
Edited = Callable[[], str]


def monitors_form(text: str, policy: Policy, disabled: bool, key: str) -> Edited | None:
    """One monitor at a time; the change to the text when it is sent."""
    clauses = {one.clause: one for one in policy.monitors}
    chosen = st.selectbox(
        "Monitor",
        [*clauses, NEW],
        format_func=lambda one: f"{one} {clauses[one].title}" if one in clauses else one,
        key=f"monitor {key}",
    )
    known = clauses.get(chosen)
    own = f"{key} {chosen}"
    left, right = st.columns(2)
    kinds, againsts = list(MonitorKind), list(Against)
    kind = left.selectbox(
        "What is checked", kinds, index=kinds.index(known.kind) if known else 0, key=f"monitor kind {own}",
        format_func=lambda one: one.value.capitalize(), disabled=disabled,
    )  # fmt: skip
    against = right.selectbox(
        "Held against", againsts, index=againsts.index(known.threshold.against) if known else 0,
        key=f"monitor against {own}", format_func=AGAINST.__getitem__, disabled=disabled,
    )  # fmt: skip
    own = f"{own} {kind} {against}"
    with st.form(f"monitor {own}"):
        wanted = _fields(known, kind, against, own, disabled)
        with st.container(horizontal=True):
            sent = st.form_submit_button("Save monitor", type="primary", disabled=disabled)
            gone = known is not None and st.form_submit_button("Take monitor out", disabled=disabled)
    if gone and known:
        return lambda: without_monitor(text, known.clause)
    return (lambda: with_monitor(text, wanted())) if sent else None


def _fields(
    known: Monitor | None, kind: MonitorKind, against: Against, key: str, disabled: bool
) -> Callable[[], Monitor]:
    """What was entered; it is read when it is saved, so that what is wrong with it is said then."""
    left, right = st.columns(2)
    clause = known.clause if known else left.text_input("Clause", key=f"m clause {key}", disabled=disabled).strip()
    metric = _metric(known, kind, key, disabled)
    title = st.text_input("What it is called", known.title if known else "", key=f"m title {key}", disabled=disabled)
    left, right = st.columns(2)
    chunk = left.text_input(
        "Chunk", str(known.chunk) if known else "1 day", key=f"m chunk {key}", disabled=disabled,
        help="For example “5000 rows”, “6 hours”, “1 day”, “1 week” or “1 month”; times are cut in UTC.",
    )  # fmt: skip
    severity = right.selectbox(
        "A breach weighs", SEVERITIES, index=SEVERITIES.index(known.severity) if known else 2,
        format_func=str.capitalize, key=f"m severity {key}", disabled=disabled,
    )  # fmt: skip
    threshold = _threshold(known, against, key, disabled)
    left, right = st.columns(2)
    tiers = left.multiselect("Tiers", sorted(ALL_TIERS), default=sorted(known.tiers if known else ALL_TIERS),
                             key=f"m tiers {key}", disabled=disabled)  # fmt: skip
    tasks = right.multiselect("Tasks", list(Task), default=[one for one in Task if known is None or one in known.tasks],
                              key=f"m tasks {key}", disabled=disabled)  # fmt: skip
    places = left.text_input("Environments; none means all", help="Separated by commas.", key=f"m places {key}",
                             value=", ".join(known.environments) if known else "", disabled=disabled)  # fmt: skip
    rows = right.number_input("Rows that a verdict needs; 0 as the scope says", min_value=0,
                              value=known.minimum_rows if known else 0, key=f"m rows {key}",
                              disabled=disabled)  # fmt: skip
    how = _aggregate(known, key, disabled) if kind is MonitorKind.METRIC else ""
    named = tuple(one.strip() for one in places.split(",") if one.strip())
    return lambda: Monitor(
        clause, kind, metric.strip(), title.strip(), size_of(chunk.strip()), threshold, severity, frozenset(tiers),
        frozenset(tasks), named, int(rows), how,
    )  # fmt: skip


def _metric(known: Monitor | None, kind: MonitorKind, key: str, disabled: bool) -> str:
    if kind is MonitorKind.METRIC:
        given = known.metric if known and known.kind is kind else ""
        return st.text_input("Name of the series", given, key=f"m series {key}", disabled=disabled)
    names = list(MEASURES[kind])
    index = names.index(known.metric) if known and known.metric in names else 0
    return st.selectbox(
        "Metric", names, index=index, key=f"m metric {key}", disabled=disabled,
        format_func=lambda one: f"{one}: {MEASURES[kind][one]}",
    )  # fmt: skip


def _threshold(known: Monitor | None, against: Against, key: str, disabled: bool) -> MonitorThreshold:
    held = known.threshold if known and known.threshold.against is against else MonitorThreshold(against)
    left, right = st.columns(2)
    sides = [one.value for one in Direction] + ([] if against is Against.FIXED else [BOTH])
    given = held.direction.value if held.direction else sides[-1]
    side = left.selectbox("Must be", sides, index=sides.index(given), key=f"m side {key}", disabled=disabled)
    direction = None if side == BOTH else Direction(side)
    if against is Against.FIXED:
        value = right.number_input("Value", value=held.value, step=0.01, format="%.4f", key=f"m value {key}",
                                   disabled=disabled)  # fmt: skip
        return MonitorThreshold(against, direction, round(value, 10))
    if against is Against.LAST_APPROVED:
        tolerance = right.number_input("Tolerance", value=held.tolerance, min_value=0.0, step=0.01, format="%.4f",
                                       key=f"m tolerance {key}", disabled=disabled)  # fmt: skip
        return MonitorThreshold(against, direction, tolerance=round(tolerance, 10))
    deviations = right.number_input("Standard deviations", value=held.deviations, min_value=0.0, step=0.5,
                                    key=f"m deviations {key}", disabled=disabled)  # fmt: skip
    return MonitorThreshold(
        against, direction, deviations=round(deviations, 10),
        season=_season(held, key, disabled) if against is Against.COMPARABLE else None,
    )  # fmt: skip


def _season(held: MonitorThreshold, key: str, disabled: bool) -> Season | None:
    seasons = [USUAL, *(one.value for one in Season)]
    given = held.season.value if held.season else USUAL
    said = st.selectbox("Season", seasons, index=seasons.index(given), key=f"m season {key}", disabled=disabled)
    return None if said == USUAL else Season(said)


def _aggregate(known: Monitor | None, key: str, disabled: bool) -> str:
    given = known.aggregate if known and known.aggregate in AGGREGATES else AGGREGATES[0]
    return st.selectbox("Of the points of a chunk", AGGREGATES, index=AGGREGATES.index(given), key=f"m how {key}",
                        disabled=disabled)  # fmt: skip
