"""Counts and masks a person's words in a text that may be JSON: whose keys and values are looked at one by one."""

import json
from collections.abc import Callable

from core.privacy.subjects.matching import Matcher, masked


def mark_of(request: str) -> str:
    """What stands in the place of what was erased."""
    return f"[erased {request}]"


def hits_in(matcher: Matcher, text: str) -> int:
    """How often the person is named in this text."""
    if not text or not matcher.may(text):
        return 0
    value = parsed(text)
    return len(matcher.spans(text)) if value is None else _count(matcher, value)


def without_person(matcher: Matcher, text: str, mark: str) -> tuple[str, int]:
    """The text with the mark for each place in which the person is named, and how many there were."""
    if not text or not matcher.may(text):
        return text, 0
    value = parsed(text)
    if value is None:
        spans = matcher.spans(text)
        return (masked(text, spans, mark) if spans else text), len(spans)
    hits = _count(matcher, value)
    return (
        json.dumps(_masked(matcher, value, mark), ensure_ascii=False, separators=(",", ":")) if hits else text
    ), hits


def parsed(text: str) -> object | None:
    """The value, where the text is a JSON object or list; None otherwise."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        found: object = json.loads(text)
    except ValueError:
        return None
    return found


def names_person(matcher: Matcher, value: object) -> bool:
    """Whether the person is named in a value of JSON."""
    return _count(matcher, value) > 0


def _count(matcher: Matcher, value: object) -> int:
    found = 0

    def see(text: str) -> str:
        nonlocal found
        found += len(matcher.spans(text))
        return text

    _walked(value, see)
    return found


def _masked(matcher: Matcher, value: object, mark: str) -> object:
    return _walked(value, lambda text: masked(text, matcher.spans(text), mark))


def _walked(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, dict):
        return {change(key): _walked(one, change) for key, one in value.items()}
    if isinstance(value, list):
        return [_walked(one, change) for one in value]
    if isinstance(value, str):
        return change(value)
    if isinstance(value, int) and not isinstance(value, bool):
        said = change(str(value))
        return value if said == str(value) else said
    return value
