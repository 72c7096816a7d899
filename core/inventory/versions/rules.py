"""What kind of change a version is, which number it takes, and how an experimental line becomes a stable one."""

from enum import StrEnum

from core.errors import Refusal
from core.inventory.rules import Line, Stage, parse_version


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
    OTHER_PATCH = "another patch"
    OTHER_MINOR = "another minor change"
    OTHER_MAJOR = "another major change"


CLASS_OF: dict[ChangeKind, ChangeClass] = {
    ChangeKind.CORRECTION: ChangeClass.PATCH,
    ChangeKind.DOCUMENTATION: ChangeClass.PATCH,
    ChangeKind.OTHER_PATCH: ChangeClass.PATCH,
    ChangeKind.RETRAINED: ChangeClass.MINOR,
    ChangeKind.EXTENDED: ChangeClass.MINOR,
    ChangeKind.THRESHOLD: ChangeClass.MINOR,
    ChangeKind.OTHER_MINOR: ChangeClass.MINOR,
    ChangeKind.USE: ChangeClass.MAJOR,
    ChangeKind.METHOD: ChangeClass.MAJOR,
    ChangeKind.INTERFACE: ChangeClass.MAJOR,
    ChangeKind.OTHER_MAJOR: ChangeClass.MAJOR,
}
OTHER = {
    ChangeClass.PATCH: ChangeKind.OTHER_PATCH,
    ChangeClass.MINOR: ChangeKind.OTHER_MINOR,
    ChangeClass.MAJOR: ChangeKind.OTHER_MAJOR,
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
    if parsed not in {following(max(earlier), one) for one in ChangeClass}:
        return ()  # out of line altogether, which is said of the number itself
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


def kind_by_number(text: str, earlier: tuple[Numbers, ...]) -> ChangeKind:
    """What the number alone says of the kind of change, for records from elsewhere whose rationale says the rest."""
    parsed = parse_version(text)
    if not earlier or parsed is None:
        return ChangeKind.FIRST
    return OTHER[class_between(max(earlier), parsed)]


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


MOVABLE = frozenset({Stage.DRAFT, Stage.IN_VALIDATION, Stage.NOT_VALIDATED})


def to_stable_refusals(line: Line, stage: Stage) -> tuple[Refusal, ...]:
    """Why a version cannot move to the stable line: it is there, or somebody decided on it as experimental."""
    clause, reasons = "lines of versions", []
    if line is Line.STABLE:
        reasons.append(Refusal("line-same", "The version is on the stable line already", clause, "Nothing to do."))
    if stage is Stage.VALIDATED:
        said = "The version was validated on the experimental line"
        reasons.append(
            Refusal("line-decided", said, clause, "Hand in its evidence again, which takes it back to validation.")
        )
    elif stage not in MOVABLE:
        said = f"The version is {stage}"
        reasons.append(Refusal("line-decided", said, clause, "Register the next version on the stable line."))
    return tuple(reasons)


NEVER_USED = frozenset({Stage.DRAFT, Stage.IN_VALIDATION, Stage.VALIDATED, Stage.NOT_VALIDATED})


def retire_version_refusals(
    stage: Stage, open_request: str | None, *, with_its_model: bool = False
) -> tuple[Refusal, ...]:
    """Why a version cannot be retired by its owner alone: it is in use, on its way, a way back, or retired already.

    A superseded version is the way back of the one in production; with its whole model it goes too.
    """
    clause, reasons = "life cycle", []
    if stage is Stage.RETIRED:
        reasons.append(Refusal("retired", "The version is retired already", clause, "Nothing to do."))
    elif stage not in NEVER_USED and not (with_its_model and stage is Stage.SUPERSEDED):
        way_out = "Withdraw the request first." if stage is Stage.IN_APPROVAL else "Request its retirement as a change."
        reasons.append(Refusal("in-use", f"The version is {stage}", clause, way_out))
    if open_request is not None:
        said = f"Change {open_request} asks for its approval"
        reasons.append(Refusal("open-request", said, clause, "Withdraw the request first."))
    return tuple(reasons)
