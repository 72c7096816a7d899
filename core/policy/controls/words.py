"""Controls in the words of a reviewer."""

from core.policy.controls.rules import EVERY_TIER, Control, ControlAction, ControlKind, OutputReviews

MOST_SHOWN = 8
FOLLOWS = {
    ControlAction.COUNT: "the row is counted",
    ControlAction.MASK: "what is found is masked",
    ControlAction.FLAG: "a person reviews the output",
    ControlAction.REFUSE: "the row is refused",
    ControlAction.BLOCK: "the whole batch is held back",
}


def control_said(one: Control) -> str:
    """What it looks for, what follows, when an alert is raised and for which tiers."""
    parts = [looks_and_follows(one)]
    if one.alert_above is not None:
        parts.append(f"alert ({one.severity}) above {percent(one.alert_above)} of the rows")
    return "; ".join([*parts, _tiers(one)])


def looks_and_follows(one: Control) -> str:
    """What it looks for, and what follows."""
    return f"{_where(one)}: {looked_for(one)}; {FOLLOWS[one.action]}"


def looked_for(one: Control) -> str:
    """What a row may not have, or what chooses it."""
    match one.kind:
        case ControlKind.REQUIRED:
            return "a value is missing"
        case ControlKind.RANGE:
            return f"a value {_outside(one)}"
        case ControlKind.VOCABULARY:
            return f"a value other than {_listed(one.values)}"
        case ControlKind.LENGTH:
            return f"more than {one.longest:,} characters"
        case ControlKind.PATTERN:
            return f"{'nothing matches' if one.must_match else 'something matches'} the pattern {one.pattern}"
        case ControlKind.PERSONAL_DATA:
            return f"personal data ({_listed(one.values)})"
        case ControlKind.WORDS:
            return f"one of the words {_listed(one.values)}"
        case ControlKind.SCORE_BAND:
            return f"a score {_between(one)}"
        case ControlKind.SAMPLE:
            return f"{percent(one.share)} drawn at random"


def reviews_said(reviews: OutputReviews) -> tuple[tuple[str, str], ...]:
    """How outputs are reviewed: what, and how much."""
    days = ", ".join(f"tier {tier}: {reviews.days_by_tier[tier]} days" for tier in sorted(reviews.days_by_tier))
    two = ", ".join(f"tier {tier}" for tier in sorted(reviews.two_person_tiers)) or "no tier"
    return (
        ("An output waits at most", days),
        ("Two people decide for", two),
        ("One control puts up, of a batch", f"at most {reviews.most_per_batch} outputs"),
    )


def percent(share: float) -> str:
    """“0.1 %”, with a space that does not break."""
    return f"{share * 100:g}\u00a0%"


def _where(one: Control) -> str:
    return f"{one.side} {', '.join(one.columns)}" if one.columns else f"all {one.side}"


def _outside(one: Control) -> str:
    if one.low is None or one.high is None:
        return f"above {one.high:g}" if one.high is not None else f"below {one.low:g}"
    return f"outside {one.low:g} to {one.high:g}"


def _between(one: Control) -> str:
    if one.low is None or one.high is None:
        return f"of at most {one.high:g}" if one.high is not None else f"of at least {one.low:g}"
    return f"from {one.low:g} to {one.high:g}"


def _listed(values: tuple[str, ...]) -> str:
    more = f" and {len(values) - MOST_SHOWN:,} more" if len(values) > MOST_SHOWN else ""
    return ", ".join(values[:MOST_SHOWN]) + more


def _tiers(one: Control) -> str:
    if one.tiers == EVERY_TIER:
        return "all tiers"
    return f"tier{'s' if len(one.tiers) > 1 else ''} {', '.join(map(str, sorted(one.tiers)))}"
