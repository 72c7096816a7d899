"""What kind of change a version is, which number it takes, and how an experimental line becomes a stable one."""

from enum import StrEnum

from core.errors import Refusal
from core.inventory.rules import parse_version


class ChangeClass(StrEnum):
    """Which part of the number moves (Semantic Versioning 2.0.0, items 6 to 8)."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


class ChangeKind(StrEnum):
    """Why there is a new version."""

    FIRST = "first version"
    CORRECTION = "correction of a mistake"
    DOCUMENTATION = "documentation or packaging"
    RETRAINED = "retrained or recalibrated"
    EXTENDED = "extended within the intended use"
    THRESHOLD = "another threshold or cut"
    USE = "another use or population"
    METHOD = "another method"
    INTERFACE = "other inputs or outputs"


CLASS_OF: dict[ChangeKind, ChangeClass] = {
    ChangeKind.CORRECTION: ChangeClass.PATCH,
    ChangeKind.DOCUMENTATION: ChangeClass.PATCH,
    ChangeKind.RETRAINED: ChangeClass.MINOR,
    ChangeKind.EXTENDED: ChangeClass.MINOR,
    ChangeKind.THRESHOLD: ChangeClass.MINOR,
    ChangeKind.USE: ChangeClass.MAJOR,
    ChangeKind.METHOD: ChangeClass.MAJOR,
    ChangeKind.INTERFACE: ChangeClass.MAJOR,
}
Numbers = tuple[int, int, int]


def class_between(earlier: Numbers, later: Numbers) -> ChangeClass:
    """Which part of the number moved."""
    if earlier[0] != later[0]:
        return ChangeClass.MAJOR
    return ChangeClass.MINOR if earlier[1] != later[1] else ChangeClass.PATCH


def kind_refusals(text: str, kind: ChangeKind | None, earlier: tuple[Numbers, ...]) -> tuple[Refusal, ...]:
    """Why this kind of change does not go with this number, after the highest of the `earlier` ones."""
    parsed, clause = parse_version(text), "semantic versions"
    if not earlier:
        return () if kind in (None, ChangeKind.FIRST) else (_first(),)
    if kind is None or kind is ChangeKind.FIRST:
        choices = ", ".join(one for one in ChangeKind if one is not ChangeKind.FIRST)
        return (
            Refusal(
                "change-kind",
                f"What kind of change {text} is was not said",
                clause,
                f"Say one of: {choices}.",
            ),
        )
    if parsed is None or class_between(max(earlier), parsed) is CLASS_OF[kind]:
        return ()
    moved, highest = class_between(max(earlier), parsed), _said(max(earlier))
    return (
        Refusal(
            "change-class",
            f"{kind.capitalize()} is a {CLASS_OF[kind]} change, and {text} is a {moved} step after {highest}",
            clause,
            f"Take {_said(following(max(earlier), CLASS_OF[kind]))}, or say another kind of change.",
        ),
    )


def following(highest: Numbers, change: ChangeClass) -> Numbers:
    """The number that a change of this class takes after the highest one."""
    major, minor, patch = highest
    return {
        ChangeClass.MAJOR: (major + 1, 0, 0),
        ChangeClass.MINOR: (major, minor + 1, 0),
        ChangeClass.PATCH: (major, minor, patch + 1),
    }[change]


def _first() -> Refusal:
    return Refusal(
        "change-kind",
        "The first version of a model changes nothing yet",
        "semantic versions",
        f"Leave the kind of change out, or say: {ChangeKind.FIRST}.",
    )


def _said(numbers: Numbers) -> str:
    return ".".join(map(str, numbers))
