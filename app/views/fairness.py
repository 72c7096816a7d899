"""What the fairness report shows: the verdict in people and counts, the groups, and how it was computed."""

from collections.abc import Sequence

import streamlit as st

from app.components import plain, status, table
from app.components.formats import NOTHING, count, counted, moment, number, p_value, signed
from app.components.formats import percent_with_interval as share
from app.components.formats import with_interval as ratio
from core.metrics.figure import spoken
from core.metrics.verdicts import Verdict
from core.reports.layout.fairness import fairness_sentence
from core.reports.values import Estimate, FairnessTable, GroupRow
from core.validation.queries import RunPage
from core.validation.rules import RunStatus


def attribute_chosen(tables: Sequence[FairnessTable]) -> FairnessTable | None:
    """The attribute in the address, or the worst one."""
    if not tables:
        return None
    names = [one.attribute for one in tables]
    order = {Verdict.FAIL: 0, Verdict.INSUFFICIENT: 1, Verdict.PASS: 2}
    worst = min(tables, key=lambda one: (" × " in one.attribute, order[one.verdict]))
    if len(names) == 1:
        return tables[0]
    if st.session_state.get("by") not in names:
        st.session_state["by"] = st.query_params.get("by") if st.query_params.get("by") in names else worst.attribute
    by = st.segmented_control("Groups by", names, key="by", bind="query-params", label_visibility="collapsed")
    return next((one for one in tables if one.attribute == by), worst)


def verdict_box(chosen: FairnessTable | None, page: RunPage) -> None:
    """The first line answers, in people before ratios."""
    with st.container(border=True, gap="xsmall"):
        if chosen is None:
            reason = {
                RunStatus.FINISHED: "No sensitive attribute was declared, so groups cannot be compared.",
                RunStatus.FAILED: f"The validation failed: {page.run.error}",
            }.get(page.run.status, f"The validation is {page.run.status}.")
            st.markdown(f"{status('No data')} **{plain(reason)}**")
            return
        st.markdown(f"{status(chosen.verdict)} **{plain(fairness_sentence(chosen))}**")
        st.markdown(f":gray[{_counts(chosen, page)}]")


def _counts(chosen: FairnessTable, page: RunPage) -> str:
    others = [group for group in chosen.groups if not group.reference]
    judged = [group for group in others if group.judged and group.impact_ratio.value is not None]
    failed = sum((group.impact_ratio.value or 0) < chosen.threshold for group in judged)
    small = len(others) - len(judged)
    parts = [
        f"Of {counted(len(others), 'group')} compared with {plain(chosen.reference)}, "
        f"{failed} fail{'s' if failed == 1 else ''}, {len(judged) - failed} pass, {small} too small to judge.",
        f"{count(page.evidence.rows)} cases, {plain(page.evidence.filename)}, clause {plain(chosen.clause)}.",
    ]
    if chosen.unknown:
        parts.append(f"{counted(chosen.unknown, 'case')} without a value are in no group.")
    return " ".join(parts)


def groups_table(chosen: FairnessTable) -> None:
    """Every group, small ones included, against the reference."""
    favourable = chosen.favourable[:1].upper() + chosen.favourable[1:]
    rate, against = f"{favourable} (95 %)", f"Against {number(chosen.threshold)}"
    table(
        [
            {
                "Group": plain(group.group),
                "Cases": count(group.n),
                plain(rate): share(*_parts(group.selection_rate)),
                "Impact ratio (95 %)": "1.00 (reference)" if group.reference else ratio(*_parts(group.impact_ratio)),
                against: _against(group, chosen.threshold),
                "Significance": NOTHING if group.reference else _significance(group),
                "Result": _result(group, chosen),
            }
            for group in chosen.groups[:50]
        ],
        alt=f"Groups by {chosen.attribute}: cases, favourable outcomes, impact ratio against {chosen.threshold:g}",
        right=["Cases", plain(rate), "Impact ratio (95 %)", against, "Significance"],
    )
    if len(chosen.groups) > 50:
        st.caption(f"The first 50 of {count(len(chosen.groups))} groups; the dossier holds all.")


def _parts(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.value, estimate.low, estimate.high


def _against(group: GroupRow, threshold: float) -> str:
    value = group.impact_ratio.value
    return NOTHING if group.reference or value is None else signed(value - threshold)


def _significance(group: GroupRow) -> str:
    exact = " exact" if group.test == "fisher" else ""
    return p_value(group.p_value) + (exact if group.p_value is not None else "")


def _result(group: GroupRow, chosen: FairnessTable) -> str:
    if group.reference:
        return status("Reference")
    if not group.judged or group.impact_ratio.value is None:
        return status("Not enough evidence", f"n < {chosen.minimum_group}")
    verdict = Verdict.FAIL if group.impact_ratio.value < chosen.threshold else Verdict.PASS
    return status(verdict) + (f" {status('Small sample')}" if group.small_sample else "")


def errors_table(chosen: FairnessTable) -> None:
    """The figures behind the error chart."""
    with st.expander("Error rates in figures"):
        table(
            [
                {
                    "Group": plain(group.group),
                    "True positive rate": share(*_parts(group.true_positive_rate)),
                    "False positive rate": share(*_parts(group.false_positive_rate)),
                    "False negative rate": share(*_parts(group.false_negative_rate)),
                    "Accuracy": share(*_parts(group.accuracy)),
                }
                for group in chosen.groups[:50]
            ],
            alt=f"Error rates by {chosen.attribute} with 95 % intervals",
            right=["True positive rate", "False positive rate", "False negative rate", "Accuracy"],
        )


def how_computed(chosen: FairnessTable, page: RunPage) -> None:
    """Definitions, methods, digests, and what is not available and why."""
    with st.expander("How this was computed"):
        ties = f" Tied with it: {plain(', '.join(chosen.ties))}." if chosen.ties else ""
        lines = [
            f"Favourable outcome: {plain(chosen.favourable)}. Positive label: {plain(chosen.positive)}.",
            f"Reference: the most often favoured group with at least {chosen.minimum_group} cases, "
            f"{plain(chosen.reference)}.{ties}",
            "Impact ratio: a group's share of favourable outcomes over the reference's; Katz 95 % interval. "
            f"Below {chosen.threshold:g} fails, on it passes (clause {plain(chosen.clause)}). The four-fifths "
            "screen is a policy of this organisation, not a legal verdict.",
            "Significance: pooled two-proportion z test; Fisher's exact test where a group has under 30 cases or an "
            "expected count is under 5.",
            *(plain(note) for note in chosen.notes),
            f"Computed {moment(page.run.finished_at)} from {plain(page.evidence.number)}; result sha256 below.",
        ]
        st.markdown("\n".join(f"- {line}" for line in lines))
        st.code(f"table  {page.evidence.table_digest}\nresult {page.run.result_digest}", language=None)
        missing = [(group.group, one) for group in chosen.groups for one in group.unavailable]
        if missing:
            table(
                [
                    {
                        "Group": plain(name),
                        "Figure": spoken(one.metric),
                        "Why it is not available": plain(one.reason),
                    }
                    for name, one in missing[:50]
                ],
                alt="Figures that are not available, with the reason",
            )
