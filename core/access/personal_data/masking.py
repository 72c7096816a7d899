"""Takes personal data out of text that people write: notes, questions, findings."""

from collections.abc import Set

from core.access.personal_data.patterns import IN_TEXT
from core.access.personal_data.rules import Kind
from core.access.personal_data.spelling import plain_spelling


def mask(text: str) -> str:
    """The text with each pattern of personal data replaced by its kind in brackets; unchanged when there is none.

    Names are not found: nothing but a person can call free text clean. Where something is replaced, the rest of the
    text comes back in its plain spelling (NFKC), since that is what the patterns were found in.
    """
    return mask_kinds(text, frozenset(Kind))


def mask_kinds(text: str, kinds: Set[Kind]) -> str:
    """As `mask`, of these kinds alone."""
    plain = plain_spelling(text)
    spans = found_in(plain, kinds)
    if not spans:
        return text
    parts, place = list[str](), 0
    for start, end, kind in spans:
        parts += [plain[place:start], f"[{kind}]"]
        place = end
    return "".join(parts) + plain[place:]


def holds(text: str, kinds: Set[Kind]) -> bool:
    """Whether the text holds personal data of one of these kinds, however it is spelled."""
    plain = plain_spelling(text)
    return any(True for pattern in IN_TEXT if pattern.kind in kinds for _ in pattern.matches(plain))


def found_in(plain: str, kinds: Set[Kind] = frozenset(Kind)) -> list[tuple[int, int, Kind]]:
    """Start, end and kind of each finding in plainly spelled text; where two overlap, the earlier pattern counts."""
    taken: list[tuple[int, int, Kind]] = []
    for pattern in (one for one in IN_TEXT if one.kind in kinds):
        for start, end in pattern.matches(plain):
            if all(end <= other or start >= stop for other, stop, _ in taken):
                taken.append((start, end, pattern.kind))
    return sorted(taken)
