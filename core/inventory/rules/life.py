"""The life of a model version: its stages, the one table of moves between them, and the duties that may not meet."""

from dataclasses import dataclass
from enum import StrEnum

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal


class Stage(StrEnum):
    """Where a version stands in the cycle."""

    DRAFT = "draft"
    IN_VALIDATION = "in validation"
    VALIDATED = "validated"
    NOT_VALIDATED = "not validated"
    IN_APPROVAL = "in approval"
    APPROVED = "approved"
    IN_PRODUCTION = "in production"
    SUPERSEDED = "superseded"
    RETIRED = "retired"


class Action(StrEnum):
    """What can be done with a version."""

    UPLOAD_EVIDENCE = "upload evidence"
    START_VALIDATION = "start validation"
    ASK = "ask a question"
    ANSWER = "answer a question"
    RAISE_FINDING = "raise a finding"
    REMEDIATE_FINDING = "remediate a finding"
    CLOSE_FINDING = "close a finding"
    CONCLUDE_VALIDATED = "conclude as validated"
    CONCLUDE_NOT_VALIDATED = "conclude as not validated"
    REQUEST_CHANGE = "request approval"
    WITHDRAW_CHANGE = "withdraw the request"
    RESUME_CHANGE = "resume the request"
    RETURN_CHANGE = "return for changes"
    RETURN_TO_VALIDATION = "return to validation"
    ANSWER_ITEM = "answer a checklist item"
    VOTE_APPROVE = "vote to approve"
    VOTE_REJECT = "vote to reject"
    APPROVE = "approve"
    REJECT = "reject"
    EXECUTE = "execute the change"
    SUPERSEDE = "supersede"
    RETURN = "return to production"
    RETIRE = "retire"


class Duty(StrEnum):
    """A part in the life of one version; some parts may not meet in one person."""

    DEVELOPMENT = "development"
    VALIDATION = "validation"
    APPROVAL = "approval"
    EXECUTION = "execution"
    NONE = "none"


@dataclass(frozen=True)
class Move:
    """One line of the table: from `source`, `action` leads to `target`, for holders of `permission`, as `duty`."""

    source: Stage
    action: Action
    target: Stage
    permission: Permission
    duty: Duty


P, S, A, D = Permission, Stage, Action, Duty
FOLLOWED = (  # where findings are settled: one on a version that was taken back does not stay open for ever
    S.IN_VALIDATION, S.VALIDATED, S.NOT_VALIDATED, S.IN_APPROVAL, S.APPROVED, S.IN_PRODUCTION, S.SUPERSEDED,
)  # fmt: skip
MOVES: tuple[Move, ...] = (
    # new evidence always leads back to validation: what was concluded or voted rested on other evidence
    *(
        Move(stage, A.UPLOAD_EVIDENCE, stage if stage is S.DRAFT else S.IN_VALIDATION, P.EVIDENCE_UPLOAD, D.DEVELOPMENT)
        for stage in (S.DRAFT, S.IN_VALIDATION, S.VALIDATED, S.NOT_VALIDATED, S.IN_APPROVAL)
    ),
    *(
        Move(stage, A.START_VALIDATION, S.IN_VALIDATION, P.VALIDATION_START, D.DEVELOPMENT)
        for stage in (S.DRAFT, S.IN_VALIDATION)
    ),
    *(
        Move(stage, A.ASK, stage, P.CHALLENGE_ASK, D.VALIDATION)
        for stage in (S.IN_VALIDATION, S.VALIDATED, S.IN_APPROVAL)
    ),
    *(
        Move(stage, A.ANSWER, stage, P.CHALLENGE_ANSWER, D.DEVELOPMENT)
        for stage in (S.IN_VALIDATION, S.VALIDATED, S.NOT_VALIDATED, S.IN_APPROVAL)
    ),
    *(
        Move(stage, A.RAISE_FINDING, stage, P.FINDING_RAISE, D.VALIDATION)
        for stage in (S.IN_VALIDATION, S.VALIDATED, S.IN_APPROVAL, S.APPROVED, S.IN_PRODUCTION, S.SUPERSEDED)
    ),
    *(Move(stage, A.REMEDIATE_FINDING, stage, P.FINDING_REMEDIATE, D.DEVELOPMENT) for stage in FOLLOWED),
    *(Move(stage, A.CLOSE_FINDING, stage, P.FINDING_CLOSE, D.VALIDATION) for stage in FOLLOWED),
    Move(S.IN_VALIDATION, A.CONCLUDE_VALIDATED, S.VALIDATED, P.VALIDATION_CONCLUDE, D.VALIDATION),
    Move(S.IN_VALIDATION, A.CONCLUDE_NOT_VALIDATED, S.NOT_VALIDATED, P.VALIDATION_CONCLUDE, D.VALIDATION),
    # who submits a version contributes to it, and can neither validate nor approve it
    Move(S.VALIDATED, A.REQUEST_CHANGE, S.IN_APPROVAL, P.CHANGE_REQUEST, D.DEVELOPMENT),
    Move(S.VALIDATED, A.RESUME_CHANGE, S.IN_APPROVAL, P.CHANGE_REQUEST, D.DEVELOPMENT),
    # new evidence leaves the request open while the version is validated again; it can be withdrawn then too
    *(
        Move(stage, A.WITHDRAW_CHANGE, S.VALIDATED if stage is S.IN_APPROVAL else stage, P.CHANGE_REQUEST, D.NONE)
        for stage in (S.IN_APPROVAL, S.IN_VALIDATION, S.VALIDATED, S.NOT_VALIDATED)
    ),
    Move(S.IN_APPROVAL, A.ANSWER_ITEM, S.IN_APPROVAL, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.IN_APPROVAL, A.VOTE_APPROVE, S.IN_APPROVAL, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.IN_APPROVAL, A.VOTE_REJECT, S.IN_APPROVAL, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.IN_APPROVAL, A.RETURN_CHANGE, S.VALIDATED, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.IN_APPROVAL, A.RETURN_TO_VALIDATION, S.IN_VALIDATION, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.IN_APPROVAL, A.APPROVE, S.APPROVED, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.IN_APPROVAL, A.REJECT, S.NOT_VALIDATED, P.CHANGE_VOTE, D.APPROVAL),
    Move(S.APPROVED, A.EXECUTE, S.IN_PRODUCTION, P.CHANGE_EXECUTE, D.EXECUTION),
    Move(S.IN_PRODUCTION, A.SUPERSEDE, S.SUPERSEDED, P.CHANGE_EXECUTE, D.EXECUTION),
    # the way back to a version that stood before; nothing leads out of retirement
    Move(S.SUPERSEDED, A.RETURN, S.IN_PRODUCTION, P.PRODUCTION_RETURN, D.EXECUTION),
    *(
        Move(stage, A.RETIRE, S.RETIRED, P.CHANGE_EXECUTE, D.EXECUTION)
        for stage in (S.APPROVED, S.IN_PRODUCTION, S.SUPERSEDED)
    ),
)
BY_ACTION = {(move.source, move.action): move for move in MOVES}
PERMISSION_OF = {move.action: move.permission for move in MOVES}
DUTY_OF = {move.action: move.duty for move in MOVES}
CLOSED = frozenset({S.APPROVED, S.IN_PRODUCTION, S.SUPERSEDED, S.RETIRED})


class Line(StrEnum):
    """The branch a version belongs to."""

    STABLE = "stable"
    EXPERIMENTAL = "experimental"


@dataclass(frozen=True)
class VersionFacts:
    """What the rules need to know of a version: stage, line, and who did what on it, by person."""

    stage: Stage
    contributors: frozenset[str] = frozenset()
    validators: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    line: Line = Line.STABLE


def move_refusals(facts: VersionFacts, action: Action, actor: Actor) -> tuple[Refusal, ...]:
    """Every reason from stage, permission and segregation of duties; empty means allowed."""
    return (
        *stage_refusals(facts, action),
        *permission_refusals(actor, PERMISSION_OF[action]),
        *duty_refusals(facts, DUTY_OF[action], actor),
        *line_refusals(facts, action),
    )


TOWARDS_PRODUCTION = frozenset({A.REQUEST_CHANGE, A.RESUME_CHANGE, A.EXECUTE})


def line_refusals(facts: VersionFacts, action: Action) -> tuple[Refusal, ...]:
    """An experimental version is compared with what is in use and never takes its place."""
    if facts.line is Line.STABLE or action not in TOWARDS_PRODUCTION:
        return ()
    return (
        Refusal(
            "experimental",
            "The version is on the experimental line, which does not lead to production",
            "lines of versions",
            "Move it to the stable line, then validate it there.",
        ),
    )


def stage_refusals(facts: VersionFacts, action: Action) -> tuple[Refusal, ...]:
    """Empty when the table of moves has a line for this stage and action."""
    if (facts.stage, action) in BY_ACTION:
        return ()
    sources = [move.source for move in MOVES if move.action is action]
    return (
        Refusal(
            "stage",
            f"The version is {facts.stage}; to {action} it must be {' or '.join(sources)}",
            "life cycle",
            "Register a new version." if facts.stage in CLOSED else "",
        ),
    )


def duty_refusals(facts: VersionFacts, duty: Duty, actor: Actor) -> tuple[Refusal, ...]:
    """Development, validation and approval of one version lie with different people, whichever came first."""
    done = (
        (Duty.DEVELOPMENT, facts.contributors, "contributed to this version"),
        (Duty.VALIDATION, facts.validators, "took part in the validation of this version"),
        (Duty.APPROVAL, facts.approvers, "voted on this version"),
    )
    if duty not in {part for part, _, _ in done}:
        return ()
    return tuple(
        Refusal(
            f"duty-{part}",
            f"You {what}, so its {duty} is not yours",
            "segregation of duties",
            "Ask a colleague who took no part.",
        )
        for part, people, what in done
        if part is not duty and actor.people & people
    )
