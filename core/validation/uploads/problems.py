"""Collects what is wrong with an upload, so that one refusal names every place."""

from collections.abc import Iterable

from core.errors import Problem, Unreadable

SHOWN = 60


class Problems:
    """A growing list of problems that raises as soon as it is full."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: list[Problem] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, problem: Problem) -> None:
        """Keep the problem; raise `Unreadable` when it is the last one that fits."""
        self.found.append(problem)
        if len(self.found) >= self.limit:
            self.settle()

    def extend(self, problems: Iterable[Problem]) -> None:
        """Keep each of the problems."""
        for problem in problems:
            self.add(problem)

    def settle(self) -> None:
        """Raise `Unreadable` with everything collected, if there is anything."""
        if self.found:
            raise Unreadable(self.found)


def one(
    reason: str, *, line: int | None = None, column: str | None = None, found: str = "", expected: str = ""
) -> Unreadable:
    """An `Unreadable` with a single problem."""
    return Unreadable([Problem(reason, line, column, found, expected)])


def shown(text: str) -> str:
    """A value as a problem shows it: quoted, shortened, control characters spelled out."""
    cut = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return "“" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + "”"
