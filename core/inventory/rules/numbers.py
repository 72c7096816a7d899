"""The numbers of versions: semantic, in order, without a gap and never used twice."""

import re

from core.errors import Refusal

CORE = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Major, minor and patch of a semantic version without pre-release or build part; None when it is not one."""
    match = CORE.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]), int(match[3]))


def version_refusals(text: str, earlier: tuple[tuple[int, int, int], ...]) -> tuple[Refusal, ...]:
    """A version is new, follows the highest one, and leaves no gap (Semantic Versioning 2.0.0, items 2 and 6 to 8)."""
    parsed = parse_version(text)
    clause = "semantic versions"
    if parsed is None:
        return (
            Refusal(
                "version-form",
                f"“{text}” is not a semantic version",
                clause,
                "Write major.minor.patch, for example 1.0.0.",
            ),
        )
    if parsed in earlier:
        return (
            Refusal("version-reuse", f"Version {text} exists already", clause, "A version number is never used twice."),
        )
    if not earlier:
        return ()
    major, minor, patch = max(earlier)
    following = ((major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0))
    if parsed in following:
        return ()
    words = ", ".join(".".join(map(str, candidate)) for candidate in following)
    return (
        Refusal(
            "version-order",
            f"Version {text} does not follow {major}.{minor}.{patch}",
            clause,
            f"Next is one of {words}.",
        ),
    )
