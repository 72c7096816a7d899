"""Changes monitors in a policy's text; everything else stays as it was written."""

from core.policy.editing import position_of, with_changes
from core.policy.monitors.rules import Against, Monitor
from core.policy.parse import parse_policy
from core.policy.rules import ALL_TIERS, Task
from core.policy.toml_text import Value, with_table, without_table


def with_monitor(text: str, wanted: Monitor) -> str:
    """With this monitor in place of the one of the same clause, or as a new clause."""
    known = parse_policy(text).monitors
    place = next((number for number, one in enumerate(known, start=1) if one.clause == wanted.clause), None)
    if place is None:
        return with_table(text, "monitor", _values(wanted))
    return with_changes(text, f"monitor {place}", _values(known[place - 1]), _values(wanted))


def without_monitor(text: str, clause: str) -> str:
    """Without the monitor of this clause; raises `NotFound`."""
    return without_table(text, f"monitor {position_of(clause, [one.clause for one in parse_policy(text).monitors])}")


def _values(one: Monitor) -> dict[str, Value]:
    held = one.threshold
    values: dict[str, Value] = {
        "clause": one.clause,
        "kind": one.kind.value,
        "metric": one.metric,
        "title": one.title,
        "chunk": str(one.chunk),
        "threshold": held.against.value,
    }
    values |= {"direction": held.direction.value} if held.direction else {}
    if held.against is Against.FIXED:
        values["value"] = _number(held.value)
    elif held.against is Against.LAST_APPROVED:
        values["tolerance"] = _number(held.tolerance)
    else:
        values["deviations"] = _number(held.deviations)
    values |= {"season": held.season.value} if held.season else {}
    values["severity"] = one.severity
    values |= {"aggregate": one.aggregate} if one.aggregate else {}
    values |= {"environments": list(one.environments)} if one.environments else {}
    values |= {"minimum_rows": one.minimum_rows} if one.minimum_rows else {}
    if one.tasks != frozenset(Task):
        values["tasks"] = [task.value for task in Task if task in one.tasks]
    if one.tiers != ALL_TIERS:
        values["tiers"] = sorted(one.tiers)
    return values


def _number(value: float) -> float:
    return int(value) if value == int(value) else value
