"""Disturbed inputs answered by a surrogate: what a scenario would change, as far as the surrogate is faithful."""

import numpy as np

from core.frames.roles import EVEN_CUT, Roles
from core.frames.scenarios import Scenario, ScenarioKind
from core.frames.surrogate.fitting import Fitted
from core.frames.surrogate.imitating import TRUTH, shown_class, unfaithful
from core.frames.surrogate.sampling import Booleans, Floats, Texts
from core.metrics.robustness import Origin, ScenarioCounts, ScenarioResult, ScenarioSums, judge_scenario


def disturb(fitted: Fitted | str, scenario: Scenario, roles: Roles) -> ScenarioResult:
    """The scenario on the surrogate's held-out rows; where it cannot be computed, every figure has the reason."""
    if isinstance(fitted, str):
        return _unavailable(scenario, fitted, None)
    if not fitted.faithful:
        return _unavailable(scenario, unfaithful(fitted), fitted.fidelity)
    changed = disturbed(fitted, scenario)
    if isinstance(changed, str):
        return _unavailable(scenario, changed, fitted.fidelity)
    numbers = roles.numbers
    at = shown_class(fitted, roles)
    before, after = fitted.output(fitted.x, at), fitted.output(changed, at)
    truth = fitted.sample.numbers.get(TRUTH)
    happened = truth[fitted.sample.holdout] if truth is not None else None
    return judge_scenario(
        scenario.name,
        scenario.kind.value,
        counts=None if numbers else _counts(fitted, changed, happened),
        sums=_sums(before, after, happened if numbers else None),
        numbers=numbers,
        origin=Origin.SURROGATE,
        fidelity=fitted.fidelity,
    )


def disturbed(fitted: Fitted, scenario: Scenario) -> Floats | str:
    """The held-out rows with the scenario's columns changed; or the reason in words."""
    held, sample = fitted.sample.holdout, fitted.sample
    numbers = {name: column[held].copy() for name, column in sample.numbers.items()}
    texts = {name: column[held].copy() for name, column in sample.texts.items()}
    struck = sample.chance[held] < scenario.amount
    for name in scenario.columns:
        if name not in fitted.features.names:
            return f"“{name}” is not among the features that the surrogate learned from"
        if name in fitted.features.categories:
            found: Texts | str = _text(texts[name], scenario, name, struck)
            if isinstance(found, str):
                return found
            texts[name] = found
        else:
            changed = _number(numbers[name], sample.numbers[name], scenario, name, struck)
            if isinstance(changed, str):
                return changed
            numbers[name] = changed
    return fitted.features.matrix(numbers, texts)


def _text(values: Texts, scenario: Scenario, name: str, struck: Booleans) -> Texts | str:
    if scenario.kind is ScenarioKind.MISSING:
        values[struck] = None
    elif scenario.kind is ScenarioKind.CATEGORY:
        values[:] = scenario.value
    else:
        return f"“{name}” is text, to which {scenario.kind.value} does not apply"
    return values


def _number(own: Floats, everything: Floats, scenario: Scenario, name: str, struck: Booleans) -> Floats | str:
    if scenario.kind is ScenarioKind.SHIFT:
        return own + scenario.amount
    if scenario.kind is ScenarioKind.SCALE:
        return own * scenario.amount
    if scenario.kind is ScenarioKind.MISSING:
        own[struck] = np.nan
        return own
    if scenario.kind is ScenarioKind.EXTREME:
        return np.full(len(own), np.nanquantile(everything, scenario.quantile))
    try:
        return np.full(len(own), float(scenario.value))
    except ValueError:
        return f"“{name}” is a number, and “{scenario.value}” is none"


def _counts(fitted: Fitted, changed: Floats, happened: Floats | None) -> ScenarioCounts:
    before, after = fitted.predict(fitted.x), fitted.predict(changed)
    if not fitted.target.classes:  # the surrogate gives scores
        before, after = (before >= EVEN_CUT).astype(np.float64), (after >= EVEN_CUT).astype(np.float64)
    flips = int(np.count_nonzero(before != after))
    if happened is None:
        return ScenarioCounts(len(before), flips)
    right, still = before == happened, after == happened
    return ScenarioCounts(
        len(before),
        flips,
        int(np.count_nonzero(right)),
        int(np.count_nonzero(still)),
        int(np.count_nonzero(right & ~still)),
        int(np.count_nonzero(~right & still)),
    )


def _sums(before: Floats, after: Floats, happened: Floats | None) -> ScenarioSums:
    change = np.abs(after - before)
    n = len(change)
    if happened is None:
        return ScenarioSums(n, float(change.mean()), float(change.var(ddof=1)))
    first, second = np.abs(happened - before), np.abs(happened - after)
    together = np.sum((first - first.mean()) * (second - second.mean())) / (n - 1)
    return ScenarioSums(
        n,
        float(change.mean()),
        float(change.var(ddof=1)),
        float(first.mean()),
        float(second.mean()),
        float(first.var(ddof=1)),
        float(second.var(ddof=1)),
        float(together),
    )


def _unavailable(scenario: Scenario, reason: str, fidelity: float | None) -> ScenarioResult:
    reasons = dict.fromkeys(("flip_rate", "score_change", "drop"), reason)
    return ScenarioResult(
        scenario.name, scenario.kind.value, Origin.SURROGATE, 0, fidelity=fidelity, unavailable=reasons
    )
