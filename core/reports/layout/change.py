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
from core.reports.layout.words import NOTHING, badge, counted, day, moment, or_nothing, stored
from core.reports.texts.sections import change as texts
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
        return Section(texts.DECISION, (Prose(texts.APPROVAL_WAS_NOT_REQUESTED, quiet=True),))
    decided = tuple(block for one in dossier.decisions for block in _decision(one, people))
    return Section(texts.DECISION, (*exceptions_section(dossier, people), *decided))


def _decision(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    return (
        decision_statement(one),
        Facts(texts.CHANGE_REQUEST_NUMBER.format(number=one.number), _phases(one, people)),
        Heading(texts.CHECKLIST_OF.format(number=one.number)),
        _checklist(one, people) if one.checklist else Prose(texts.NO_ITEM_WAS_ASKED, quiet=True),
        Heading(texts.VOTES_ON.format(number=one.number)),
        _votes(one, people) if one.votes else Prose(texts.NO_VOTE_WAS_CAST, quiet=True),
        *_signatures(one, people),
        *_dissents(one, people),
        Heading(texts.CONDITIONS_OF.format(number=one.number)),
        _conditions(one, people) if one.conditions else Prose(texts.NO_CONDITION_WAS_SET, quiet=True),
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
        (texts.DECISION_DUE, people.cited(day(one.due_at), thing, "due_at", Event.CHANGE_REQUESTED)),
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
        (texts.REQUIRED_REVIEWED, people.cited(f"{required}; {reviewed}", f"exception {row.number}", "figure")),
        (texts.COMPENSATING_CONTROLS, row.controls),
        (
            texts.IN_FORCE,
            people.cited(
                texts.TO.format(begun=begun, ends_at=moment(row.ends_at)), f"exception {row.number}", "ends_at"
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


def _signatures(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    """What each vote was signed as."""
    signed = tuple((people.name(vote.person), vote.meaning) for vote in one.votes if vote.meaning)
    return (Facts(texts.WHAT_WAS_SIGNED_ON.format(number=one.number), signed),) if signed else ()


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
    return (Heading(texts.DISSENT_ON.format(number=one.number)), Facts(texts.IT_STANDS_BESIDE_THE, lines))


def _checklist(one: DecisionRecord, people: Reader) -> Table:
    columns = (
        Column(texts.ITEM, 2.4),
        Column(texts.CLAUSE, 2),
        Column(texts.ANSWER, 1.8),
        Column(texts.REASON, 1.6),
        Column(texts.ANSWERED_BY, 2.6),
    )
    return Table(
        texts.EVERY_ITEM_WITH_EVERY,
        columns,
        tuple(_item(item, f"change {one.number}", people) for item in one.checklist),
    )


def _item(item: ItemRecord, thing: str, people: Reader) -> tuple[Cell, ...]:
    by: Cell = NOTHING
    if item.answered_at is not None:
        frozen = texts.FROZEN if item.frozen_at else texts.NOT_FROZEN
        filled = texts.FILLED_BY_ITS_CHECK if item.filled else ""
        said = Stacked(people.name(item.author), f"{moment(item.answered_at)}, {frozen}{filled}")
        by = people.cited(said, thing, f"checklist / {item.code} / {item.author}", *ANSWERED)
    return (
        item.title if item.required else Stacked(item.title, texts.ADVISORY),
        item.clause,
        badge(item.answer) if item.answer else Badge(texts.NO_ANSWER, Tone.NONE),
        Stacked(item.reason or NOTHING, texts.SHOWN_BY.format(evidence=item.evidence))
        if item.evidence
        else item.reason or NOTHING,
        by,
    )


def _votes(one: DecisionRecord, people: Reader) -> Table:
    columns = (
        Column(texts.WHO, 1.9),
        Column(texts.VOTE, 1.3),
        Column(texts.WHY, 3),
        Column(texts.WHEN, 2, Align.RIGHT),
        Column(texts.EVIDENCE, 1),
    )
    return Table(
        texts.VOTES_IN_THE_ORDER,
        columns,
        tuple(_vote(vote, f"change {one.number}", people) for vote in one.votes),
    )


def _vote(vote: VoteRecord, thing: str, people: Reader) -> tuple[Cell, ...]:
    voided = (
        texts.VOID_SINCE.format(voided_at=moment(vote.voided_at)) if vote.voided_at else texts.VOID_THE_EVIDENCE_CHANGED
    )
    return (
        Stacked(people.name(vote.person), _speaks(vote, people)),
        badge(vote.choice) if vote.stands else Badge(texts.VOID, Tone.ATTENTION),
        vote.rationale if vote.stands else Stacked(vote.rationale, f"{badge(vote.choice).word}; {voided}"),
        people.cited(moment(vote.cast_at), thing, f"votes / {vote.person} / cast_at", Event.VOTE_CAST),
        Digest(vote.evidence_digest[:8]),
    )


def _speaks(vote: VoteRecord, people: Reader) -> str:
    """The voter's role, the functions that the vote speaks for, and for whom it was cast."""
    functions = texts.FOR.format(functions=texts.AND.join(vote.functions)) if vote.functions else ""
    whose = texts.IN_PLACE_OF.format(on_behalf_of=people.name(vote.on_behalf_of)) if vote.on_behalf_of else ""
    return f"{vote.role}{functions}{whose}"


def _conditions(one: DecisionRecord, people: Reader) -> Table:
    columns = (
        Column(texts.CONDITION, 3),
        Column(texts.OWNER, 1.4),
        Column(texts.DUE, 1, Align.RIGHT),
        Column(texts.SET_BY, 1.4),
        Column(texts.CAME_TO, 2),
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
    return Table(texts.CONDITIONS_OF_APPROVAL, columns, rows)


def _came_to(condition: ConditionRecord, thing: str, people: Reader) -> Cell:
    if condition.verified_at:
        said = Stacked(texts.VERIFIED, f"{moment(condition.verified_at)}, {people.name(condition.verified_by)}")
        return people.cited(said, thing, "conditions / verified_at", Event.CONDITION_VERIFIED)
    if condition.done_at:
        said = Stacked(texts.REPORTED_AS_DONE, f"{moment(condition.done_at)}, {people.name(condition.done_by)}")
        return people.cited(said, thing, "conditions / done_at", Event.CONDITION_REPORTED)
    return texts.OPEN
