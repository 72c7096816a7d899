"""The decision through its four phases: request, checklist, votes with dissent, conditions, and exceptions."""

from core.approval.rules import Choice
from core.ledger.events import Event
from core.reports.layout.blocks import (
    Align,
    Badge,
    Block,
    Cell,
    Column,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.traced import Reader
from core.reports.layout.words import NOTHING, badge, counted, day, moment, or_nothing, sentence
from core.reports.values import (
    ConditionRecord,
    DecisionRecord,
    Dossier,
    ExceptionRecord,
    ItemRecord,
    VoteRecord,
)

DECIDED = (Event.CHANGE_APPROVED, Event.CHANGE_REJECTED, Event.CHANGE_WITHDRAWN)
ANSWERED = (Event.CHECKLIST_ANSWERED, Event.CHECKLIST_FROZEN)


def decision(dossier: Dossier, people: Reader) -> Section:
    """Request, checklist, votes, conditions and execution of each change request."""
    if not dossier.decisions:
        return Section("Decision", (Prose("Approval was not requested.", quiet=True),))
    decided = tuple(block for one in dossier.decisions for block in _decision(one, people))
    return Section("Decision", (*exceptions_section(dossier, people), *decided))


def _decision(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    return (
        decision_statement(one),
        Facts(f"Change request {one.number}", _phases(one, people)),
        Heading(f"Checklist of {one.number}"),
        _checklist(one, people) if one.checklist else Prose("No item was asked.", quiet=True),
        Heading(f"Votes on {one.number}"),
        _votes(one, people) if one.votes else Prose("No vote was cast.", quiet=True),
        *_signatures(one, people),
        *_dissents(one, people),
        Heading(f"Conditions of {one.number}"),
        _conditions(one, people) if one.conditions else Prose("No condition was set.", quiet=True),
    )


def decision_statement(one: DecisionRecord) -> Statement:
    """The state of the request and how its votes stand against the quorum."""
    standing = [vote for vote in one.votes if vote.stands]
    approvals = sum(vote.choice is Choice.APPROVE for vote in standing)
    rejections = len(standing) - approvals
    said = f"{counted(approvals, 'vote')} to approve of {one.quorum} required"
    return Statement(
        badge(one.status),
        f"Change request {one.number}, {one.kind}: {said}{_further(one)}"
        f"{f', {rejections} to reject' if rejections else ''}.",
    )


def _further(one: DecisionRecord) -> str:
    """The functions that must be among the votes, and whether dissent stands beside them."""
    functions = f", among them {' and '.join(one.functions)}" if one.functions else ""
    dissents = sum(dissent.stands for dissent in one.dissents)
    return functions + (f", {counted(dissents, 'dissent')} on record" if dissents else "")


def _phases(one: DecisionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    thing, requested = f"change {one.number}", f"{moment(one.requested_at)}, {people.name(one.requested_by)}"
    executed = f"{moment(one.executed_at)}, {people.name(one.executed_by)}" if one.executed_at else NOTHING
    executed += f", replaced {one.replaced}" if one.replaced else ""
    return (
        ("Kind", sentence(one.kind)),
        ("Request", people.cited(requested, thing, "requested_at", Event.CHANGE_REQUESTED)),
        ("Why", or_nothing(one.rationale)),
        *_asked(one, people),
        *_returned(one, people),
        ("Decision due", people.cited(day(one.due_at), thing, "due_at", Event.CHANGE_REQUESTED)),
        ("Approval", people.cited(moment(one.decided_at), thing, "decided_at", *DECIDED)),
        ("Approved evidence", Digest(one.approved_digest) if one.approved_digest else NOTHING),
        ("Execution", people.cited(executed, thing, "executed_at", Event.CHANGE_EXECUTED)),
    )


def _asked(one: DecisionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    """What a restricted use or an exception asks for beside the version."""
    if one.restriction:
        return ((f"Lifts the restriction of {one.lifts}" if one.lifts else "Restriction", one.restriction),)
    if one.exception is None:
        return ()
    return exception_lines(one.exception, people)


def exception_lines(row: ExceptionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    """One exception as lines of a list of facts."""
    required = NOTHING if row.threshold is None else f"{row.threshold:g}"
    reviewed = NOTHING if row.figure is None else f"{row.figure:.3f}"
    begun = moment(row.starts_at) if row.starts_at else "not in force"
    return (
        (f"Exception {row.number}", Stacked(f"Clause {row.clause}, {row.title}", f"{row.covers}; {row.state}")),
        ("Required, reviewed", people.cited(f"{required}; {reviewed}", f"exception {row.number}", "figure")),
        ("Compensating controls", row.controls),
        ("In force", people.cited(f"{begun} to {moment(row.ends_at)}", f"exception {row.number}", "ends_at")),
    )


def exceptions_section(dossier: Dossier, people: Reader) -> tuple[Block, ...]:
    """Every policy exception of the version, as a list of facts each."""
    return tuple(
        Facts(f"Policy exception {row.number}", (("Change request", row.change), *exception_lines(row, people)))
        for row in dossier.exceptions
    )


def _returned(one: DecisionRecord, people: Reader) -> tuple[tuple[str, Cell], ...]:
    if one.returned_at is None:
        return ()
    by = f"{moment(one.returned_at)}, {people.name(one.returned_by)}"
    said = people.cited(Stacked(one.return_reason, by), f"change {one.number}", "returned_at", Event.CHANGE_SENT_BACK)
    return (("Returned for changes", said),)


def _signatures(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    """What each vote was signed as."""
    signed = tuple((people.name(vote.person), vote.meaning) for vote in one.votes if vote.meaning)
    return (Facts(f"What was signed on {one.number}", signed),) if signed else ()


def _dissents(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    if not one.dissents:
        return ()
    lines = tuple(
        (
            people.name(dissent.person),
            people.cited(
                Stacked(
                    dissent.text,
                    f"{', '.join(dissent.functions) or 'no function'}; {moment(dissent.written_at)}"
                    f"{'' if dissent.stands else '; void: the evidence changed'}",
                ),
                f"change {one.number}",
                f"dissents / {dissent.person} / written_at",
                Event.DISSENT_WRITTEN,
            ),
        )
        for dissent in one.dissents
    )
    return (Heading(f"Dissent on {one.number}"), Facts("It stands beside the votes and stops nothing", lines))


def _checklist(one: DecisionRecord, people: Reader) -> Table:
    columns = (
        Column("Item", 2.4),
        Column("Clause", 2),
        Column("Answer", 1.8),
        Column("Reason", 1.6),
        Column("Answered by", 2.6),
    )
    return Table(
        "Every item with every approver's answer, in the policy's order",
        columns,
        tuple(_item(item, f"change {one.number}", people) for item in one.checklist),
    )


def _item(item: ItemRecord, thing: str, people: Reader) -> tuple[Cell, ...]:
    by: Cell = NOTHING
    if item.answered_at is not None:
        frozen = "frozen" if item.frozen_at else "not frozen"
        filled = ", filled by its check" if item.filled else ""
        said = Stacked(people.name(item.author), f"{moment(item.answered_at)}, {frozen}{filled}")
        by = people.cited(said, thing, f"checklist / {item.code} / {item.author}", *ANSWERED)
    return (
        item.title if item.required else Stacked(item.title, "advisory"),
        item.clause,
        badge(item.answer) if item.answer else Badge("No answer", Tone.NONE),
        Stacked(item.reason or NOTHING, f"shown by {item.evidence}") if item.evidence else item.reason or NOTHING,
        by,
    )


def _votes(one: DecisionRecord, people: Reader) -> Table:
    columns = (
        Column("Who", 1.9),
        Column("Vote", 1.3),
        Column("Why", 3),
        Column("When", 2, Align.RIGHT),
        Column("Evidence", 1),
    )
    return Table(
        "Votes in the order they were cast",
        columns,
        tuple(_vote(vote, f"change {one.number}", people) for vote in one.votes),
    )


def _vote(vote: VoteRecord, thing: str, people: Reader) -> tuple[Cell, ...]:
    voided = f"void since {moment(vote.voided_at)}" if vote.voided_at else "void: the evidence changed"
    return (
        Stacked(people.name(vote.person), _speaks(vote, people)),
        badge(vote.choice) if vote.stands else Badge("Void", Tone.ATTENTION),
        vote.rationale if vote.stands else Stacked(vote.rationale, f"{badge(vote.choice).word}; {voided}"),
        people.cited(moment(vote.cast_at), thing, f"votes / {vote.person} / cast_at", Event.VOTE_CAST),
        Digest(vote.evidence_digest[:8]),
    )


def _speaks(vote: VoteRecord, people: Reader) -> str:
    """The voter's role, the functions that the vote speaks for, and for whom it was cast."""
    functions = f" for {' and '.join(vote.functions)}" if vote.functions else ""
    whose = f", in place of {people.name(vote.on_behalf_of)}" if vote.on_behalf_of else ""
    return f"{vote.role}{functions}{whose}"


def _conditions(one: DecisionRecord, people: Reader) -> Table:
    columns = (
        Column("Condition", 3),
        Column("Owner", 1.4),
        Column("Due", 1, Align.RIGHT),
        Column("Set by", 1.4),
        Column("Came to", 2),
    )
    rows = tuple(
        (
            condition.text,
            people.name(condition.owner),
            people.cited(day(condition.due_at), f"change {one.number}", "conditions / due_at", Event.CONDITION_SET),
            people.name(condition.set_by),
            _came_to(condition, f"change {one.number}", people),
        )
        for condition in one.conditions
    )
    return Table("Conditions of approval", columns, rows)


def _came_to(condition: ConditionRecord, thing: str, people: Reader) -> Cell:
    if condition.verified_at:
        said = Stacked("Verified", f"{moment(condition.verified_at)}, {people.name(condition.verified_by)}")
        return people.cited(said, thing, "conditions / verified_at", Event.CONDITION_VERIFIED)
    if condition.done_at:
        said = Stacked("Reported as done", f"{moment(condition.done_at)}, {people.name(condition.done_by)}")
        return people.cited(said, thing, "conditions / done_at", Event.CONDITION_REPORTED)
    return "Open"
