"""An agenda as a value, and as the JSON text that is kept with a review."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class Topic(StrEnum):
    """What is gone through, in this order."""

    BREACHES = "breaches"
    INCIDENTS = "incidents"
    FINDINGS = "findings and deviations"
    ACTIONS = "actions"
    EXCEPTIONS = "exceptions that end"
    DATES = "reviews of models that are due"
    VERSIONS = "versions that went live or were taken back"
    DRILLS = "rehearsals that failed"
    ALERTS = "alerts by kind"


@dataclass(frozen=True)
class Line:
    """One thing: the record it is (kind empty where it is a count), words, state, severity and date as far as known."""

    kind: str
    number: str
    text: str
    state: str = ""
    severity: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Section:
    """One topic: how many there are, how many of them are overdue, and how many there were at the last review.

    `lines` are the most urgent of them; `before` is None where no review was held before this one.
    """

    topic: Topic
    count: int
    overdue: int
    before: int | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Agenda:
    """All of it, as of a moment; what is counted over time is counted from `since`."""

    as_of: datetime
    since: datetime
    scope: str
    models: int
    last: str  # the number of the review before this one
    sections: tuple[Section, ...]

    def json(self) -> str:
        """The same as text, always alike for alike agendas."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, default=_said)

    def of(self, topic: Topic) -> Section | None:
        """The section of a topic, if this agenda has one."""
        return next((one for one in self.sections if one.topic is topic), None)


def parse(text: str) -> Agenda:
    """The inverse of `Agenda.json`."""
    raw = json.loads(text)
    sections = tuple(_section(one) for one in raw["sections"])
    return Agenda(
        datetime.fromisoformat(raw["as_of"]), datetime.fromisoformat(raw["since"]), raw["scope"], raw["models"],
        raw["last"], sections,
    )  # fmt: skip


def _section(raw: Mapping[str, object]) -> Section:
    values = dict(raw)
    lines = values.pop("lines")
    assert isinstance(lines, list)
    topic = Topic(str(values.pop("topic")))
    return Section(topic=topic, lines=tuple(_line(one) for one in lines), **values)  # type: ignore[arg-type]


def _line(raw: Mapping[str, str | None]) -> Line:
    at = raw["at"]
    words = {name: str(raw[name]) for name in ("kind", "number", "text", "state", "severity")}
    return Line(**words, at=datetime.fromisoformat(at) if at else None)


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in an agenda.")
