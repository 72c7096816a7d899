"""A policy in the words of a reviewer: what each clause asks, of which models, with nothing of TOML in it."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from core.policy.alerting import words as alerting
from core.policy.alerting.rules import AlertEscalation, AlertWeight
from core.policy.keeping.rules import EventKeeping
from core.policy.monitors.rules import Against, Monitor
from core.policy.rules import (
    ALL_TIERS,
    INTO_USE,
    ChecklistTemplate,
    Direction,
    Path,
    Phase,
    Policy,
    RequiredDataset,
    RequiredEvidence,
    RollbackCondition,
    RolloutStep,
    Task,
    Threshold,
)
from core.policy.safeguards.rules import HeldShare

TASK_WORDS: Mapping[Task, str] = MappingProxyType(
    {Task.BINARY: "two classes", Task.MULTICLASS: "several classes", Task.REGRESSION: "a quantity"}
)


def figure(value: float) -> str:
    """0.80, 0.005 or 3, with a true minus: two decimals, or as many as the value has."""
    if value == int(value):
        text = f"{abs(value):.0f}"
    else:
        shortest = f"{Decimal(repr(abs(value))):f}"
        text = shortest if len(shortest.partition(".")[2]) > 2 else f"{abs(value):.2f}"
    return f"−{text}" if value < 0 else text


def bound(direction: Direction, value: float) -> str:
    """“at least 0.80”."""
    return f"{direction} {figure(value)}"


def tiers(found: Collection[int]) -> str:
    """“all tiers”, “tier 1”, “tiers 1, 2”."""
    if set(found) == ALL_TIERS:
        return "all tiers"
    return f"tier{'s' if len(found) > 1 else ''} {', '.join(map(str, sorted(found)))}"


def tasks(found: Collection[Task]) -> str:
    """“every task”, or the tasks in words."""
    if set(found) == set(Task):
        return "every task"
    return " or ".join(TASK_WORDS[task] for task in Task if task in found)


def applies(one: Threshold) -> str:
    """To which models a threshold applies: “tiers 1, 2; two classes”."""
    parts = [tiers(one.tiers)] if one.tiers != ALL_TIERS else []
    parts += [tasks(one.tasks)] if one.tasks != frozenset(Task) else []
    return "; ".join(parts) or "all models"


def required(flag: bool) -> str:
    """“required” or “advisory”."""
    return "required" if flag else "advisory"


def path(one: Path) -> str:
    """What lets a change through: “2 votes, among them legal; 1 code review before approval; shadow 24 h, then all”."""
    parts = [counted(one.quorum, "vote")]
    if one.functions:
        parts[0] += f", among them {listed(sorted(one.functions))}"
    if one.code_reviews:
        parts.append(f"{counted(one.code_reviews, 'code review')} before {one.code_reviews_from}")
    parts.append(rollout(one.rollout))
    return "; ".join([*parts, tiers(one.tiers)])


def rollout(steps: Iterable[RolloutStep]) -> str:
    """“in shadow for 24 h, then 10 % of cases for 24 h, then all cases”."""
    return ", then ".join(_step(step) for step in steps)


def _step(step: RolloutStep) -> str:
    held = f" for {step.hold_hours} h" if step.hold_hours else ""
    if step.phase is Phase.SHADOW:
        return f"in shadow{held}"
    return "all cases" if step.phase is Phase.FULL else f"{step.percent} % of cases{held}"


def evidence(one: RequiredEvidence) -> str:
    """“attributions of tiers 1, 2”."""
    return f"{one.evidence}, {tiers(one.tiers)}"


def dataset(one: RequiredDataset) -> str:
    """“training dataset states digest and licence, tier 1”."""
    return f"{one.dataset} dataset states {listed(sorted(one.states))}, {tiers(one.tiers)}"


def rollback(one: RollbackCondition) -> str:
    """When a version in production goes back."""
    if one.severity:
        said = f"a breach of severity {one.severity} or above"
        return f"{said} in {counted(one.chunks, 'chunk')} in a row, {tiers(one.tiers)}"
    beyond = "below" if one.direction is Direction.AT_LEAST else "above"
    return f"{one.metric} {beyond} {figure(one.value)} in {counted(one.chunks, 'chunk')} in a row, {tiers(one.tiers)}"


def alert_weight(one: AlertWeight) -> str:
    """How much alerts weigh at least or at most."""
    return alerting.weight(one, tiers)


def alert_escalation(one: AlertEscalation) -> str:
    """When an alert that nobody took is escalated, and to whom."""
    return alerting.escalation(one, tiers)


def monitor(one: Monitor) -> str:
    """“error_rate of each 1 day at most 0.05, high, all tiers; two classes”."""
    parts = [f"{one.metric} of each {one.chunk} {monitor_threshold(one)}", one.severity, tiers(one.tiers)]
    parts += [f"{one.aggregate} of the points"] if one.aggregate else []
    parts += [f"in {listed(one.environments)}"] if one.environments else []
    parts += [f"at least {counted(one.minimum_rows, 'row')}"] if one.minimum_rows else []
    said = ", ".join(parts)
    return f"{said}; {tasks(one.tasks)}" if one.tasks != frozenset(Task) else said


def monitor_threshold(one: Monitor) -> str:
    """What a figure in production is held against: “at most 0.05”, “within 3 deviations of the reference”."""
    held = one.threshold
    if held.against is Against.FIXED and held.direction is not None:
        return bound(held.direction, held.value)
    side = {None: "", Direction.AT_LEAST: " below", Direction.AT_MOST: " above"}[held.direction]
    within = "at most" if side else "within"
    if held.against is Against.LAST_APPROVED:
        return f"{within} {figure(held.tolerance)}{side or ' of'} the version approved last"
    of = "the reference" if held.against is Against.REFERENCE else f"comparable periods{_season(one)}"
    return f"{within} {figure(held.deviations)} deviations{side or ' of'} {of}"


def monitored(one: Monitor) -> str:
    """Which models and environments a monitor is for: “tiers 1, 2; two classes; in production”."""
    parts = [tiers(one.tiers)] if one.tiers != ALL_TIERS else []
    parts += [tasks(one.tasks)] if one.tasks != frozenset(Task) else []
    parts += [f"in {listed(one.environments)}"] if one.environments else []
    return "; ".join(parts) or "all models"


def _season(one: Monitor) -> str:
    return f" (same {one.threshold.season})" if one.threshold.season else ""


def item(one: ChecklistTemplate) -> str:
    """“required, tiers 1, 2, where sr-26-2 applies”; then the kinds of change and the check, where they are stated."""
    pack = f", where {one.pack} applies" if one.pack else ""
    changes = f", for {' and '.join(sorted(one.changes))}" if one.changes != INTO_USE else ""
    check = f", filled by {one.check}" if one.check else ""
    return f"{required(one.required)}, {tiers(one.tiers)}{pack}{changes}{check}"


def amounts(policy: Policy) -> tuple[tuple[str, str, Mapping[str, int]], ...]:
    """Every table of whole numbers: its title, the unit in the singular, and the values by what they are for."""
    return (
        ("Votes to approve", "vote", _tiered(policy.quorum_by_tier)),
        ("Days a decision may wait", "day", _tiered(policy.decision_days_by_tier)),
        ("Months between reviews", "month", _tiered(policy.review_months_by_tier)),
        ("Days a rehearsed return counts", "day", _tiered(policy.rehearsal_days_by_tier)),
        ("Days to the post-launch review", "day", _tiered(policy.post_launch_days_by_tier)),
        ("Days a finding may stay open", "day", policy.remediation_days_by_severity),
        ("Rows that a verdict needs", "row", {"a file": policy.minimum_rows, "a group": policy.minimum_group}),
        (
            "Reminders",
            "day",
            {
                "before a decision is due, approvers are reminded": policy.escalation.remind_days_before,
                "after it was due, it is escalated": policy.escalation.escalate_days_after,
            },
        ),
        ("Exceptions", "day", {"longest": policy.longest_exception_days}),
        ("Events", "day", {"kept": policy.events.days}),
        ("Small groups", "person", {"shown from": policy.smallest_cell}),
        (
            "Alerts",
            "minute",
            {
                "of one model and environment are one group within": policy.alerting.group_minutes,
                "wait for others of their group before they are told": policy.alerting.wait_minutes,
            },
        ),
        ("Automatic rollbacks of a model", "rollback", {"at most, in the time below": policy.rollback_guard.most}),
        ("Time for automatic rollbacks", "hour", {"counted back": policy.rollback_guard.hours}),
        (
            "Pairs that a comparison needs",
            "pair",
            {"in all": policy.comparison.minimum_pairs, "of a group": policy.comparison.minimum_group},
        ),
    )


def safeguards(policy: Policy) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """What is no whole number about holds and comparisons: its title, and the values by what they are for."""
    hold, rule = policy.canary_hold, policy.comparison
    share = "kept" if hold.share is HeldShare.KEPT else "set to 0"
    return (
        ("Hold of a canary", {"at a breach of severity": f"{hold.severity} or above", "its share is": share}),
        (
            "Promotion of a challenger",
            {
                "alike when the deciding metric differs by at most": figure(rule.margin),
                "a group is treated worse by at most": figure(rule.fairness_margin),
                "its cost rises by at most": f"{figure(rule.cost_increase * 100)} %",
                "its latency rises by at most": f"{figure(rule.latency_increase * 100)} %",
            },
        ),
    )


def inputs_kept(keeping: EventKeeping) -> Mapping[str, str]:
    """In which form the inputs of events are kept, by what they are for."""
    return {
        **{f"tier {tier}": keeping.inputs_by_tier[tier].value for tier in sorted(keeping.inputs_by_tier)},
        "models that the inventory does not know": keeping.otherwise.value,
    }


def counted(value: int, singular: str) -> str:
    """“1 vote”, “2 votes”."""
    return f"{value} {singular if value == 1 else singular + 's'}"


def listed(words: Iterable[str]) -> str:
    """“a, b and c”."""
    *most, last = list(words)
    return f"{', '.join(most)} and {last}" if most else last


def _tiered(values: Mapping[int, int]) -> Mapping[str, int]:
    return {f"tier {tier}": values[tier] for tier in sorted(values)}
