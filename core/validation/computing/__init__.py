"""Computes a validation from stored evidence: the files by their digests, their mappings and the policy."""

from collections.abc import Callable
from typing import TypeVar

from core.errors import Refused, Unreadable
from core.metrics.performance.comparing import PerformanceComparison
from core.policy.rules import CheckKind, Policy, Task
from core.validation.computing import parts
from core.validation.computing.sources import Files, Sources, given_needs, open_sources
from core.validation.inputs import RunInputs
from core.validation.results import ValidationResult

__all__ = ["COMPUTED", "Files", "compute"]

NO_LABELS = "The evidence has no label column, so errors cannot be counted"
NO_ATTRIBUTES = "No sensitive attribute is declared, so groups cannot be compared"
NO_POSITIVE = "No positive label is named among several classes, so nobody is selected or not"
NO_DECISION = "The file has no column of predictions, so nobody of a group is selected or not"
NO_AUDIT = "Neither sex nor race is declared for a bias audit"
NO_REFERENCE = "Neither reference nor training data is handed in"
NO_INPUTS = "Neither attributions nor inputs of the model are handed in"
COMPUTED = (
    "Looking at data quality",
    "Computing performance with intervals",
    "Comparing with a baseline and the last approved version",
    "Comparing groups, 10,000 repetitions",
    "Auditing for bias",
    "Measuring drift",
    "Explaining",
    "Looking for the worst case",
)
Say = Callable[[str], None]
Part = TypeVar("Part")


def compute(files: Files, inputs: RunInputs, policy: Policy, say: Say) -> ValidationResult:
    """Run every check that the files carry; `files` tells where the one with a digest lies, `say` is told each step.

    Quality, performance and fairness must be readable, else the run fails with the place; a further part that is not
    is left out with its reason. Same inputs, same result.
    """
    sources = open_sources(files, inputs)
    policy = policy.for_tier(inputs.tier) if inputs.tier else policy
    reasons: dict[str, str] = {}
    steps = iter(COMPUTED)
    say(next(steps))
    quality = parts.quality(sources)
    say(next(steps))
    performance = parts.performance(sources)
    say(next(steps))
    comparisons = _comparisons(sources, reasons)
    say(next(steps))
    fairness = parts.fairness(sources, policy)
    say(next(steps))
    audit = _tried(CheckKind.BIAS_AUDIT, lambda: parts.bias_audit(sources, policy), reasons, NO_AUDIT)
    say(next(steps))
    drift = _tried(CheckKind.DRIFT, lambda: parts.data_drift(sources), reasons, NO_REFERENCE)
    say(next(steps))
    explanation = _tried(CheckKind.EXPLAINABILITY, lambda: parts.explanation(sources), reasons, NO_INPUTS)
    say(next(steps))
    robustness = _tried(CheckKind.ROBUSTNESS, lambda: parts.robustness(sources), reasons, NO_LABELS)
    mapping = sources.mapping
    several = NO_DECISION if mapping.class_from_probabilities else NO_POSITIVE
    no_groups = several if mapping.sensitive and sources.task is Task.MULTICLASS else NO_ATTRIBUTES
    return ValidationResult(
        quality=quality,
        performance=performance,
        performance_reason="" if performance else NO_LABELS,
        fairness=fairness,
        fairness_reason="" if fairness else no_groups,
        task=sources.task,
        given=given_needs(sources),
        comparisons=comparisons,
        bias_audit=audit,
        drift=drift,
        explanation=explanation,
        robustness=robustness,
        reasons=reasons,
    )


def _comparisons(sources: Sources, reasons: dict[str, str]) -> tuple[PerformanceComparison, ...]:
    """With each other model that can be read; one that cannot does not take the next one along."""
    found = []
    for name, other in parts.other_models(sources):
        try:
            found.append(parts.comparison(sources, name, other))
        except (Unreadable, Refused) as error:
            earlier = reasons.get(CheckKind.PERFORMANCE.value)
            reasons[CheckKind.PERFORMANCE.value] = f"{earlier}; {error}" if earlier else str(error)
    return tuple(found)


def _tried(kind: CheckKind, work: Callable[[], Part], reasons: dict[str, str], absent: str = "") -> Part | None:
    """The part, or None with the reason why the evidence cannot carry it."""
    try:
        found = work()
    except (Unreadable, Refused) as error:
        reasons[kind.value] = str(error)
        return None
    if found is None:
        reasons[kind.value] = absent
    return found
