"""Small JSON files read strictly, each item with the line on which it begins."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeAlias

from core.errors import Problem, Unreadable

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

MOST_BYTES = 64 * 2**20
SPACE = " \t\r\n"
LARGEST_WHOLE, LONGEST_WHOLE = 2**53 - 1, 17


@dataclass(frozen=True)
class Item:
    """One value and the line, from 1, on which it begins."""

    line: int
    value: Json


class _Wrong(ValueError):
    """What JSON allows to be written but not to be meant: a key twice, NaN, an infinite number."""


def read_items(path: Path, *, most_bytes: int = MOST_BYTES) -> tuple[Item, ...]:
    """The items of a list, or the one value that is no list.

    Raises Unreadable with the line: other text than UTF-8, a syntax error, a repeated key, NaN, a number too large, too
    many levels, anything after the value, a file beyond `most_bytes`.
    """
    if not path.is_file():
        raise Unreadable([Problem("there is no such file", found=path.name)])
    if path.stat().st_size > most_bytes:
        found, expected = f"{path.stat().st_size} bytes", f"at most {most_bytes}; larger tables as Parquet or CSV"
        raise Unreadable([Problem("the JSON file is too large", found=found, expected=expected)])
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable([Problem("the text is not UTF-8", line=line)]) from error
    if text.startswith("\ufeff"):
        raise Unreadable([Problem("a byte order mark", line=1, expected="JSON in UTF-8 without a mark")])
    return _Reader(text).items()


def looks_like_json(path: Path) -> bool:
    """Whether a file begins as a JSON list or object does."""
    with path.open("rb") as file:
        return file.read(256).lstrip(b" \t\r\n\xef\xbb\xbf")[:1] in (b"[", b"{")


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.place, self.line = text, 0, 1
        self.decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_constant=_constant, parse_float=_decimal, parse_int=_whole
        )

    def items(self) -> tuple[Item, ...]:
        self.skip()
        if self.sign() != "[":
            found = [self.one()]
        else:
            self.advance(self.place + 1)
            found = self.many()
        self.skip()
        if self.place < len(self.text):
            self.refuse("text after the value", self.text[self.place : self.place + 20])
        return tuple(found)

    def many(self) -> list[Item]:
        found: list[Item] = []
        self.skip()
        while self.sign() != "]":
            if found:
                self.need(",")
            found.append(self.one())
            self.skip()
        self.advance(self.place + 1)
        return found

    def one(self) -> Item:
        self.skip()
        line = self.line
        try:
            value, end = self.decoder.raw_decode(self.text, self.place)
        except json.JSONDecodeError as error:
            self.advance(error.pos)
            self.refuse(error.msg[:1].lower() + error.msg[1:], self.text[self.place : self.place + 20])
        except _Wrong as error:
            self.refuse(str(error))
        except RecursionError:
            self.refuse("too many levels")
        except ValueError:  # an integer of thousands of digits
            self.refuse("a number too large to hold")
        if "\\u" in self.text[self.place : end] and not _is_text(value):
            self.refuse("a lone surrogate")
        self.advance(end)
        return Item(line, value)

    def sign(self) -> str:
        return self.text[self.place : self.place + 1]

    def need(self, sign: str) -> None:
        self.skip()
        if self.sign() != sign:
            self.refuse("the list does not go on or end", self.text[self.place : self.place + 20])
        self.advance(self.place + 1)

    def skip(self) -> None:
        end = self.place
        while end < len(self.text) and self.text[end] in SPACE:
            end += 1
        self.advance(end)

    def advance(self, end: int) -> None:
        self.line += self.text.count("\n", self.place, end)
        self.place = end

    def refuse(self, reason: str, found: str = "") -> NoReturn:
        raise Unreadable([Problem(reason, line=self.line, found=found.splitlines()[0] if found.strip() else "")])


def _object(pairs: list[tuple[str, Json]]) -> Json:
    members: dict[str, Json] = {}
    for key, value in pairs:
        if key in members:
            raise _Wrong(f"the key “{key[:60]}” stands twice")
        members[key] = value
    return members


def _constant(word: str) -> NoReturn:
    raise _Wrong(f"{word} is no JSON number")


def _decimal(text: str) -> float:
    if abs(value := float(text)) == float("inf"):
        raise _Wrong("a number too large to hold")
    return value


def _whole(text: str) -> int:
    if len(text) > LONGEST_WHOLE or abs(value := int(text)) > LARGEST_WHOLE:
        raise _Wrong("an integer beyond 2^53 - 1")
    return value


def _is_text(value: Json) -> bool:
    """False where half a character was written as an escape, which no file and no terminal takes."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
