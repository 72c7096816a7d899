"""How far a grant reaches: everywhere, or the models of named business lines and of named groups of models."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Belonging:
    """A model as reach sees it: its business line, and the groups (`MG0001`) it is in."""

    line: str
    groups: frozenset[str] = frozenset()


About = tuple[Belonging, ...]  # every model that a record belongs to; none: it belongs to the whole organisation
ORGANISATION: About = ()


@dataclass(frozen=True)
class Reach:
    """What a grant covers; without a line and without a group it covers nothing, unless it is everywhere."""

    lines: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    everywhere: bool = False

    def covers(self, about: About) -> bool:
        """Whether a record with these models lies within: all of its models do; no model takes everywhere."""
        if self.everywhere:
            return True
        return bool(about) and all(one.line in self.lines or self.groups & one.groups for one in about)

    def touches(self, about: About) -> bool:
        """Whether a record with these models may be read: one of them lies within, or it belongs to no model."""
        return not about or any(self.covers((one,)) for one in about)

    def with_(self, other: "Reach") -> "Reach":
        """What either covers."""
        if self.everywhere or other.everywhere:
            return EVERYWHERE
        return Reach(self.lines | other.lines, self.groups | other.groups)

    @property
    def text(self) -> str:
        """As it is stored and stands in the ledger."""
        if self.everywhere:
            return "everywhere"
        return json.dumps({"groups": sorted(self.groups), "lines": sorted(self.lines)}, ensure_ascii=False)

    @property
    def words(self) -> str:
        """As people read it."""
        if self.everywhere:
            return "everywhere"
        return ", ".join([*sorted(self.lines), *(f"group {group}" for group in sorted(self.groups))]) or "nothing"


EVERYWHERE = Reach(everywhere=True)


def reach_from(text: str) -> Reach:
    """The reach that was stored as this text."""
    if text == EVERYWHERE.text:
        return EVERYWHERE
    kept = json.loads(text)
    return Reach(frozenset(kept["lines"]), frozenset(kept["groups"]))


_ABOUT: ContextVar[About | None] = ContextVar("what the act of the moment is about", default=None)


def about_of_the_moment() -> About | None:
    """The record that is being decided on; none outside of a decision."""
    return _ABOUT.get()


@contextmanager
def deciding_about(about: About | None) -> Iterator[None]:
    """Within the block permissions are those on this record, whoever is asked about: actor, delegate or assignee."""
    token = _ABOUT.set(about)
    try:
        yield
    finally:
        _ABOUT.reset(token)
