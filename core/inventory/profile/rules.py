"""What a model is and how much is at stake: scope, inherent risk, the tier and its override, the packs that apply."""

from enum import StrEnum


class Scope(StrEnum):
    """Whether model governance applies, and as what."""

    MODEL = "model"
    NOT_A_MODEL = "not a model"
    GENERATIVE = "generative"


class Factor(StrEnum):
    """What makes a model risky in itself, whatever it is used for (SR 26-2, III)."""

    COMPLEXITY = "complexity"
    ASSUMPTIONS = "assumptions"
    INPUT_QUALITY = "input quality"
    DATA_LIMITS = "data limits"


class RiskLevel(StrEnum):
    """How much a factor weighs."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class OverrideStatus(StrEnum):
    """Where a proposed tier stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"
