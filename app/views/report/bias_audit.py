"""The bias audit of NYC Local Law 144: its tables, what was left out, and what to heed."""

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import NOTHING, count, counted, number, percent
from app.views.report.audit_summary import summary_to_publish
from app.views.report.judged import checks_table, notes
from app.views.report.reading import Report
from core.metrics.bias_audit import AxisTable, BiasAuditResult
from core.policy.rules import CheckKind

MOST = 50
AXES = {"sex": "Sex", "race_ethnicity": "Race and ethnicity", "intersectional": "Intersections"}


def show(report: Report) -> None:
    """The screen of the organisation first, then the tables as they would be published."""
    found = report.result.bias_audit if report.result else None
    if found is None:
        return
    checks_table(report, CheckKind.BIAS_AUDIT)
    st.markdown(
        ":gray[The law sets no threshold: it asks for these tables to be published. The threshold above is this "
        "organisation's own screen.]"
    )
    notes(found.warnings)
    for one in found.tables:
        _axis(one, found)
    if found.because:
        st.markdown(f"Left out because: {plain(found.because)}.")
    summary_to_publish(found, report)
    renamed = [f"{one.written} → {one.category}" for one in found.normalised if one.written != one.category]
    if renamed:
        st.markdown(f":gray[Categories as written, and as shown: {plain(', '.join(renamed))}.]")


def _axis(one: AxisTable, found: BiasAuditResult) -> None:
    words = AXES.get(one.axis.value, one.axis.value)
    section(f"{words}, {plain(one.classification)}" if one.classification else words)
    if one.reason:
        st.markdown(f"{status('Not enough evidence')} {plain(one.reason)}")
    rate, counted_as = found.output.rate, found.output.counted
    table(
        [
            {
                "Category": plain(row.category),
                "People": count(row.n),
                _title(counted_as): count(row.selected),
                _title(rate): percent(row.rate),
                "Impact ratio": number(row.impact_ratio, 3),
                "Remark": _remark(one, row.category, row.reason),
            }
            for row in one.rows[:MOST]
        ],
        alt=f"Bias audit by {words}: people, rate and impact ratio",
        right=["People", _title(counted_as), _title(rate), "Impact ratio"],
    )
    if len(one.rows) > MOST:
        st.caption(f"The first {MOST} of {count(len(one.rows))} categories.")
    st.caption(f"{counted(one.unknown, 'person', 'people')} of unknown category, in no row.")


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _remark(one: AxisTable, category: str, reason: str) -> str:
    if category == one.reference:
        return status("Reference")
    if category in one.ties:
        return "tied with the reference"
    return plain(reason) if reason else NOTHING
