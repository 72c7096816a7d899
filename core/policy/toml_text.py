"""Changes single values of a TOML text in place: whatever is not changed stays as it was written, comments included."""

import json
from collections.abc import Mapping, Sequence

from core.errors import Problem, Unreadable
from core.policy.places import KEY, Place, all_places

Value = str | bool | int | float | Sequence[str] | Sequence[int]
OPENING, CLOSING = "[{", "]}"


def literal(value: Value) -> str:
    """The value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON's escapes are TOML's
    if isinstance(value, int | float):
        return repr(value)
    return f"[{', '.join(literal(one) for one in value)}]"


def with_value(text: str, table: str, key: str, value: Value) -> str:
    """The text with this key of this table at this value; the table must be there, the key need not."""
    place = _find(text, table, key)
    if place is None:
        return _with_line(text, _last_line(text, table), f"{key} = {literal(value)}")
    start, end = _span(text, place)
    return text[:start] + literal(value) + text[end:]


def without_value(text: str, table: str, key: str) -> str:
    """The text without this key of this table, if it is there."""
    place = _find(text, table, key)
    if place is None:
        return text
    _, end = _span(text, place)
    first = _offset(text, place.line)
    last = text.find("\n", end)
    return text[:first] + ("" if last < 0 else text[last + 1 :])


def with_table(text: str, kind: str, values: Mapping[str, Value]) -> str:
    """The text with one more `[[kind]]`, after the last of its kind, or at the end."""
    block = "\n".join([f"[[{kind}]]", *(f"{key} = {literal(value)}" for key, value in values.items())])
    same = [place.table for place in all_places(text) if place.table.rpartition(" ")[0] == kind]
    if not same:
        return f"{text.rstrip()}\n\n{block}\n"
    return _with_line(text, _last_line(text, same[-1]), f"\n{block}")


def without_table(text: str, table: str) -> str:
    """The text without this table, such as `threshold 3`; comments before the next one stay."""
    headers = [place for place in all_places(text) if not place.key]
    place = next((one for one in headers if one.table == table), None)
    if place is None:
        return text
    lines = text.split("\n")
    last = _last_line(text, table)
    while last < len(lines) and not lines[last].strip():
        last += 1
    return "\n".join([*lines[: place.line - 1], *lines[last:]])


def _find(text: str, table: str, key: str) -> Place | None:
    return next((place for place in all_places(text) if (place.table, place.key) == (table, key)), None)


def _last_line(text: str, table: str) -> int:
    """The line on which the last value of this table ends."""
    own = [place for place in all_places(text) if place.table == table]
    if not own:
        raise Unreadable([Problem(f"there is no [{table}]")])
    last = own[-1]
    return last.line if not last.key else text.count("\n", 0, _span(text, last)[1]) + 1


def _with_line(text: str, after: int, line: str) -> str:
    lines = text.split("\n")
    return "\n".join([*lines[:after], line, *lines[after:]])


def _offset(text: str, line: int) -> int:
    """Where a line begins."""
    offset = 0
    for _ in range(line - 1):
        offset = text.index("\n", offset) + 1
    return offset


def _span(text: str, place: Place) -> tuple[int, int]:
    """From where to where the value of this key stands."""
    found = KEY.match(text, _offset(text, place.line))
    if found is None:
        raise Unreadable([Problem(f"“{place.key}” cannot be found", line=place.line)])
    start = found.end()
    while text[start] in " \t":
        start += 1
    return start, _end(text, start)


def _end(text: str, start: int) -> int:
    """Where the value that begins here ends."""
    depth, at = 0, start
    while at < len(text):
        letter = text[at]
        if letter in "\"'":
            at = _end_of_string(text, at)
        elif letter == "#" and depth:
            at = _line_end(text, at)
        elif letter in "#\n" and not depth:
            break
        else:
            depth += (letter in OPENING) - (letter in CLOSING)
            at += 1
    return start + len(text[start:at].rstrip())


def _end_of_string(text: str, start: int) -> int:
    quote = text[start : start + 3] if text[start : start + 3] in ('"""', "'''") else text[start]
    at = start + len(quote)
    while at < len(text) and not text.startswith(quote, at):
        at += 2 if text[at] == "\\" and quote[0] == '"' else 1
    return at + len(quote)


def _line_end(text: str, start: int) -> int:
    found = text.find("\n", start)
    return len(text) if found < 0 else found
