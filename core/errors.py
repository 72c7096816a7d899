"""Every way in which Countersign says no: facts first, words once."""

from collections.abc import Sequence
from dataclasses import dataclass


class GovernanceError(Exception):
    """Root of the errors that a person or a pipeline can act on."""


class NotFound(GovernanceError):
    """Nothing of this kind has this key."""

    def __init__(self, what: str, key: object) -> None:
        self.what, self.key = what, key
        super().__init__(f"There is no {what} “{key}”.")


@dataclass(frozen=True, order=True)
class Refusal:
    """One reason against an act: a stable code, the fact, the clause it rests on and the way out."""

    code: str
    message: str
    clause: str = ""
    way_out: str = ""

    def __str__(self) -> str:
        clause = f" ({self.clause})" if self.clause else ""
        return f"{self.message.rstrip('.')}{clause}." + (f" {self.way_out}" if self.way_out else "")


class Refused(GovernanceError):
    """The rules stand against the act; carries every reason at once."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(" ".join(str(refusal) for refusal in self.refusals))


class Conflict(GovernanceError):
    """The record changed since it was read, so nothing was stored."""

    def __init__(self, expected: object, found: object, what: str = "The record") -> None:
        self.expected, self.found, self.what = expected, found, what
        super().__init__(f"{what} changed meanwhile: expected {expected}, found {found}. Nothing was stored.")


@dataclass(frozen=True)
class Problem:
    """One place in an input that cannot be accepted: line counts from 1 with the header as line 1."""

    reason: str
    line: int | None = None
    column: str | None = None
    found: str = ""
    expected: str = ""

    def __str__(self) -> str:
        place = ", ".join(
            part
            for part in (
                f"line {self.line}" if self.line is not None else "",
                f"column “{self.column}”" if self.column is not None else "",
            )
            if part
        )
        found = f", found {self.found}" if self.found else ""
        expected = f", expected {self.expected}" if self.expected else ""
        return f"{place + ': ' if place else ''}{self.reason}{found}{expected}"


class Unreadable(GovernanceError):
    """An input was not accepted; carries each problem with its place. Nothing was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))
