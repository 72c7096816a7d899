"""How recorded events are kept, as values: for how long, and in which form their inputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_DAYS = 184  # EU AI Act, articles 19 and 26: logs are kept for at least six months
TIERS = (1, 2, 3, 4)
OTHERWISE = "otherwise"


class KeptInput(StrEnum):
    """The form in which the input of an event is kept; never as it is."""

    COMMITMENT = "commitment"
    MASKED = "masked"
    NONE = "none"


def _committed() -> Mapping[int, KeptInput]:
    return dict.fromkeys(TIERS, KeptInput.COMMITMENT)


@dataclass(frozen=True)
class EventKeeping:
    """Events are removed after `days`; `otherwise` holds for models that the inventory does not know."""

    days: int = 366
    inputs_by_tier: Mapping[int, KeptInput] = field(default_factory=_committed)
    otherwise: KeptInput = KeptInput.COMMITMENT

    def inputs(self, tier: int | None) -> KeptInput:
        """In which form an input to a model of this tier is kept; None where the model is not known."""
        return self.inputs_by_tier.get(tier, self.otherwise) if tier is not None else self.otherwise
