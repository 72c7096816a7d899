"""What the form changes in a policy's text: single clauses and tables, everything else stays as it was written."""

from collections.abc import Mapping

from core.errors import NotFound
from core.policy.keeping.rules import OTHERWISE, EventKeeping
from core.policy.parse import parse_policy
from core.policy.rules import ALL_TIERS, FULL_AT_ONCE, Function, Path, Phase, RolloutStep, Task, Threshold
from core.policy.toml_text import Value, with_table, with_value, without_table, without_value


def with_head(text: str, *, name: str, version: str) -> str:
    """With another name and version."""
    return with_value(with_value(text, "", "name", name), "", "version", version)


def with_amounts(text: str, table: str, values: Mapping[str, int]) -> str:
    """With these whole numbers in `[quorum]`, `[decision_days]`, … ."""
    if table in {"escalation", "exception", "rehearsal_days", "post_launch_days"}:
        text = with_header(text, table)
    for key, value in values.items():
        text = with_value(text, table, key, value)
    return text


def with_event_keeping(text: str, wanted: EventKeeping) -> str:
    """With events kept for so long, and their inputs in these forms."""
    known = parse_policy(text).events
    if wanted.days != known.days:
        text = with_value(with_header(text, "events"), "events", "keep_days", wanted.days)
    forms = {
        **{str(tier): form.value for tier, form in wanted.inputs_by_tier.items()},
        OTHERWISE: wanted.otherwise.value,
    }
    if (wanted.inputs_by_tier, wanted.otherwise) != (known.inputs_by_tier, known.otherwise):
        text = with_header(text, "event_inputs")
        for key, form in forms.items():
            text = with_value(text, "event_inputs", key, form)
    return text


def with_header(text: str, table: str) -> str:
    """With `[table]`, at the end where it is not there."""
    known = {line.split("#")[0].strip() for line in text.split("\n")}
    return text if f"[{table}]" in known else f"{text.rstrip()}\n\n[{table}]\n"


def with_threshold(text: str, wanted: Threshold) -> str:
    """With this threshold in place of the one of the same clause, or as a new clause."""
    known = parse_policy(text).thresholds
    place = next((number for number, one in enumerate(known, start=1) if one.clause == wanted.clause), None)
    if place is None:
        return with_table(text, "threshold", _threshold_values(wanted))
    former = _threshold_values(known[place - 1])
    return with_changes(text, f"threshold {place}", former, _threshold_values(wanted))


def without_threshold(text: str, clause: str) -> str:
    """Without the threshold of this clause; raises `NotFound`."""
    return without_table(
        text, f"threshold {position_of(clause, [one.clause for one in parse_policy(text).thresholds])}"
    )


def with_path(text: str, wanted: Path) -> str:
    """With this path in place of the one of the same clause, or as a new clause."""
    known = parse_policy(text).paths
    place = next((number for number, one in enumerate(known, start=1) if one.clause == wanted.clause), None)
    if place is None:
        return with_table(text, "path", _path_values(wanted))
    return with_changes(text, f"path {place}", _path_values(known[place - 1]), _path_values(wanted))


def without_path(text: str, clause: str) -> str:
    """Without the path of this clause; raises `NotFound`."""
    return without_table(text, f"path {position_of(clause, [one.clause for one in parse_policy(text).paths])}")


def with_changes(text: str, table: str, former: Mapping[str, Value], wanted: Mapping[str, Value]) -> str:
    """With what `wanted` says of this table where `former` says something else."""
    for key in former:
        if key not in wanted:
            text = without_value(text, table, key)
    for key, value in wanted.items():
        if former.get(key) != value:
            text = with_value(text, table, key, value)
    return text


def position_of(clause: str, clauses: list[str]) -> int:
    """The place of this clause, counted from 1; raises `NotFound`."""
    if clause not in clauses:
        raise NotFound("clause", clause)
    return clauses.index(clause) + 1


def _threshold_values(one: Threshold) -> dict[str, Value]:
    values: dict[str, Value] = {
        "clause": one.clause,
        "kind": one.kind.value,
        "metric": one.metric,
        "title": one.title,
        "direction": one.direction.value,
        "value": int(one.value) if one.value == int(one.value) else one.value,
        "required": one.required,
    }
    if one.tasks != frozenset(Task):
        values["tasks"] = [task.value for task in Task if task in one.tasks]
    if one.tiers != ALL_TIERS:
        values["tiers"] = sorted(one.tiers)
    return values


def _path_values(one: Path) -> dict[str, Value]:
    values: dict[str, Value] = {"clause": one.clause, "change": one.change.value}
    if one.tiers != ALL_TIERS:
        values["tiers"] = sorted(one.tiers)
    values["quorum"] = one.quorum
    if one.functions:
        values["functions"] = [function.value for function in Function if function in one.functions]
    if one.code_reviews:
        values["code_reviews"] = one.code_reviews
        values["code_reviews_from"] = one.code_reviews_from.value
    if one.rollout != FULL_AT_ONCE:
        values["rollout"] = [_step(step) for step in one.rollout]
        hours = max(step.hold_hours for step in one.rollout)
        values |= {"hold_hours": hours} if hours else {}
    return values


def _step(step: RolloutStep) -> str:
    return f"canary {step.percent}" if step.phase is Phase.CANARY else step.phase.value
