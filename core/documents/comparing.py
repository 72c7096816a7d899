"""What changed between two versions of a document, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum


class Side(StrEnum):
    """Where a line stands."""

    BOTH = "both"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Line:
    """One line of the comparison."""

    side: Side
    text: str


def compared(before: str, after: str, *, around: int = 2) -> tuple[Line, ...]:
    """Lines that were taken out or put in, each change with so many unchanged lines around it; none where equal."""
    old, new = before.splitlines(), after.splitlines()
    lines: list[Line] = []
    for group in SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(around):
        for tag, first, last, begin, end in group:
            if tag == "equal":
                lines += [Line(Side.BOTH, text) for text in old[first:last]]
                continue
            lines += [Line(Side.BEFORE, text) for text in old[first:last]]
            lines += [Line(Side.AFTER, text) for text in new[begin:end]]
    return tuple(lines)
