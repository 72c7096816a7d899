"""What kind of change a version of a row is."""

from dataclasses import replace

from core.inventory.importing.plan.rows import Read
from core.inventory.intake import NewVersion
from core.inventory.rules import parse_version
from core.inventory.versions.rules import OTHER, ChangeKind, Numbers, class_between, kind_refusals


def with_kind(read: Read, version: NewVersion, earlier: tuple[Numbers, ...]) -> NewVersion:
    """The kind of change as said, else the one that the number itself says, such as another minor change."""
    parsed = parse_version(version.version)
    by_number = OTHER[class_between(max(earlier), parsed)] if earlier and parsed else ChangeKind.FIRST
    kind = read.choice("change_kind", ChangeKind, by_number) or by_number
    for refusal in kind_refusals(version.version, kind, earlier):
        read.refuse("change_kind", refusal.message, kind, refusal.way_out)
    return replace(version, change_kind=kind)
