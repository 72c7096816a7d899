"""The words of drills of access: what started one, how far it is, and in what a cell can differ."""

from enum import StrEnum


class DrillSource(StrEnum):
    """What started a drill."""

    SCHEDULE = "schedule"
    PERSON = "person"
    COMMAND = "command"


class DrillStatus(StrEnum):
    """How far a drill is, and what it came to."""

    QUEUED = "queued"
    RUNNING = "running"
    HOLDS = "holds"
    DIFFERS = "differs"
    FAILED = "failed"


class Part(StrEnum):
    """What a cell was played against."""

    USE_CASES = "use cases"
    WAYS_IN = "ways in"
    ROUTES = "routes"
    FILES = "files"


class Seen(StrEnum):
    """How a cell differs from what is expected, or that it does not."""

    AS_EXPECTED = "as expected"
    OPEN = "open"  # done although policy refuses
    SHUT = "shut"  # refused although policy allows
    SILENT = "reason missing"  # refused, but not for a reason that policy names
    NOT_REACHED = "not reached"  # stopped earlier, by what has nothing to do with access
