"""The one gate: every text that comes in or goes out is looked at here, and handled by the place where it stands."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from core.access.personal_data.entrances import HANDLING, Entrance, Handling
from core.access.personal_data.masking import found_in
from core.access.personal_data.rules import LEVELS, Kind, Level
from core.access.personal_data.spelling import ROUNDABOUT, plain_spelling
from core.errors import Refusal, Refused

_WORTH_A_LOOK = re.compile(rf"@|[0-9](?:.{{0,4}}[0-9]){{5}}|{ROUNDABOUT}")  # no blocked kind does without
_CODE_ADDRESS = re.compile(r"(?<![\w.+-])(?:git|hg|svn)@[\w.-]+(?=[:/])")  # where a repository lies: nobody's mail
_SHAPE = re.compile(r"(?<![\w.+-])[x0.+_-]+@[x0.-]+(?![\w@])")  # how a scan shows a value
_DIGEST = re.compile(r"[0-9a-f]{40,64}|[A-Z]{1,4}[0-9]{4,7}")
BLOCKED = frozenset(kind for kind, level in LEVELS.items() if level is Level.BLOCK) - {Kind.ADDRESS, Kind.NAME}


@dataclass(frozen=True)
class Found:
    """So many places of one kind in a text."""

    kind: Kind
    count: int


@dataclass(frozen=True)
class Screened:
    """What may be kept or sent on, what was found, and whether the text as it was written waits for a person."""

    text: str
    findings: tuple[Found, ...] = ()
    held: bool = False

    @property
    def words(self) -> str:
        """What was found in one line; a text is never called clean."""
        if not self.findings:
            return "no pattern found"
        return ", ".join(f"{found.kind} ({found.count})" for found in self.findings)


def screened(text: str, *, where: Entrance, named: str = "") -> Screened:
    """The text as it may pass `where`.

    Raises `Refused` where the place blocks; elsewhere each value is replaced by its kind in brackets, and `held` says
    that the original goes to a person. `named` says in which words the text is called; the refusal holds no value.
    Names of people and postal addresses are not found in running text: it is never called clean.
    """
    masked, findings = _looked_at(text)
    if not findings:
        return Screened(text)
    handling = HANDLING[where]
    if handling is Handling.BLOCK:
        raise Refused([refusal_of(findings, named or where.value)])
    return Screened(masked, findings, held=handling is Handling.PERSON)


def refusal_of(findings: tuple[Found, ...], named: str) -> Refusal:
    """The refusal of a text at a place that blocks: kind and place, never the value."""
    words = ", ".join(f"{found.kind} ({found.count})" for found in findings)
    return Refusal(
        "personal-data-text",
        f"The {named} holds personal data: {words}",
        "personal data",
        "Write it without; name people by their number, for example P0003. If it is a false alarm, write the figure"
        " in words or with a unit.",
    )


def worth_a_look(text: str) -> bool:
    """Whether the text may hold anything at all: a cheap look before the patterns."""
    return len(text) > 5 and _WORTH_A_LOOK.search(text) is not None and _DIGEST.fullmatch(text) is None


def _looked_at(text: str) -> tuple[str, tuple[Found, ...]]:
    if not worth_a_look(text):
        return text, ()
    return _cached(text) if len(text) < 2_000 else _look(text)


@lru_cache(maxsize=4_096)
def _cached(text: str) -> tuple[str, tuple[Found, ...]]:
    return _look(text)


def _look(text: str) -> tuple[str, tuple[Found, ...]]:
    plain = plain_spelling(text)
    nobody = [match.span() for pattern in (_CODE_ADDRESS, _SHAPE) for match in pattern.finditer(plain)]
    spans = [
        (start, end, kind)
        for start, end, kind in found_in(plain, BLOCKED)
        if not any(begin <= start < stop for begin, stop in nobody)
    ]
    if not spans:
        return text, ()
    parts, place = list[str](), 0
    for start, end, kind in spans:
        parts += [plain[place:start], f"[{kind}]"]
        place = end
    counts = Counter(kind for _, _, kind in spans)
    return "".join(parts) + plain[place:], tuple(Found(kind, count) for kind, count in sorted(counts.items()))
