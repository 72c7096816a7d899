"""Of all scenarios the worst one: what a policy judges."""

from collections.abc import Sequence

from core.metrics.figure import Figure, missing
from core.metrics.robustness.results import Origin, ScenarioResult

NO_SCENARIOS = "No perturbed predictions and no scenarios were handed in"


def worst_flips(scenarios: Sequence[ScenarioResult], reason: str = "") -> Figure:
    """The highest share of predictions that a scenario changes, with that scenario as its subject; 0 is unmoved."""
    known = [(one.flip_rate, one) for one in scenarios if one.flip_rate is not None]
    if not known:
        return missing("prediction_flip_rate", _reason(scenarios, "flip_rate", reason))
    value, worst = max(known, key=lambda pair: (pair[0], pair[1].name))
    words = _method("Wilson", worst)
    return Figure("prediction_flip_rate", value, worst.flip_interval, worst.n, words, subject=worst.name)


def worst_drop(scenarios: Sequence[ScenarioResult], reason: str = "") -> Figure:
    """The highest loss of accuracy, or growth of the mean absolute error, under a scenario; at most 0 is none."""
    known = [(one.drop, one) for one in scenarios if one.drop is not None]
    if not known:
        return missing("performance_drop", _reason(scenarios, "drop", reason))
    value, worst = max(known, key=lambda pair: (pair[0], pair[1].name))
    words = _method("Bonett-Price" if worst.flips is not None else "ratio of paired means", worst)
    return Figure("performance_drop", value, worst.drop_interval, worst.n, words, subject=worst.name)


def _reason(scenarios: Sequence[ScenarioResult], key: str, reason: str) -> str:
    known = [one.unavailable.get(key, "") for one in scenarios]
    return next((words for words in known if words), reason or NO_SCENARIOS)


def _method(words: str, scenario: ScenarioResult) -> str:
    if scenario.origin is Origin.MODEL:
        return words
    fidelity = "" if scenario.fidelity is None else f" of fidelity {scenario.fidelity:.3f}"
    return f"{words}, by a surrogate{fidelity}"
