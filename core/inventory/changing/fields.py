"""Which fields of a model can be changed, how a change is read, and what differs by it."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from core.errors import Problem, Unreadable
from core.inventory.history import Difference
from core.inventory.intake import NewModel
from core.inventory.rules import Exposure, Purpose
from core.inventory.tables import Model

Choice = TypeVar("Choice", bound=StrEnum)
TEXTS = ("name", "purpose", "business_line", "users", "vendor", "owner", "developer")
CHANGEABLE = (*TEXTS, "exposure", "purpose_class", "packs")
STRIPPED = frozenset({"name", "business_line", "vendor", "owner", "developer"})


def as_entered(row: Model) -> NewModel:
    """The model as it would be entered today."""
    return NewModel(
        name=row.name,
        purpose=row.purpose,
        business_line=row.business_line,
        owner=row.owner,
        developer=row.developer,
        exposure=row.exposure,
        purpose_class=row.purpose_class,
        users=row.users,
        vendor=row.vendor,
        packs=tuple(row.packs.split()),
    )


def with_changes(before: NewModel, changes: Mapping[str, object]) -> NewModel:
    """The model with these fields changed; raises `Unreadable` with every field that is unknown or not of its type.

    Exposure and purpose class are taken by value too, packs as a list or as words separated by spaces.
    """
    problems: list[Problem] = []
    read: dict[str, object] = {}
    for field, value in changes.items():
        if field not in CHANGEABLE:
            problems.append(Problem("not a field that can be changed", column=field, expected=", ".join(CHANGEABLE)))
            continue
        try:
            read[field] = _read(field, value)
        except Unreadable as error:
            problems += error.problems
    if problems:
        raise Unreadable(problems)
    return replace(before, **read)  # type: ignore[arg-type]  # each was read by its field


def differences(before: NewModel, after: NewModel) -> tuple[Difference, ...]:
    """The fields that differ, in the order of the record."""
    pairs = ((field, _said(getattr(before, field)), _said(getattr(after, field))) for field in CHANGEABLE)
    return tuple(Difference(field, old, new) for field, old, new in pairs if old != new)


def _read(field: str, value: object) -> object:
    if field == "exposure":
        return _choice(Exposure, field, value)
    if field == "purpose_class":
        return _choice(Purpose, field, value)
    if field == "packs":
        return _packs(value)
    if not isinstance(value, str):
        raise Unreadable([Problem("not text", column=field, found=type(value).__name__, expected="text")])
    return value.strip() if field in STRIPPED else value


def _choice(kind: type[Choice], field: str, value: object) -> Choice:
    try:
        return kind(str(value))
    except ValueError:
        expected = ", ".join(kind)
        raise Unreadable(
            [Problem("not one of the choices", column=field, found=str(value), expected=expected)]
        ) from None


def _packs(value: object) -> tuple[str, ...]:
    """Each once, in the order given."""
    given = value.split() if isinstance(value, str) else value
    if not isinstance(given, (list, tuple, set, frozenset)) or not all(isinstance(one, str) for one in given):
        raise Unreadable([Problem("not a list of packs", column="packs", expected="ids of regulation packs")])
    return tuple(dict.fromkeys(given))


def _said(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)
