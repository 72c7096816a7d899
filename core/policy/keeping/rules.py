"""How recorded events and production data are kept, as values; and the classes of data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LEAST_DAYS = 184  # EU AI Act, articles 19 and 26: logs are kept for at least six months
TIERS = (1, 2, 3, 4)
OTHERWISE = "otherwise"
DATA, ATTRIBUTES = "data_keeping", "attributes"  # a table of a policy, and its key for files of sensitive attributes


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


class DataClass(StrEnum):
    """What a column of data is, the least guarded first."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PERSONAL = "personal"  # GDPR 4(1)
    SPECIAL = "special category"  # GDPR 9(1)

    @property
    def of_people(self) -> bool:
        """Whether it says something about an identifiable person."""
        return self in (DataClass.PERSONAL, DataClass.SPECIAL)

    @property
    def key(self) -> str:
        """As a policy and the API name it."""
        return self.value.replace(" ", "_")


@dataclass(frozen=True)
class DataKeeping:
    """Days by class, of the strictest class in a file; a class that is left out has no end of its own.

    `attributes` are the days of files of sensitive attributes, which are kept apart and are no logs; 0: as the others.
    """

    by_class: Mapping[DataClass, int] = field(default_factory=dict)
    attributes: int = 0
