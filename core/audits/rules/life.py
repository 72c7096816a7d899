"""The words of audits, and the one table of moves: from where, which act leads where, for whom."""

from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Permission


class AuditKind(StrEnum):
    """Who audits: the organisation itself, or somebody from outside whose record is mirrored."""

    INTERNAL = "internal"
    EXTERNAL = "external"


class AuditStatus(StrEnum):
    """Where an audit stands; closed and cancelled are final, reopening is a new audit."""

    PLANNED = "planned"
    FIELDWORK = "fieldwork"
    FOLLOW_UP = "follow-up"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What can be done in an audit."""

    CHANGE = "change the plan"
    DRAW = "draw a sample"
    BEGIN = "begin fieldwork"
    TEST = "record fieldwork"
    RAISE = "raise a finding"
    ISSUE = "issue the findings"
    RESPOND = "respond to a finding"
    REPORT = "report a finding as done"
    SEND_BACK = "send a finding back"
    VERIFY = "verify a finding"
    CLOSE = "close the audit"
    CANCEL = "cancel the audit"


class By(StrEnum):
    """Whose act it is."""

    LEAD = "lead"
    TEAM = "audit team"
    OWNER = "owner of the finding"


class Result(StrEnum):
    """What fieldwork concluded for one item and one criterion."""

    CONFORMS = "conforms"
    DOES_NOT = "does not conform"
    NOT_APPLICABLE = "not applicable"


class FindingStatus(StrEnum):
    """Where an audit finding stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DONE = "done"
    VERIFIED = "verified closed"


class Response(StrEnum):
    """How management answers a finding."""

    AGREED = "agreed"
    PARTLY = "partly agreed"
    RISK_ACCEPTED = "risk accepted"


@dataclass(frozen=True)
class Move:
    """One line of the table: from `source`, `act` leads to `target`, for holders of `permission` who are `by`."""

    source: AuditStatus
    act: Act
    target: AuditStatus
    permission: Permission
    by: By


S, A, P = AuditStatus, Act, Permission
MOVES: tuple[Move, ...] = (
    Move(S.PLANNED, A.CHANGE, S.PLANNED, P.AUDIT_RUN, By.LEAD),
    Move(S.PLANNED, A.DRAW, S.PLANNED, P.AUDIT_RUN, By.LEAD),
    Move(S.PLANNED, A.BEGIN, S.FIELDWORK, P.AUDIT_RUN, By.LEAD),
    Move(S.PLANNED, A.CANCEL, S.CANCELLED, P.AUDIT_RUN, By.LEAD),
    Move(S.FIELDWORK, A.DRAW, S.FIELDWORK, P.AUDIT_RUN, By.LEAD),
    Move(S.FIELDWORK, A.TEST, S.FIELDWORK, P.AUDIT_RUN, By.TEAM),
    Move(S.FIELDWORK, A.RAISE, S.FIELDWORK, P.AUDIT_RUN, By.TEAM),
    Move(S.FIELDWORK, A.ISSUE, S.FOLLOW_UP, P.AUDIT_RUN, By.LEAD),
    Move(S.FIELDWORK, A.CANCEL, S.CANCELLED, P.AUDIT_RUN, By.LEAD),
    # what was found is answered as soon as it is said, and until it is verified
    *(
        move
        for stage in (S.FIELDWORK, S.FOLLOW_UP)
        for move in (
            Move(stage, A.RESPOND, stage, P.AUDIT_RESPOND, By.OWNER),
            Move(stage, A.REPORT, stage, P.AUDIT_RESPOND, By.OWNER),
            Move(stage, A.SEND_BACK, stage, P.AUDIT_RUN, By.TEAM),
            Move(stage, A.VERIFY, stage, P.AUDIT_RUN, By.TEAM),
        )
    ),
    Move(S.FOLLOW_UP, A.CLOSE, S.CLOSED, P.AUDIT_RUN, By.LEAD),
)
BY_ACT = {(move.source, move.act): move for move in MOVES}
PERMISSION_OF = {move.act: move.permission for move in MOVES}
BY_OF = {move.act: move.by for move in MOVES}
# acts that judge, or choose what is judged; the others leave the judgement as it is
JUDGING = frozenset({A.DRAW, A.BEGIN, A.TEST, A.RAISE, A.ISSUE, A.SEND_BACK, A.VERIFY, A.CLOSE})
FINAL = frozenset({S.CLOSED, S.CANCELLED})
# in which of its own states a finding can be acted on
FINDING_FROM = {
    A.RESPOND: frozenset({FindingStatus.OPEN, FindingStatus.ANSWERED}),
    A.REPORT: frozenset({FindingStatus.ANSWERED}),
    A.SEND_BACK: frozenset({FindingStatus.ANSWERED, FindingStatus.DONE}),
    A.VERIFY: frozenset({FindingStatus.DONE}),
}
