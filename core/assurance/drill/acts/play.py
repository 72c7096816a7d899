"""What playing an act is."""

from collections.abc import Callable

from core.access.rules import Actor
from core.assurance.drill.world import (
    At,
    World,
)

Play = Callable[[World, At, Actor], object]


class NothingThere(Exception):
    """What the act is about cannot exist at this stage, so there is no such cell."""


def there(number: str) -> str:
    if not number:
        raise NothingThere
    return number
