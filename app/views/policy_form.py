"""A draft by form: thresholds, amounts, paths, controls, monitors, events and name; comments stay as they are."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from app.components import attempt, section
from app.components.me import Me
from app.composition import Workplace
from app.views.policy_controls_form import controls_form
from app.views.policy_data_form import data_form
from app.views.policy_editor import save
from app.views.policy_events_form import events_form
from app.views.policy_monitors_form import monitors_form
from core.errors import Refusal
from core.policy.diffing import differences
from core.policy.editing import with_amounts, with_head, with_path, with_threshold, without_path, without_threshold
from core.policy.parse import parse_policy
from core.policy.queries import DraftPage
from core.policy.rules import (
    ALL_TIERS,
    FULL_AT_ONCE,
    ChangeKind,
    DemandedFrom,
    Direction,
    Function,
    Path,
    Phase,
    Policy,
    RolloutStep,
    Task,
    Threshold,
)
from core.policy.vocabulary import metrics

NEW = "A new clause"
PARTS = ("Thresholds", "Quorum and deadlines", "Paths of changes", "Controls", "Monitors", "Events", "Production data",
         "Name and version")  # fmt: skip
ROLLOUTS = ("all at once", "shadow, then all", "canary, then all", "shadow, canary, then all")
Edited = Callable[[], str]


def form(place: Workplace, viewer: Me, page: DraftPage, against: Sequence[Refusal]) -> None:
    """One part of the policy at a time; without a readable text there is nothing to fill in."""
    section("By form")
    if page.policy is None:
        st.markdown("The form opens once the text is a policy. Put the problems right in the text first.")
        return
    part = st.selectbox("Part of the policy", PARTS, key="form_part")
    forms = (_thresholds, _amounts, _paths, controls_form, monitors_form, events_form, data_form, _head)
    draw = dict(zip(PARTS, forms, strict=True))[part]
    edited = draw(page.text, page.policy, bool(against), f"{page.row.number} {page.row.revision}")
    if edited is None:
        return
    with attempt("The draft was not saved."):
        text = edited()
        said = "; ".join(str(one) for one in differences(page.policy, parse_policy(text)))
        save(place, viewer, page, text, f"By form: {said or 'name or version'}"[:4000])


def _thresholds(text: str, policy: Policy, disabled: bool, key: str) -> Edited | None:
    clauses = {one.clause: one for one in policy.thresholds}
    chosen = st.selectbox(
        "Clause",
        [*clauses, NEW],
        format_func=lambda one: f"{one} {clauses[one].title}" if one in clauses else one,
        key=f"clause {key}",
    )
    known = clauses.get(chosen)
    with st.form(f"threshold {key} {chosen}"):
        wanted = _threshold_fields(known, f"{key} {chosen}", disabled)
        with st.container(horizontal=True):
            sent = st.form_submit_button("Save clause", type="primary", disabled=disabled)
            gone = known is not None and st.form_submit_button("Take clause out", disabled=disabled)
    if gone and known:
        return lambda: without_threshold(text, known.clause)
    return (lambda: with_threshold(text, wanted)) if sent else None


def _threshold_fields(known: Threshold | None, key: str, disabled: bool) -> Threshold:
    names = list(metrics())
    first, second = st.columns(2)
    clause = known.clause if known else first.text_input("Clause", key=f"number {key}", disabled=disabled).strip()
    metric = (first if known else second).selectbox(
        "Metric", names, index=names.index(known.metric) if known else 0, key=f"metric {key}", disabled=disabled
    )
    title = st.text_input("What it is called", known.title if known else "", key=f"title {key}", disabled=disabled)
    left, right = st.columns(2)
    directions = list(Direction)
    direction = left.selectbox(
        "Must be",
        directions,
        index=directions.index(known.direction) if known else 0,
        key=f"direction {key}",
        disabled=disabled,
    )
    value = right.number_input(
        "Value", value=known.value if known else 0.0, step=0.01, format="%.4f", key=f"value {key}", disabled=disabled
    )
    tiers = left.multiselect(
        "Tiers", sorted(ALL_TIERS), default=sorted(known.tiers if known else ALL_TIERS), key=f"tiers {key}",
        disabled=disabled,
    )  # fmt: skip
    tasks = right.multiselect(
        "Tasks", list(Task), default=[task for task in Task if known is None or task in known.tasks],
        key=f"tasks {key}", disabled=disabled,
    )  # fmt: skip
    required = st.checkbox(
        "Required: a failure opens a finding and stops the version", known.required if known else False,
        key=f"required {key}", disabled=disabled,
    )  # fmt: skip
    return Threshold(
        clause, metrics()[metric].kind, metric, title, direction, round(value, 10), required, frozenset(tasks),
        frozenset(tiers),
    )  # fmt: skip


def _amounts(text: str, policy: Policy, disabled: bool, key: str) -> Edited | None:
    with st.form(f"amounts {key}"):
        wanted: dict[str, Mapping[str, int]] = {}
        for table, title, values in _tables(policy):
            st.markdown(f"**{title}**")
            columns = st.columns(len(values))
            wanted[table] = {
                name: int(
                    column.number_input(
                        words, value=value, min_value=0 if table == "escalation" else 1, step=1,
                        key=f"{table} {name} {key}", disabled=disabled,
                    )
                )
                for column, (name, (words, value)) in zip(columns, values.items(), strict=True)
            }  # fmt: skip
        sent = st.form_submit_button("Save numbers", type="primary", disabled=disabled)
    if not sent:
        return None

    def edited() -> str:
        done = text
        for table, _, values in _tables(policy):
            if wanted[table] != {name: value for name, (_, value) in values.items()}:
                done = with_amounts(done, table, wanted[table])  # whole: a table that is new needs every value
        return done

    return edited


def _tables(policy: Policy) -> tuple[tuple[str, str, Mapping[str, tuple[str, int]]], ...]:
    """Table of the text, its title, and by key the label and the value."""

    def tiered(values: Mapping[int, int]) -> Mapping[str, tuple[str, int]]:
        return {str(tier): (f"Tier {tier}", values[tier]) for tier in sorted(values)}

    severities = policy.remediation_days_by_severity
    escalation = policy.escalation
    return (
        ("quorum", "Votes to approve", tiered(policy.quorum_by_tier)),
        ("decision_days", "Days a decision may wait", tiered(policy.decision_days_by_tier)),
        ("review_months", "Months between reviews", tiered(policy.review_months_by_tier)),
        ("rehearsal_days", "Days a rehearsed return counts", tiered(policy.rehearsal_days_by_tier)),
        ("post_launch_days", "Days to the post-launch review", tiered(policy.post_launch_days_by_tier)),
        (
            "remediation_days",
            "Days a finding may stay open",
            {name: (name.capitalize(), days) for name, days in severities.items()},
        ),
        (
            "scope",
            "Rows that a verdict needs",
            {"minimum_rows": ("Of a file", policy.minimum_rows), "minimum_group": ("Of a group", policy.minimum_group)},
        ),
        (
            "escalation",
            "Reminders, days",
            {
                "remind_days_before": ("Before it is due", escalation.remind_days_before),
                "escalate_days_after": ("After it was due", escalation.escalate_days_after),
            },
        ),
        ("exception", "Exceptions, days", {"longest_days": ("Longest", policy.longest_exception_days)}),
    )


def _paths(text: str, policy: Policy, disabled: bool, key: str) -> Edited | None:
    clauses = {one.clause: one for one in policy.paths}
    chosen = st.selectbox(
        "Path",
        [*clauses, NEW],
        format_func=lambda one: f"{one} A {clauses[one].change}" if one in clauses else one,
        key=f"path {key}",
    )
    known = clauses.get(chosen)
    with st.form(f"path {key} {chosen}"):
        wanted = _path_fields(known, f"{key} {chosen}", disabled)
        with st.container(horizontal=True):
            sent = st.form_submit_button("Save path", type="primary", disabled=disabled)
            gone = known is not None and st.form_submit_button("Take path out", disabled=disabled)
    if gone and known:
        return lambda: without_path(text, known.clause)
    return (lambda: with_path(text, wanted)) if sent else None


def _path_fields(known: Path | None, key: str, disabled: bool) -> Path:
    left, right = st.columns(2)
    clause = known.clause if known else left.text_input("Clause", key=f"number {key}", disabled=disabled).strip()
    kinds = list(ChangeKind)
    change = (left if known else right).selectbox(
        "Change", kinds, index=kinds.index(known.change) if known else 0, key=f"change {key}", disabled=disabled
    )
    tiers = st.multiselect(
        "Tiers", sorted(ALL_TIERS), default=sorted(known.tiers if known else ALL_TIERS), key=f"path tiers {key}",
        disabled=disabled,
    )  # fmt: skip
    quorum = left.number_input("Votes", value=known.quorum if known else 1, min_value=1, key=f"votes {key}",
                               disabled=disabled)  # fmt: skip
    reviews = right.number_input("Code reviews", value=known.code_reviews if known else 0, min_value=0,
                                 key=f"reviews {key}", disabled=disabled)  # fmt: skip
    phases_from = list(DemandedFrom)
    since = known.code_reviews_from if known and known.code_reviews else DemandedFrom.APPROVAL
    demanded = right.selectbox("Code reviews are demanded before", phases_from, index=phases_from.index(since),
                               key=f"reviews from {key}", disabled=disabled)  # fmt: skip
    functions = st.multiselect(
        "Functions that must vote", list(Function),
        default=[one for one in Function if known and one in known.functions],
        key=f"functions {key}", disabled=disabled,
    )  # fmt: skip
    steps = known.rollout if known else FULL_AT_ONCE
    phases = {step.phase for step in steps}
    rollout = st.selectbox(
        "Rollout", ROLLOUTS, index=(Phase.SHADOW in phases) + 2 * (Phase.CANARY in phases), key=f"rollout {key}",
        disabled=disabled,
    )  # fmt: skip
    share = next((step.percent for step in steps if step.phase is Phase.CANARY), 10)
    percent = left.number_input("Canary, % of cases", value=share, min_value=1, max_value=99, key=f"share {key}",
                                disabled=disabled)  # fmt: skip
    hours = right.number_input("Hold of each step, hours", value=max(step.hold_hours for step in steps), min_value=0,
                               key=f"hours {key}", disabled=disabled)  # fmt: skip
    return Path(
        clause, change, frozenset(tiers), int(quorum), frozenset(functions), int(reviews),
        _steps(rollout, int(percent), int(hours), known), demanded if reviews else DemandedFrom.EXECUTION,
    )  # fmt: skip


def _steps(rollout: str, percent: int, hours: int, known: Path | None) -> tuple[RolloutStep, ...]:
    """The steps in words; several canary steps that the text has stay, while the form says nothing else."""
    wanted = (
        *([RolloutStep(Phase.SHADOW, 0, hours)] if "shadow" in rollout else []),
        *([RolloutStep(Phase.CANARY, percent, hours)] if "canary" in rollout else []),
        *FULL_AT_ONCE,
    )
    if known is None:
        return wanted
    canaries = [step for step in known.rollout if step.phase is Phase.CANARY]
    if "canary" in rollout and len(canaries) > 1 and canaries[0].percent == percent:
        shadow = [step for step in wanted if step.phase is Phase.SHADOW]
        return (*shadow, *(RolloutStep(Phase.CANARY, one.percent, hours) for one in canaries), *FULL_AT_ONCE)
    return wanted


def _head(text: str, policy: Policy, disabled: bool, key: str) -> Edited | None:
    with st.form(f"head {key}"):
        name = st.text_input("Name", policy.name, max_chars=200, key=f"name {key}", disabled=disabled)
        version = st.text_input("Version", policy.version, max_chars=32, key=f"version {key}", disabled=disabled)
        sent = st.form_submit_button("Save name and version", type="primary", disabled=disabled)
    return (lambda: with_head(text, name=name.strip(), version=version.strip())) if sent else None
