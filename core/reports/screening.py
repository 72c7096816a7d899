"""The last look at a report before it becomes bytes: every text in it passes the gate, and the report says so."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened, worth_a_look

if TYPE_CHECKING:
    from core.reports.values.report import Report


@dataclass(frozen=True)
class Screening:
    """How many texts were looked at, in how many something was masked, and what: counts by kind."""

    texts: int = 0
    masked: int = 0
    kinds: tuple[tuple[str, int], ...] = ()

    @property
    def words(self) -> str:
        """In one line; a report is never called clean."""
        found = ", ".join(f"{kind} ({count})" for kind, count in self.kinds) or "no pattern found"
        return f"{self.texts} texts looked at, {self.masked} masked: {found}; names in running text are not found"


def screened_report(report: "Report") -> "Report":
    """The report with personal data replaced by its kind in every text, and with what that came to.

    Attached files stay as they are: they were scanned when they came in, and their digests are on record.
    """
    look = _Look()
    document, data, gaps = look(report.document), look(report.data), look(report.gaps)
    kinds = tuple(sorted(look.kinds.items()))
    return replace(report, document=document, data=data, gaps=gaps, screening=Screening(look.texts, look.masked, kinds))


class _Look:
    """Walks frozen values; what holds nothing comes back as the same object."""

    def __init__(self) -> None:
        self.texts, self.masked, self.kinds = 0, 0, Counter[str]()
        self._known: dict[int, tuple[Any, Any]] = {}

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if value is None or isinstance(value, int | float | bytes):
            return value
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = (value, self._inside(value))  # the value is held, so its id stays its own
        return known[1]

    def _text(self, text: str) -> str:
        self.texts += 1
        if not worth_a_look(text):
            return text
        passed = screened(text, where=Entrance.EXPORT)
        if passed.findings:
            self.masked += 1
            self.kinds.update({found.kind.value: found.count for found in passed.findings})
        return passed.text if type(text) is str or passed.findings else text

    def _inside(self, value: Any) -> Any:
        if isinstance(value, tuple | list):
            parts = [self(part) for part in value]
            same = all(part is old for part, old in zip(parts, value, strict=True))
            return value if same else type(value)(*parts) if hasattr(value, "_fields") else type(value)(parts)
        if isinstance(value, Mapping):
            pairs = {self(key): self(part) for key, part in value.items()}
            same = all(key in value and value[key] is part for key, part in pairs.items())
            return value if same else pairs
        if is_dataclass(value) and not isinstance(value, type):
            changed = {}
            for name in _fields(type(value)):
                old = getattr(value, name)
                if (new := self(old)) is not old:
                    changed[name] = new
            return replace(value, **changed) if changed else value
        return value


@cache
def _fields(kind: type) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind) if one.init)
