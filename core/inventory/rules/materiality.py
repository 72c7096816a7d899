"""How material a model is: its tier, from how much rests on it and what it is used for."""

from enum import StrEnum


class Exposure(StrEnum):
    """How much rests on the model's output."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Purpose(StrEnum):
    """What the output is used for; rights-affecting or regulatory use weighs most."""

    OPERATIONAL = "operational"
    FINANCIAL = "financial or customer-facing"
    RIGHTS = "rights-affecting or regulatory"


TIERS: dict[tuple[Exposure, Purpose], int] = {
    (Exposure.LOW, Purpose.OPERATIONAL): 4,
    (Exposure.MEDIUM, Purpose.OPERATIONAL): 3,
    (Exposure.HIGH, Purpose.OPERATIONAL): 2,
    (Exposure.LOW, Purpose.FINANCIAL): 3,
    (Exposure.MEDIUM, Purpose.FINANCIAL): 2,
    (Exposure.HIGH, Purpose.FINANCIAL): 1,
    (Exposure.LOW, Purpose.RIGHTS): 2,
    (Exposure.MEDIUM, Purpose.RIGHTS): 1,
    (Exposure.HIGH, Purpose.RIGHTS): 1,
}


def materiality(exposure: Exposure, purpose: Purpose) -> int:
    """The tier, 1 (most material) to 4, from exposure x purpose (SR 26-2 III; the grid is the organisation's own)."""
    return TIERS[exposure, purpose]
