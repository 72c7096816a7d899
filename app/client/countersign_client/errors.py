"""What goes wrong between a pipeline and the server, as exceptions that carry every reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from countersign_client.answers import Run


class CountersignError(Exception):
    """Root of everything that the client raises."""


class Unreachable(CountersignError):
    """The server did not answer, or answered with something that is not ours."""


class Altered(CountersignError):
    """What arrived is not what the server has on record under this digest."""


class NotInTime(CountersignError):
    """The validation has not ended yet; `run` says how far it is. Wait again, or ask later."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        super().__init__(f"Validation {run['run']} gave no verdict in time; it is {run['status']}.")


@dataclass(frozen=True)
class Refusal:
    """One rule that stands against the act, with its stable code and the way out."""

    code: str
    message: str
    clause: str = ""
    way_out: str = ""

    def __str__(self) -> str:
        clause = f" ({self.clause})" if self.clause else ""
        return f"{self.message.rstrip('.')}{clause}. {self.way_out}".rstrip()


@dataclass(frozen=True)
class Problem:
    """One place in what was sent that cannot be accepted; in a table, line 1 is the header."""

    reason: str
    line: int | None = None
    column: str | None = None
    found: str = ""
    expected: str = ""

    def __str__(self) -> str:
        place = [f"line {self.line}"] if self.line else []
        place += [f"column “{self.column}”"] if self.column else []
        words = [self.reason]
        words += [f"found {self.found}"] if self.found else []
        words += [f"expected {self.expected}"] if self.expected else []
        return f"{', '.join(place)}{': ' if place else ''}{', '.join(words)}"


class Rejected(CountersignError):
    """The server said no. `reasons` holds every one in words, `refusals` and `problems` the same as values.

    `status` is that of HTTP, `kind` the stable end of the problem's type, such as `refused` or `unreadable`.
    """

    def __init__(
        self,
        title: str,
        reasons: Sequence[str],
        *,
        status: int = 0,
        kind: str = "",
        refusals: Sequence[Refusal] = (),
        problems: Sequence[Problem] = (),
    ) -> None:
        self.title, self.reasons = title, tuple(reasons)
        self.status, self.kind = status, kind
        self.refusals, self.problems = tuple(refusals), tuple(problems)
        super().__init__("\n".join((title, *(f"  - {reason}" for reason in reasons))))

    def about(self, name: str) -> "Rejected":
        """The same, said of this file."""
        return Rejected(
            f"{name}: {self.title}",
            self.reasons,
            status=self.status,
            kind=self.kind,
            refusals=self.refusals,
            problems=self.problems,
        )
