"""The decision through its four phases, and policy exceptions."""

from core.approval.rules import Choice
from core.ledger.events import Event
from core.reports.layout.blocks import (
    Block,
    Cell,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    Stacked,
    Statement,
)
from core.reports.layout.traced import Reader
from core.reports.layout.votes import checklist, conditions, dissents, signatures, votes
from core.reports.layout.words import NOTHING, badge, counted, day, moment, or_nothing, stored
from core.reports.texts.sections import change as texts
from core.reports.values import DecisionRecord, Dossier, ExceptionRecord

DECIDED = (Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_WITHDRAWN)
ASKED = (Event.CHANGE_REQUESTED, Event.CHANGE_RETURNED)
GRANTED = (Event.EXCEPTION_GRANTED, Event.CHANGE_REQUESTED)  # in force by the one, asked for by the other


def decision(dossier: Dossier, people: Reader) -> Section:
    """Request, checklist, votes, conditions and execution of each change request."""
    if not dossier.decisions:
        return Section(texts.DECISION, (Prose(texts.APPROVAL_WAS_NOT_REQUESTED, quiet=True),))
    decided = tuple(block for one in dossier.decisions for block in _decision(one, people))
    return Section(texts.DECISION, (*exceptions_section(dossier, people), *decided))


def _decision(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    return (
        decision_statement(one),
        Facts(texts.CHANGE_REQUEST_NUMBER.format(number=one.number), _phases(one, people)),
        Heading(texts.CHECKLIST_OF.format(number=one.number)),
        checklist(one, people) if one.checklist else Prose(texts.NO_ITEM_WAS_ASKED, quiet=True),
        Heading(texts.VOTES_ON.format(number=one.number)),
        votes(one, people) if one.votes else Prose(texts.NO_VOTE_WAS_CAST, quiet=True),
        *signatures(one, people),
        *dissents(one, people),
        Heading(texts.CONDITIONS_OF.format(number=one.number)),
        conditions(one, people) if one.conditions else Prose(texts.NO_CONDITION_WAS_SET, quiet=True),
    )


def decision_statement(one: DecisionRecord) -> Statement:
    """The state of the request and how its votes stand against the quorum."""
    standing = [vote for vote in one.votes if vote.stands]
    approvals = sum(vote.choice is Choice.APPROVE for vote in standing)
    rejections = len(standing) - approvals
    said = texts.TO_APPROVE_OF_REQUIRED.format(approvals=counted(approvals, "vote"), quorum=one.quorum)
    return Statement(
        badge(one.status),
        texts.STATEMENT.format(
            number=one.number,
            kind=one.kind,
            said=said,
            further=_further(one),
            more=texts.TO_REJECT.format(rejections=rejections) if rejections else "",
        ),
    )


def _further(one: DecisionRecord) -> str:
    """The functions that must be among the votes, and whether dissent stands beside them."""
    functions = texts.AMONG_THEM.format(functions=texts.AND.join(one.functions)) if one.functions else ""
    dissents = sum(dissent.stands for dissent in one.dissents)
    return functions + (texts.ON_RECORD.format(dissents=counted(dissents, "dissent")) if dissents else "")


def _phases(one: DecisionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    thing, requested = f"change {one.number}", f"{moment(one.requested_at)}, {people.name(one.requested_by)}"
    executed = f"{moment(one.executed_at)}, {people.name(one.executed_by)}" if one.executed_at else NOTHING
    executed += texts.REPLACED.format(replaced=one.replaced) if one.replaced else ""
    return (
        (texts.KIND, stored(one.kind)),
        (texts.REQUEST, people.cited(requested, thing, "requested_at", Event.CHANGE_REQUESTED)),
        (texts.WHY, or_nothing(one.rationale)),
        *_asked(one, people),
        *_returned(one, people),
        (texts.DECISION_DUE, people.cited(day(one.due_at), thing, "due_at", *ASKED)),
        (texts.APPROVAL, people.cited(moment(one.decided_at), thing, "decided_at", *DECIDED)),
        (texts.APPROVED_EVIDENCE, Digest(one.approved_digest) if one.approved_digest else NOTHING),
        (texts.EXECUTION, people.cited(executed, thing, "executed_at", Event.CHANGE_EXECUTED)),
    )


def _asked(one: DecisionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    """What a restricted use or an exception asks for beside the version."""
    if one.restriction:
        return (
            (
                texts.LIFTS_THE_RESTRICTION_OF.format(lifts=one.lifts) if one.lifts else texts.RESTRICTION,
                one.restriction,
            ),
        )
    if one.exception is None:
        return ()
    return exception_lines(one.exception, people)


def exception_lines(row: ExceptionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    """One exception as lines of a list of facts."""
    required = NOTHING if row.threshold is None else f"{row.threshold:g}"
    reviewed = NOTHING if row.figure is None else f"{row.figure:.3f}"
    begun = moment(row.starts_at) if row.starts_at else texts.NOT_IN_FORCE
    return (
        (
            texts.EXCEPTION.format(number=row.number),
            Stacked(texts.CLAUSE_AND_TITLE.format(clause=row.clause, title=row.title), f"{row.covers}; {row.state}"),
        ),
        (
            texts.REQUIRED_REVIEWED,
            people.cited(f"{required}; {reviewed}", f"exception {row.number}", "figure", *GRANTED),
        ),
        (texts.COMPENSATING_CONTROLS, row.controls),
        (
            texts.IN_FORCE,
            people.cited(
                texts.TO.format(begun=begun, ends_at=moment(row.ends_at)),
                f"exception {row.number}",
                "ends_at",
                *GRANTED,
            ),
        ),
    )


def exceptions_section(dossier: Dossier, people: Reader) -> tuple[Block, ...]:
    """Every policy exception of the version, as a list of facts each."""
    return tuple(
        Facts(
            texts.POLICY_EXCEPTION.format(number=row.number),
            ((texts.CHANGE_REQUEST, row.change), *exception_lines(row, people)),
        )
        for row in dossier.exceptions
    )


def _returned(one: DecisionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    if one.returned_at is None:
        return ()
    by = f"{moment(one.returned_at)}, {people.name(one.returned_by)}"
    said = people.cited(Stacked(one.return_reason, by), f"change {one.number}", "returned_at", Event.CHANGE_SENT_BACK)
    return ((texts.RETURNED_FOR_CHANGES, said),)
