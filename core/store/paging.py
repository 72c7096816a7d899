"""One page of a longer list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item", covariant=True)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """The rows of this page and how many there are in all; counting stops at `total` where there are `more`."""

    rows: tuple[Item, ...]
    total: int
    more: bool = False
