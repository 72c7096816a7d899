"""On which line of a JSON text each key of the top level and of its `item` tables stands."""

import json
from collections.abc import Iterator, Mapping

_DECODER = json.JSONDecoder()
_BLANK = " \t\r\n"


def json_places(text: str, table: str) -> Mapping[str, int]:
    """Lines, from 1, by place as `places_of` names them for TOML: `title`, `item 2`, `item 2.clause`.

    The text has to be a JSON object; nested values below the items are passed over.
    """
    places: dict[str, int] = {}
    for key, at, value in _members(text, _skip(text, 0)):
        places[key] = _line(text, at)
        if key == table and text[value : value + 1] == "[":
            for number, start in enumerate(_elements(text, value), start=1):
                places[f"{table} {number}"] = _line(text, start)
                if text[start] == "{":
                    inner = _members(text, start)
                    places |= {f"{table} {number}.{name}": _line(text, place) for name, place, _ in inner}
    return places


def _members(text: str, opened: int) -> Iterator[tuple[str, int, int]]:
    """Key, where it stands, and where its value begins, of the object that opens here."""
    at = _skip(text, opened + 1)
    while text[at] != "}":
        key, after = _DECODER.raw_decode(text, at)
        value = _skip(text, _skip(text, after) + 1)  # past the colon
        yield str(key), at, value
        at = _after(text, value)


def _elements(text: str, opened: int) -> Iterator[int]:
    at = _skip(text, opened + 1)
    while text[at] != "]":
        yield at
        at = _after(text, at)


def _after(text: str, value: int) -> int:
    """Where the next key or value begins, or the bracket that closes."""
    at = _skip(text, _DECODER.raw_decode(text, value)[1])
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
