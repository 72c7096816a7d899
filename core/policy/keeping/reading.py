"""Reads how a policy keeps events and production data, writes the latter, and says it in words."""

from collections.abc import Mapping

from core.policy.keeping.rules import (
    ATTRIBUTES,
    DATA,
    LEAST_DAYS,
    OTHERWISE,
    TIERS,
    DataClass,
    DataKeeping,
    EventKeeping,
    KeptInput,
)
from core.policy.reader import Reader
from core.policy.toml_text import with_value, without_value

NO_END = "no end"


def events_of(reader: Reader) -> EventKeeping:
    """`[events]` says how long, `[event_inputs]` in which form by tier, and `otherwise` for models nobody knows."""
    kept = EventKeeping()
    days = reader.table("events").whole("keep_days", LEAST_DAYS) if reader.has("events") else kept.days
    if not reader.has("event_inputs"):
        return EventKeeping(days)
    inputs = reader.table("event_inputs")
    by_tier = {tier: inputs.one_of(str(tier), KeptInput) for tier in TIERS}
    return EventKeeping(days, by_tier, inputs.one_of(OTHERWISE, KeptInput))


def data_keeping_of(reader: Reader) -> DataKeeping:
    """`[data_keeping]`: days by class, each left out where it has no end; logs stay for six months at least."""
    if not reader.has(DATA):
        return DataKeeping()
    table = reader.table(DATA)
    by_class = {one: table.whole(one.key, LEAST_DAYS) for one in DataClass if table.has(one.key)}
    return DataKeeping(by_class, table.whole(ATTRIBUTES, 1) if table.has(ATTRIBUTES) else 0)


def data_kept(keeping: DataKeeping) -> Mapping[str, str]:
    """How long production data are kept, by the class of their columns."""
    said = {one.value: _days(keeping.by_class.get(one, 0)) for one in DataClass}
    return {**said, "sensitive attributes kept apart": _days(keeping.attributes)}


def with_data_keeping(text: str, known: DataKeeping, wanted: DataKeeping) -> str:
    """The text of a policy with these days; 0 takes a line out."""
    if wanted == known:
        return text
    if f"[{DATA}]" not in {line.split("#")[0].strip() for line in text.split("\n")}:
        text = f"{text.rstrip()}\n\n[{DATA}]\n"
    before = {**{one.key: known.by_class.get(one, 0) for one in DataClass}, ATTRIBUTES: known.attributes}
    after = {**{one.key: wanted.by_class.get(one, 0) for one in DataClass}, ATTRIBUTES: wanted.attributes}
    for key, days in after.items():
        if days:
            text = with_value(text, DATA, key, days)
        elif before[key]:
            text = without_value(text, DATA, key)
    return text


def _days(days: int) -> str:
    return f"{days:,} {'day' if days == 1 else 'days'}" if days else NO_END
