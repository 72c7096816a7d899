"""Reads metric points in the forms in which they arrive: JSON and OpenMetrics text."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from core.access.personal_data import mask
from core.errors import Problem, Unreadable
from core.inventory.deployments.rules import PRODUCTION
from core.monitoring.intake.forms import JSON_BYTES, objects_of
from core.monitoring.intake.points import MOST_POINTS, NewPoint
from core.monitoring.intake.rules import MOST_PROBLEMS, SeriesKind, refuse_unsound
from core.store.types import instant
from core.validation.uploads import looks_like_json

TEXTS = ("unit", "model", "version", "environment")
OF_POINT = {"name", "value", "at", "kind", "labels", *TEXTS}


def points_of(path: Path, *, model: str, version: str | None, environment: str, at: datetime) -> list[NewPoint]:
    """The points of a file of JSON (lines, or a list) or of OpenMetrics text; what it says of model, version and
    environment counts, the rest is as given. Raises `Unreadable` by line."""
    if path.stat().st_size > JSON_BYTES:
        raise Unreadable([Problem("the file is too large", expected=f"at most {JSON_BYTES >> 20} MiB")])
    given = {"model": model, "version": version, "environment": environment}
    if looks_like_json(path):
        return points_of_objects(objects_of(path.read_bytes()), given, at=at)
    return openmetrics_points(path.read_bytes(), given, at=at)


def points_of_objects(objects: Sequence[object], given: dict[str, str | None], *, at: datetime) -> list[NewPoint]:
    """Points as JSON objects with `name`, `value` and, where it is not now, `at`."""
    problems, points = list[Problem](), list[NewPoint]()
    for line, one in enumerate(objects, start=1):
        found = list(_point_problems(one, line))
        problems += found
        if not found and isinstance(one, dict):
            points.append(_point({**given, **one}, line, at))
    refuse_unsound(problems)
    return points


def openmetrics_points(body: bytes, given: dict[str, str | None], *, at: datetime) -> list[NewPoint]:
    """The samples of an OpenMetrics exposition; a sample without a time stamp is of `at`.

    The labels `model`, `version` and `environment` say what it is of, the others stay labels.
    """
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    try:
        families = list(text_string_to_metric_families(body.decode("utf-8")))  # type: ignore[no-untyped-call]
    except (ValueError, UnicodeDecodeError) as error:
        found = mask(str(error)[:120])
        raise Unreadable([Problem("not OpenMetrics text", found=found, expected="ended by # EOF")]) from None
    points, lines = list[NewPoint](), _lines_of_samples(body)
    kinds = {"counter": SeriesKind.COUNTER, "histogram": SeriesKind.HISTOGRAM}
    for family in families:
        for sample in family.samples:
            labels = dict(sample.labels)
            said = {
                **given,
                **{name: labels.pop(name) for name in ("model", "version", "environment") if name in labels},
            }
            moment = at if sample.timestamp is None else _stamp(float(sample.timestamp), lines[len(points)])
            points.append(
                NewPoint(
                    name=sample.name,
                    value=float(sample.value),
                    at=moment,
                    model=said["model"] or "",
                    version=said["version"] or None,
                    environment=said["environment"] or PRODUCTION,
                    unit=family.unit or "",
                    kind=kinds.get(family.type, SeriesKind.GAUGE),
                    labels=labels,
                    line=lines[len(points)],
                )
            )
            if len(points) > MOST_POINTS:
                return points
    return points


def _stamp(seconds: float, line: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        found = f"{seconds:g}"
        raise Unreadable([Problem("not a time stamp", line, found=found, expected="seconds since 1970")]) from None


def _lines_of_samples(body: bytes) -> list[int]:
    """The lines on which samples stand, in their order."""
    return [number for number, line in enumerate(body.split(b"\n"), start=1) if line and not line.startswith(b"#")]


def _point_problems(one: object, line: int) -> Iterator[Problem]:
    if not isinstance(one, dict):
        yield Problem("not a JSON object", line, found=type(one).__name__)
        return
    for key in list(one)[:MOST_PROBLEMS]:
        if key not in OF_POINT:
            yield Problem("an unknown key of a point", line, key[:200], expected=", ".join(sorted(OF_POINT)))
    for key, fits, expected in _TESTS:
        if not fits(one.get(key)):
            yield Problem("missing or not as it should be", line, key, _shown(one.get(key)), expected)


def _shown(value: object) -> str:
    return "" if value is None else mask(str(value)[:60])


def _is_labels(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


_TESTS: tuple[tuple[str, Callable[[object], bool], str], ...] = (
    ("name", lambda value: isinstance(value, str), "text"),
    ("value", lambda value: isinstance(value, int | float) and not isinstance(value, bool), "a number"),
    *((key, lambda value: value is None or isinstance(value, str), "text") for key in TEXTS),
    ("kind", lambda value: value is None or value in list(SeriesKind), ", ".join(SeriesKind)),
    ("labels", lambda value: value is None or _is_labels(value), "an object of texts"),
    ("at", lambda value: value is None or _moment(value) is not None, "ISO 8601 with a zone, or microseconds"),
)


def _moment(value: object) -> datetime | None:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
        return instant(value)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None


def _point(told: dict[str, object], line: int, at: datetime) -> NewPoint:
    labels = told.get("labels")
    return NewPoint(
        name=str(told["name"]),
        value=float(str(told["value"])),
        at=_moment(told.get("at")) or at,
        model=str(told["model"] or ""),
        version=str(told["version"]) if told.get("version") else None,
        environment=str(told["environment"] or PRODUCTION),
        unit=str(told.get("unit") or ""),
        kind=SeriesKind(str(told.get("kind") or SeriesKind.GAUGE.value)),
        labels={str(key): str(value) for key, value in labels.items()} if isinstance(labels, dict) else {},
        line=line,
    )
