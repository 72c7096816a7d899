"""What a validation run computed, as one value that is stored whole and read back as it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from core.metrics.bias_audit import BiasAuditResult
from core.metrics.drift import DriftResult
from core.metrics.explanation import ExplanationResult
from core.metrics.fairness import FairnessResult
from core.metrics.figure import Figure, missing
from core.metrics.performance import PerformanceResult
from core.metrics.performance.comparing import PerformanceComparison
from core.metrics.quality import QualityResult
from core.metrics.robustness import RobustnessResult
from core.policy.rules import CheckKind, Task
from core.validation.needs import Need


@dataclass(frozen=True)
class ValidationResult:
    """Everything computed from the evidence; None where the evidence cannot carry it, with the reason.

    `given` is what was handed in beside predictions; `reasons` say by family of checks why a part is None.
    """

    quality: QualityResult
    performance: PerformanceResult | None
    performance_reason: str
    fairness: FairnessResult | None
    fairness_reason: str
    task: Task = Task.BINARY
    given: tuple[Need, ...] = ()
    comparisons: tuple[PerformanceComparison, ...] = ()
    bias_audit: BiasAuditResult | None = None
    drift: DriftResult | None = None
    explanation: ExplanationResult | None = None
    robustness: RobustnessResult | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)

    def figures(self, kind: CheckKind, metric: str) -> tuple[Figure, ...]:
        """The figures of this name, one a subject; a missing one with its reason where there is none."""
        found = tuple(figure for figure in self._of_kind(kind) if figure.metric == metric)
        return found or (missing(metric, self._reason(kind, metric)),)

    def _of_kind(self, kind: CheckKind) -> tuple[Figure, ...]:
        part = {
            CheckKind.QUALITY: self.quality,
            CheckKind.PERFORMANCE: self.performance,
            CheckKind.BIAS_AUDIT: self.bias_audit,
            CheckKind.DRIFT: self.drift,
            CheckKind.EXPLAINABILITY: self.explanation,
            CheckKind.ROBUSTNESS: self.robustness,
        }.get(kind)
        changes = self.comparisons if kind is CheckKind.PERFORMANCE else ()
        own = part.figures if part is not None else ()
        return (*own, *(figure for comparison in changes for figure in comparison.figures))

    def _reason(self, kind: CheckKind, metric: str) -> str:
        own = {CheckKind.PERFORMANCE: self.performance_reason, CheckKind.FAIRNESS: self.fairness_reason}
        return own.get(kind) or self.reasons.get(kind) or f"The evidence does not give {metric.replace('_', ' ')}"


_ADAPTER = TypeAdapter(ValidationResult)


def to_json(result: ValidationResult) -> bytes:
    """The result as JSON in full precision; same result, same bytes."""
    return _ADAPTER.dump_json(result)


def from_json(data: str | bytes) -> ValidationResult:
    """The inverse of `to_json`."""
    return _ADAPTER.validate_json(data)
