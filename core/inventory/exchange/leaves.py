"""Walks a document and keeps count of what was understood, so that nothing is dropped without a word."""

from collections.abc import Iterator

from core.inventory.exchange.values import Unknown

LONGEST = 120
MOST = 500
Value = object


class Taking:
    """A parsed document (dicts, lists, scalars) whose parts are taken one by one; what is left is unknown."""

    def __init__(self, document: Value) -> None:
        self.document = document
        self._taken: set[str] = set()

    def text(self, *path: str | int) -> str:
        """The text or number at this path, stripped; empty, and not taken, where there is none."""
        found = self.at(*path)
        if isinstance(found, bool) or not isinstance(found, (str, int, float)):
            return ""
        self.take(*path)
        return str(found).strip()

    def texts(self, *path: str | int) -> list[str]:
        """The texts of a list at this path, or the one text there."""
        found = self.at(*path)
        if not isinstance(found, list):
            one = self.text(*path)
            return [one] if one else []
        return [text for place in range(len(found)) if (text := self.text(*path, place))]

    def at(self, *path: str | int) -> Value:
        """What stands at this path; None where nothing does."""
        found = self.document
        for step in path:
            if isinstance(found, dict) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and step < len(found):
                found = found[step]
            else:
                return None
        return found

    def size(self, *path: str | int) -> int:
        """How many entries the list at this path has."""
        found = self.at(*path)
        return len(found) if isinstance(found, list) else 0

    def take(self, *path: str | int) -> None:
        """What stands at this path, and below it, is understood."""
        self._taken.add(_said(path))

    def unknown(self) -> tuple[Unknown, ...]:
        """Every scalar that was not taken, up to a number, with its path."""
        found: list[Unknown] = []
        for path, value in self._leaves(self.document, ()):
            found.append(Unknown(path, _short(value)))
            if len(found) >= MOST:
                found.append(Unknown("…", f"more than {MOST} further entries"))
                break
        return tuple(found)

    def _leaves(self, value: Value, path: tuple[str | int, ...]) -> Iterator[tuple[str, Value]]:
        if _said(path) in self._taken:
            return
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                yield from self._leaves(inner, (*path, str(key)))
        elif isinstance(value, list) and value:
            for place, inner in enumerate(value):
                yield from self._leaves(inner, (*path, place))
        elif value not in (None, "", [], {}):
            yield _said(path), value


def _said(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def _short(value: Value) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
