"""The words of incidents, and the one table of moves: from where, which act leads where, for whom."""

from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Permission


class IncidentStatus(StrEnum):
    """Where an incident stands; a duplicate is told by another incident."""

    DECLARED = "declared"
    CONTAINED = "contained"
    RESOLVED = "resolved"
    IN_REVIEW = "in review"
    CLOSED = "closed"
    DUPLICATE = "duplicate"


class Containment(StrEnum):
    """How the harm was stopped before the cause was known."""

    RESTRICTION = "restriction"
    ROLLBACK = "rollback"
    WITHDRAWAL = "withdrawal"
    MANUAL_FALLBACK = "manual fallback"
    OTHER = "other"


class CauseMethod(StrEnum):
    """How the root cause was looked for."""

    FIVE_WHYS = "five whys"
    CAUSE_AND_EFFECT = "cause and effect"
    FAULT_TREE = "fault tree"
    CHANGE_ANALYSIS = "change analysis"
    DATA_ANALYSIS = "data analysis"
    OTHER = "other"


class Act(StrEnum):
    """What can be done with an incident."""

    NOTE = "write a note"
    DETAIL = "correct the facts"
    SEVERITY = "change the severity"
    COMMAND = "take command"
    CONTAINMENT = "record containment"
    INFORM = "record who was informed"
    CAUSE = "record the root cause"
    CLOCK = "decide on a clock"
    NOTIFY = "record a notification"
    CONTAIN = "state that it is contained"
    RESOLVE = "state that it is resolved"
    REVIEW = "write the post-incident review"
    CLOSE = "close the incident"
    REOPEN = "reopen the incident"
    MERGE = "merge as a duplicate"


@dataclass(frozen=True)
class Move:
    """One line of the table: from `source`, `act` leads to `target`, for holders of `permission`."""

    source: IncidentStatus
    act: Act
    target: IncidentStatus
    permission: Permission


S, A, P = IncidentStatus, Act, Permission
OPEN = (S.DECLARED, S.CONTAINED, S.RESOLVED, S.IN_REVIEW)
RECORDING = (
    A.DETAIL, A.SEVERITY, A.COMMAND, A.CONTAINMENT, A.INFORM, A.CAUSE, A.CLOCK, A.NOTIFY,
)  # fmt: skip
MOVES: tuple[Move, ...] = (
    *(Move(stage, act, stage, P.INCIDENT_HANDLE) for stage in OPEN for act in RECORDING),
    # what became known later, and a late notification, are still put on record
    *(Move(S.CLOSED, act, S.CLOSED, P.INCIDENT_HANDLE) for act in (A.INFORM, A.NOTIFY)),
    # whoever may declare an incident may say more of it, a pipeline too
    *(Move(stage, A.NOTE, stage, P.INCIDENT_DECLARE) for stage in (*OPEN, S.CLOSED)),
    Move(S.DECLARED, A.CONTAIN, S.CONTAINED, P.INCIDENT_HANDLE),
    Move(S.CONTAINED, A.RESOLVE, S.RESOLVED, P.INCIDENT_HANDLE),
    Move(S.RESOLVED, A.REVIEW, S.IN_REVIEW, P.INCIDENT_REVIEW),
    Move(S.IN_REVIEW, A.REVIEW, S.IN_REVIEW, P.INCIDENT_REVIEW),
    Move(S.IN_REVIEW, A.CLOSE, S.CLOSED, P.INCIDENT_REVIEW),
    *(
        Move(stage, A.REOPEN, S.DECLARED, P.INCIDENT_HANDLE)
        for stage in (S.CONTAINED, S.RESOLVED, S.IN_REVIEW, S.CLOSED, S.DUPLICATE)
    ),
    *(Move(stage, A.MERGE, S.DUPLICATE, P.INCIDENT_HANDLE) for stage in (S.DECLARED, S.CONTAINED)),
)
BY_ACT = {(move.source, move.act): move for move in MOVES}
PERMISSION_OF = {move.act: move.permission for move in MOVES}
COMMANDERS = frozenset({A.CONTAIN, A.RESOLVE})  # the commander states these
JUDGING = frozenset({A.REVIEW, A.CLOSE})  # acts of somebody who did not lead the response
FINAL = frozenset({S.CLOSED, S.DUPLICATE})
