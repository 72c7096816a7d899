"""Data quality: the judged figures, then the columns, the label, the change since training and what leaks."""

import streamlit as st

from app.components import plain, section, status, table
from app.components.formats import NOTHING, count, counted, number, percent
from app.views.report.judged import checks_table, further_figures, notes
from app.views.report.reading import Report
from core.metrics.quality import QualityResult, TrainingComparison
from core.policy.rules import CheckKind

MOST = 50


def show(report: Report) -> None:
    """The whole part, worst first."""
    found = report.result.quality if report.result else None
    if found is None:
        return
    checks_table(report, CheckKind.QUALITY)
    notes(found.warnings)
    if found.schema is not None:
        _schema(found)
    left, right = st.columns(2, gap="large")
    with left:
        _label(found)
    with right:
        _target(found)
    if found.training is not None:
        _change(found.training)
    _columns(found)
    further_figures(found.figures, report.checks(CheckKind.QUALITY))


def _schema(found: QualityResult) -> None:
    section("Against the declared schema")
    assert found.schema is not None
    broken = found.schema.violations
    if not broken:
        st.markdown(f"{status('Passed')} {counted(found.schema.declared, 'column')} as declared.")
        return
    table(
        [
            {
                "Column": plain(one.column),
                "What": plain(one.kind.value),
                "Rows": count(one.rows) if one.rows else NOTHING,
                "First line": count(one.first_line),
                "Declared": plain(one.expected),
            }
            for one in broken[:MOST]
        ],
        alt="Declarations that the data breaks",
        right=["Rows", "First line"],
    )


def _label(found: QualityResult) -> None:
    balance = found.label
    if balance is None:
        return
    section("Labels")
    if balance.quantiles:
        rows = [{"Share of rows": percent(one.share, 0), "Label up to": number(one.value)} for one in balance.quantiles]
        table(rows, alt="Quantiles of the label", right=["Share of rows", "Label up to"])
        return
    table(
        [
            {"Label": plain(one.label), "Rows": count(one.count), "Share": percent(one.count / balance.labelled)}
            for one in balance.counts[:20]
        ],
        alt="How often each label occurs",
        right=["Rows", "Share"],
    )


def _target(found: QualityResult) -> None:
    known = [one for one in found.target if one.value is not None][:8]
    if not known:
        return
    section("Columns against the label")
    table(
        [
            {
                "Column": plain(one.name),
                "Alone it reaches": number(one.value, 3),
                "Measure": plain(one.measure.value),
                "Read as": plain(one.reading.value) if one.reading else NOTHING,
            }
            for one in known
        ],
        alt="How well single columns tell the label, best first",
        right=["Alone it reaches"],
    )


def _change(found: TrainingComparison) -> None:
    section("Since training")
    shared = found.leaked
    if shared is not None:
        chance = f" By chance {percent(found.chance)} would." if found.chance is not None else ""
        rows = sum(1 for _ in found.compared)
        st.markdown(
            f"{counted(shared, 'row')} of the test data stand in the training data too, "
            f"judged by {counted(rows, 'input')}.{chance}"
        )
    if found.only_here or found.only_training:
        parts = (("only in the test data", found.only_here), ("only in the training data", found.only_training))
        for words, names in parts:
            if names:
                st.markdown(f"{words.capitalize()}: {plain(', '.join(names[:20]))}.")
    order = sorted(found.columns, key=lambda one: (-(one.outside or 0) - (one.unseen or 0), one.name))
    table(
        [
            {
                "Column": plain(one.name),
                "Missing, training": count(one.training_missing),
                "Missing now": count(one.missing),
                "Outside the range": NOTHING if one.outside is None else count(one.outside),
                "Never seen": NOTHING if one.unseen is None else count(one.unseen),
                "Range in training": NOTHING
                if one.training_lowest is None
                else f"{number(one.training_lowest)} to {number(one.training_highest)}",
            }
            for one in order[:MOST]
        ],
        alt="Columns beside the training data: missing values, values outside the range, values never seen",
        right=["Missing, training", "Missing now", "Outside the range", "Never seen", "Range in training"],
    )


def _columns(found: QualityResult) -> None:
    with st.expander(f"All {counted(len(found.columns), 'column')}"):
        table(
            [
                {
                    "Column": plain(one.name),
                    "Type": one.type,
                    "Missing": percent(one.missing / found.rows) if found.rows else NOTHING,
                    "Distinct": count(one.distinct),
                    "Lowest": plain(one.lowest),
                    "Highest": plain(one.highest),
                    "Remark": (
                        "one value only" if one.constant else "nearly a value a row" if one.many_values else NOTHING
                    ),
                }
                for one in found.columns[:MOST]
            ],
            alt="Columns of the file: type, missing values, distinct values, range",
            right=["Missing", "Distinct"],
        )
