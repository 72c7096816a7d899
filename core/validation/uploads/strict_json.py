"""Reads JSON as RFC 8259 and I-JSON (RFC 7493) have it, and says where anything else stands."""

import re
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from core.errors import Problem, Unreadable
from core.validation.uploads.problems import shown

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

DEEPEST = 64
LARGEST = 2**53 - 1
SPACE = re.compile(r"[ \t\n\r]*")
NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
HEX = re.compile(r"[0-9a-fA-F]{4}")
WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
UNQUOTED = re.compile(r"[+-]?[A-Za-z_$][A-Za-z_$0-9]*")


def loads(content: bytes) -> Json:
    """The value in `content`; raises `Unreadable` with line and character of the first wrong place.

    Refused beyond a syntax error: a byte order mark, other encodings, repeated keys, NaN and infinities, numbers that
    overflow a double, integers beyond 2^53 - 1, more than 64 levels, lone surrogates, anything after the value.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        raise Unreadable([Problem("a byte order mark", 1, "1", "byte offset 0", "JSON in UTF-8 without a mark")])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{content[error.start]:02X} at byte offset {error.start}"
        raise Unreadable([Problem("the text is not UTF-8", line, None, found, "UTF-8")]) from None
    return _Reader(text).document()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.place, self.depth = text, 0, 0

    def document(self) -> Json:
        value = self.value()
        self.skip()
        if self.place < len(self.text):
            self.refuse("text after the value", self.text[self.place : self.place + 20], "the end")
        return value

    def value(self) -> Json:
        self.skip()
        sign = self.text[self.place : self.place + 1]
        if sign == "{":
            return self.nested(self.members)
        if sign == "[":
            return self.nested(self.items)
        if sign == '"':
            return self.string()
        if match := NUMBER.match(self.text, self.place):
            return self.number(match)
        return self.word()

    def nested(self, read: Callable[[], Json]) -> Json:
        self.depth += 1
        if self.depth > DEEPEST:
            self.refuse("too many levels", expected=f"at most {DEEPEST}")
        self.place += 1
        value = read()
        self.depth -= 1
        return value

    def members(self) -> Json:
        members: dict[str, Json] = {}
        if self.took("}"):
            return members
        while True:
            self.skip()
            start = self.place
            if not self.text.startswith('"', start):
                self.refuse("a key is missing", self.text[start : start + 20], "a key in quotation marks")
            key = self.string()
            if key in members:
                self.refuse("a repeated key", key, "each key once", start)
            self.need(":")
            members[key] = self.value()
            if self.took("}"):
                return members
            self.need(",")

    def items(self) -> Json:
        items: list[Json] = []
        if self.took("]"):
            return items
        while True:
            items.append(self.value())
            if self.took("]"):
                return items
            self.need(",")

    def string(self) -> str:
        start, parts = self.place, list[str]()
        self.place += 1
        while True:
            plain = PLAIN.match(self.text, self.place)
            assert plain is not None  # the pattern matches the empty text
            parts.append(plain.group())
            self.place = plain.end()
            sign = self.text[self.place : self.place + 1]
            if sign == '"':
                self.place += 1
                return "".join(parts)
            if sign != "\\":
                what = "a control character in a string" if sign else "a string without an end"
                self.refuse(what, sign, place=self.place if sign else start)
            parts.append(self.escape())

    def escape(self) -> str:
        start, sign = self.place, self.text[self.place + 1 : self.place + 2]
        self.place += 2
        if sign in ESCAPES:
            return ESCAPES[sign]
        if sign != "u":
            self.refuse("an unknown escape", self.text[start : start + 2], place=start)
        unit = self.unit(start)
        if 0xD800 <= unit < 0xDC00 and self.text.startswith("\\u", self.place):
            self.place += 2
            low = self.unit(start)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
        if 0xD800 <= unit < 0xE000:
            self.refuse("a lone surrogate", self.text[start : start + 6], "a whole character", start)
        return chr(unit)

    def unit(self, start: int) -> int:
        match = HEX.match(self.text, self.place)
        if match is None:
            self.refuse("an escape without four hexadecimal digits", self.text[start : start + 6], place=start)
        self.place = match.end()
        return int(match.group(), 16)

    def number(self, match: re.Match[str]) -> int | float:
        text = match.group()
        if not match.group(1) and not match.group(2):
            if len(text) > 17 or abs(int(text)) > LARGEST:
                self.refuse("an integer beyond 2^53 - 1", text, "a smaller number, or text")
            self.place = match.end()
            return int(text)
        if abs(value := float(text)) == float("inf"):
            self.refuse("a number too large to hold", text)
        self.place = match.end()
        return value

    def word(self) -> Json:
        match = UNQUOTED.match(self.text, self.place)
        word = match.group() if match else self.text[self.place : self.place + 20]
        if word not in WORDS:
            self.refuse("not a JSON value", word, "an object, array, string, number, true, false or null")
        self.place += len(word)
        return WORDS[word]

    def took(self, sign: str) -> bool:
        self.skip()
        if not self.text.startswith(sign, self.place):
            return False
        self.place += 1
        return True

    def need(self, sign: str) -> None:
        if not self.took(sign):
            self.refuse("the wrong sign", self.text[self.place : self.place + 20], sign)

    def skip(self) -> None:
        match = SPACE.match(self.text, self.place)
        self.place = match.end() if match else self.place

    def refuse(self, reason: str, found: str = "", expected: str = "", place: int | None = None) -> NoReturn:
        at = self.place if place is None else place
        line = self.text.count("\n", 0, at) + 1
        character = at - (self.text.rfind("\n", 0, at) + 1) + 1
        raise Unreadable([Problem(reason, line, str(character), shown(found) if found else "", expected)])
