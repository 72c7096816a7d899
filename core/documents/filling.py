"""Places in a template, `{{ name }}`, filled from the record; what cannot be filled stays as it is and is counted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

PLACE = re.compile(r"\{\{\s*([^{}\n]{1,300}?)\s*\}\}")
WRITE = "write:"  # a place that only a person fills


@dataclass(frozen=True)
class Filled:
    """A text with its places filled as far as they could be."""

    body: str
    open_places: tuple[str, ...]


def fill(template: str, values: Mapping[str, str]) -> Filled:
    """Replace every place that has a value; a value that itself looks like a place is taken apart first."""

    def said(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        return _harmless(value) if value.strip() else found[0]

    body = PLACE.sub(said, template)
    return Filled(body, places(body))


def places(text: str) -> tuple[str, ...]:
    """The places that are left, each once, in the order of the text."""
    return tuple(dict.fromkeys(found[1] for found in PLACE.finditer(text)))


def open_count(text: str) -> int:
    """How many places are left."""
    return len(PLACE.findall(text))


def _harmless(value: str) -> str:
    return value.replace("{{", "{ {")
