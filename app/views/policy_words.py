"""A policy as a reviewer reads it: tables by family, in words, without TOML."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components import plain, section, table
from core.policy import words
from core.policy.controls.words import control_said, reviews_said
from core.policy.keeping.reading import data_kept
from core.policy.rules import TITLES, CheckKind, Policy
from core.policy.stressing.words import required_said, threshold_said
from core.policy.vocabulary import metrics


def in_words(policy: Policy) -> None:
    """Every clause."""
    for kind in CheckKind:
        _family(policy, kind)
    section("Quorum and deadlines")
    _amounts(policy)
    _paths(policy)
    _requirements(policy)
    _controls(policy)
    _alerting(policy)
    _monitors(policy)
    section("Events")
    table(
        [{"Inputs to": plain(key), "Kept as": plain(form)} for key, form in words.inputs_kept(policy.events).items()],
        alt="In which form the inputs of recorded events are kept",
    )
    section("Production data")
    table(
        [{"Class of a column": plain(key), "Kept for": said} for key, said in data_kept(policy.data).items()],
        alt="How long production data are kept, by the class of their columns",
    )
    section("Checklist")
    table(
        [
            {"Item": plain(one.title), "Asked": plain(words.item(one)), "Source": plain(one.source)}
            for one in policy.items
        ],
        alt="Items that approvers answer",
    )


def whole_text(text: str) -> None:
    """The text as it was written, with line numbers."""
    st.code(text, language="toml", line_numbers=True)


def _family(policy: Policy, kind: CheckKind) -> None:
    found = policy.of_kind(kind)
    if not found:
        return
    section(TITLES[kind])
    table(
        [
            {
                "Clause": plain(one.clause),
                "What": plain(one.title),
                "Must be": plain(words.bound(one.direction, one.value)),
                "Weight": words.required(one.required).capitalize(),
                "Applies to": plain(words.applies(one).capitalize()),
            }
            for one in found
        ],
        alt=f"{TITLES[kind]}: clause, what is measured, its threshold, whether it is required, and of which models",
        unbroken=["Clause", "Must be"],
    )
    with st.expander("What each metric is"):
        table(
            [
                {"Metric": plain(one.metric), "What it is": plain(metrics()[one.metric].what)}
                for one in found
                if one.metric in metrics()
            ],
            alt=f"Metrics of {TITLES[kind].lower()}",
        )


def _amounts(policy: Policy) -> None:
    tiered = [(title, values) for title, _, values in words.amounts(policy) if "tier 1" in values]
    table(
        [
            {"By tier": title, **{key.capitalize(): str(value) for key, value in values.items()}}
            for title, values in tiered
        ],
        alt="Votes, deadlines and cadences by tier",
        right=["Tier 1", "Tier 2", "Tier 3", "Tier 4"],
    )
    others = [
        {"What": title, "Of": plain(key), "Amount": words.counted(value, unit)}
        for title, unit, values in words.amounts(policy)
        if "tier 1" not in values
        for key, value in values.items()
    ]
    others += [
        {"What": title, "Of": plain(key), "Amount": plain(value)}
        for title, values in words.safeguards(policy)
        for key, value in values.items()
    ]
    table(others, alt="Deadlines and least sizes", right=["Amount"])


def _paths(policy: Policy) -> None:
    section("How changes are let through")
    if not policy.paths:
        st.markdown("Every change needs the votes of its tier, and reaches all cases at once.")
        return
    rows: Sequence[Mapping[str, str]] = [
        {"Clause": plain(one.clause), "Change": one.change.value.capitalize(), "Takes": plain(words.path(one))}
        for one in policy.paths
    ]
    table(rows, alt="What each kind of change takes", unbroken=["Clause", "Change"])
    st.markdown(":gray[A change without a path needs the votes of its tier.]")


def _controls(policy: Policy) -> None:
    section("Controls on streams")
    if policy.controls:
        table(
            [
                {"Clause": plain(one.clause), "Control": plain(one.title), "Says": plain(control_said(one))}
                for one in policy.controls
            ],
            alt="What is controlled in the inputs and outputs of models, and what follows",
            unbroken=["Clause"],
        )
    table(
        [{"Review of outputs": what, "By the policy": said} for what, said in reviews_said(policy.output_reviews)],
        alt="How people review outputs",
    )


def _alerting(policy: Policy) -> None:
    section("Alerts")
    rows = [(one.clause, "Severity", words.alert_weight(one)) for one in policy.alerting.weights]
    rows += [(one.clause, "Escalation", words.alert_escalation(one)) for one in policy.alerting.escalations]
    table(
        [
            {"Clause": plain(clause.capitalize()), "Kind": kind, "Says": plain(said[:1].upper() + said[1:])}
            for clause, kind, said in rows
        ],
        alt="How much alerts weigh, and when they are escalated",
        unbroken=["Clause", "Kind"],
    )


def _requirements(policy: Policy) -> None:
    rows = [
        *((one.clause, "Evidence", words.evidence(one)) for one in policy.required_evidence),
        *((one.clause, "Dataset", words.dataset(one)) for one in policy.required_datasets),
        *((one.clause, "Stress test", required_said(one)) for one in policy.stress.required),
        *((one.clause, "Stress test", threshold_said(one)) for one in policy.stress.thresholds),
        *((one.clause, "Rollback", words.rollback(one)) for one in policy.rollback_conditions),
    ]
    if rows:
        section("Required evidence and datasets, stress tests and rollback")
        table(
            [{"Clause": plain(clause), "Kind": kind, "Says": plain(said)} for clause, kind, said in rows],
            alt="What a validation takes, how stress tests are judged, and when a version goes back",
            unbroken=["Clause"],
        )


def _monitors(policy: Policy) -> None:
    if not policy.monitors:
        return
    section("Monitoring")
    table(
        [
            {
                "Clause": plain(one.clause),
                "What": plain(one.title),
                "Chunk": str(one.chunk),
                "Must be": plain(words.monitor_threshold(one)),
                "Breach": one.severity.capitalize(),
                "Applies to": plain(words.monitored(one).capitalize()),
            }
            for one in policy.monitors
        ],
        alt="What is checked on production data: clause, what is measured, on which chunks, its threshold, how much a "
        "breach weighs, and of which models",
        unbroken=["Clause", "Chunk"],
    )
