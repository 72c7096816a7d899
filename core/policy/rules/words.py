"""The words that a policy and changes are written in."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from core.policy.scope.rules import ALL_TIERS as ALL_TIERS
from core.policy.scope.rules import Direction as Direction
from core.policy.scope.rules import Task as Task


class CheckKind(StrEnum):
    """The families of checks, in reading order."""

    QUALITY = "quality"
    PERFORMANCE = "performance"
    FAIRNESS = "fairness"
    BIAS_AUDIT = "bias audit"
    DRIFT = "drift"
    EXPLAINABILITY = "explainability"
    ROBUSTNESS = "robustness"


TITLES: Mapping[CheckKind, str] = MappingProxyType(
    {
        CheckKind.QUALITY: "Data quality",
        CheckKind.PERFORMANCE: "Performance",
        CheckKind.FAIRNESS: "Fairness",
        CheckKind.BIAS_AUDIT: "Bias audit",
        CheckKind.DRIFT: "Drift",
        CheckKind.EXPLAINABILITY: "Reasons",
        CheckKind.ROBUSTNESS: "Robustness",
    }
)


class ChangeKind(StrEnum):
    """What a change request asks for."""

    FIRST_USE = "first use"
    NEW_VERSION = "new version"
    RESTRICTED_USE = "restricted use"
    POLICY_EXCEPTION = "policy exception"
    ROLLBACK = "rollback"
    RETIREMENT = "retirement"


INTO_USE = frozenset({ChangeKind.FIRST_USE, ChangeKind.NEW_VERSION})


class Function(StrEnum):
    """The part of the organisation for which an approver speaks."""

    COMPLIANCE = "compliance"
    SECURITY = "security"
    LEGAL = "legal"
    BUSINESS = "business"


class ItemCheck(StrEnum):
    """What can fill a checklist item by itself, from the evidence at hand."""

    FAILED_CHECKS = "failed checks"
    OPEN_FINDINGS = "open findings"
    CHALLENGE = "effective challenge"


class DemandedFrom(StrEnum):
    """The phase of a change from which something that its path demands must be there."""

    APPROVAL = "approval"
    EXECUTION = "execution"


class Phase(StrEnum):
    """How a version takes over: without effect beside the old one, for a share of the cases, or for all."""

    SHADOW = "shadow"
    CANARY = "canary"
    FULL = "full"
