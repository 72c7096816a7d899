"""One page of a longer list."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item", covariant=True)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """The rows of this page and how many there are in all."""

    rows: tuple[Item, ...]
    total: int
