"""Says in which of several files a problem stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.errors import Unreadable


@contextmanager
def named(file: str) -> Iterator[None]:
    """Problems raised inside begin with the name of the file: “attributions: a value is no finite number”."""
    try:
        yield
    except Unreadable as error:
        raise Unreadable([replace(one, reason=f"{file}: {one.reason}") for one in error.problems]) from error
