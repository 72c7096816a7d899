"""Reads text for a person by its records: lines of a table with commas, or the objects and lists of JSON."""

import csv
import json
from collections.abc import Iterator

from core.privacy.subjects.matching import Matcher
from core.privacy.subjects.values import hits_in, names_person


def records(text: str, matcher: Matcher) -> Iterator[tuple[int, str, bool]]:
    """The records of a text with commas, or its lines: number of the line, the very text, whether it names them."""
    lines = text.splitlines(keepends=True)
    reader, last = csv.reader(lines), 0
    while last < len(lines):
        try:
            fields = next(reader)
        except StopIteration:
            fields = []
        except csv.Error:
            for number, line in enumerate(lines[last:], start=last + 1):
                yield number, line, hits_in(matcher, line) > 0
            return
        end = max(reader.line_num, last + 1)
        said = "".join(lines[last:end])
        yield last + 1, said, matcher.may(said) and (any(hits_in(matcher, one) for one in fields) or _in(matcher, said))
        last = end


def _in(matcher: Matcher, said: str) -> bool:
    return bool(matcher.spans(said))


def json_of(text: str) -> object | None:
    """The value of a text that is a JSON object or list; None for any other."""
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    try:
        found: object = json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return None
    return found


def objects_in(value: object, matcher: Matcher) -> Iterator[dict[str, object]]:
    """The innermost objects that name the person."""
    if isinstance(value, dict):
        inner = [one for part in value.values() for one in objects_in(part, matcher)]
        if not inner and names_person(matcher, value):
            yield value
        yield from inner
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, dict | list):
                yield from objects_in(part, matcher)
            elif names_person(matcher, part):
                yield {"value": part}


def value_without(value: object, matcher: Matcher) -> object:
    """The value without the items of its lists that name the person; of objects, without those members."""
    if isinstance(value, dict):
        kept = {key: part for key, part in value.items() if isinstance(part, dict | list) or not _named(part, matcher)}
        return {key: value_without(part, matcher) for key, part in kept.items() if not names_person(matcher, key)}
    if isinstance(value, list):
        flat = [part for part in value if not (_innermost(part) and names_person(matcher, part))]
        return [value_without(part, matcher) for part in flat]
    return value


def _innermost(part: object) -> bool:
    return not isinstance(part, dict) or not any(isinstance(one, dict | list) for one in part.values())


def _named(part: object, matcher: Matcher) -> bool:
    return names_person(matcher, part)
