"""On which line of a TOML text each table and each key stands, so that a problem can name its place."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

TABLE = re.compile(r"\s*(\[\[?)\s*([\w-]+)\s*\]")
KEY = re.compile(r"""\s*(["']?)([\w-]+)\1\s*=""")
LONG_TEXT = re.compile(r'"""|' + r"'''")


class Place(NamedTuple):
    """A line, from 1, the table that it begins or lies in, and the key that it sets; empty where it begins one."""

    line: int
    table: str
    key: str


def all_places(text: str) -> Iterator[Place]:
    """Every table and key in the order of the text: `scope`, and of repeated tables `threshold 2`."""
    seen: Counter[str] = Counter()
    table, within = "", False
    for number, line in enumerate(text.split("\n"), start=1):
        if not within and (found := TABLE.match(line)):
            seen[found[2]] += found[1] == "[["
            table = f"{found[2]} {seen[found[2]]}" if found[1] == "[[" else found[2]
            yield Place(number, table, "")
        elif not within and (found := KEY.match(line)):
            yield Place(number, table, found[2])
        within ^= len(LONG_TEXT.findall(line)) % 2 == 1


def places_of(text: str) -> Mapping[str, int]:
    """Lines, from 1, by place: `scope` and `scope.minimum_rows`, and of repeated tables `threshold 2` and
    `threshold 2.value`. The text has to be TOML; names with dots or spaces are passed over."""
    places: dict[str, int] = {}
    for line, table, key in all_places(text):
        places.setdefault(f"{table}.{key}" if table and key else table or key, line)
    return places
