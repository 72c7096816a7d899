"""What the form changes in the controls of a policy's text, or in a model's own; everything else stays as written."""

from core.policy.controls.rules import EVERY_TIER, Control, ControlKind, OutputReviews
from core.policy.editing import position_of, with_changes, with_header
from core.policy.parse import parse_policy
from core.policy.toml_text import Value, with_table, with_value, without_table


def with_control(text: str, wanted: Control) -> str:
    """With this control in place of the one of the same clause, or as a new clause."""
    known = parse_policy(text).controls
    place = next((number for number, one in enumerate(known, start=1) if one.clause == wanted.clause), None)
    if place is None:
        return with_table(text, "control", control_values(wanted))
    return with_changes(text, f"control {place}", control_values(known[place - 1]), control_values(wanted))


def without_control(text: str, clause: str) -> str:
    """Without the control of this clause; raises `NotFound`."""
    return without_table(text, f"control {position_of(clause, [one.clause for one in parse_policy(text).controls])}")


def with_output_reviews(text: str, wanted: OutputReviews) -> str:
    """With outputs reviewed in this way."""
    known = parse_policy(text).output_reviews
    if wanted.days_by_tier != known.days_by_tier:
        text = with_header(text, "output_review_days")
        for tier, days in sorted(wanted.days_by_tier.items()):
            text = with_value(text, "output_review_days", str(tier), days)
    if (wanted.two_person_tiers, wanted.most_per_batch) != (known.two_person_tiers, known.most_per_batch):
        text = with_header(text, "output_review")
        text = with_value(text, "output_review", "two_person_tiers", sorted(wanted.two_person_tiers))
        text = with_value(text, "output_review", "most_per_batch", wanted.most_per_batch)
    return text


def control_values(one: Control) -> dict[str, Value]:
    """The keys and values that TOML says of it."""
    values: dict[str, Value] = {"clause": one.clause, "title": one.title, "of": one.side.value, "kind": one.kind.value}
    values |= {"columns": list(one.columns)} if one.columns else {}
    values |= {key: value for key, value in (("low", one.low), ("high", one.high)) if value is not None}
    values |= {"values": list(one.values)} if one.values else {}
    if one.kind is ControlKind.PATTERN:
        values |= {"pattern": one.pattern, "must_match": one.must_match}
    values |= {"longest": one.longest} if one.kind is ControlKind.LENGTH else {}
    values |= {"share": one.share} if one.kind is ControlKind.SAMPLE else {}
    values["action"] = one.action.value
    if one.alert_above is not None:
        values["alert_above"] = one.alert_above
    values["severity"] = one.severity
    if one.tiers != EVERY_TIER:
        values["tiers"] = sorted(one.tiers)
    return values
