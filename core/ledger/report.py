"""The outcome of a verification: numbered steps, each with what it found."""

from dataclasses import dataclass, field

SHOWN = 10


@dataclass(frozen=True)
class Step:
    """One check: its number in the prose, its name, whether it held, and what was found."""

    number: int
    name: str
    passed: bool
    detail: str


@dataclass(frozen=True)
class Report:
    """All steps of one verification; `size` entries were covered."""

    steps: tuple[Step, ...]
    size: int

    @property
    def passed(self) -> bool:
        return bool(self.steps) and all(step.passed for step in self.steps)

    @property
    def failures(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if not step.passed)


@dataclass
class Faults:
    """What a step found while it looked at everything: the first few in words, the rest counted."""

    number: int
    name: str
    holds: str
    _found: list[str] = field(default_factory=list)
    _count: int = 0

    def add(self, fault: str) -> None:
        self._count += 1
        if len(self._found) < SHOWN:
            self._found.append(fault)

    def step(self) -> Step:
        if not self._count:
            return Step(self.number, self.name, True, self.holds)
        more = f"; and {self._count - len(self._found)} more" if self._count > len(self._found) else ""
        return Step(self.number, self.name, False, "; ".join(self._found) + more)
