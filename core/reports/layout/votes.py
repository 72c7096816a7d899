"""What approvers made of a change request: checklist, votes, dissent, and conditions."""

from core.ledger.events import Event
from core.reports.layout.blocks import Align, Badge, Block, Cell, Column, Digest, Facts, Heading, Stacked, Table, Tone
from core.reports.layout.traced import Reader
from core.reports.layout.words import NOTHING, badge, day, moment
from core.reports.texts.sections import change as texts
from core.reports.values import ConditionRecord, DecisionRecord, ItemRecord, VoteRecord


def signatures(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    """What each vote was signed as."""
    signed = tuple((people.name(vote.person), vote.meaning) for vote in one.votes if vote.meaning)
    return (Facts(texts.WHAT_WAS_SIGNED_ON.format(number=one.number), signed),) if signed else ()


def dissents(one: DecisionRecord, people: Reader) -> tuple[Block, ...]:
    """What was written against the majority."""
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
                by=dissent.person,
                at=dissent.written_at,
            ),
        )
        for dissent in one.dissents
    )
    return (Heading(texts.DISSENT_ON.format(number=one.number)), Facts(texts.IT_STANDS_BESIDE_THE, lines))


def checklist(one: DecisionRecord, people: Reader) -> Table:
    """Every approver's answer to every item."""
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
        event = Event.CHECKLIST_FROZEN if item.filled else Event.CHECKLIST_ANSWERED  # kept in the voter's place
        path = f"checklist / {item.code} / {item.author}"
        by = people.cited(said, thing, path, event, by=item.author or "", of=item.code, at=item.answered_at)
    return (
        item.title if item.required else Stacked(item.title, texts.ADVISORY),
        item.clause,
        badge(item.answer) if item.answer else Badge(texts.NO_ANSWER, Tone.NONE),
        Stacked(item.reason or NOTHING, texts.SHOWN_BY.format(evidence=item.evidence))
        if item.evidence
        else item.reason or NOTHING,
        by,
    )


def votes(one: DecisionRecord, people: Reader) -> Table:
    """Every vote, void ones too."""
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
        people.cited(
            moment(vote.cast_at),
            thing,
            f"votes / {vote.person} / cast_at",
            Event.VOTE_CAST,
            by=vote.person,
            at=vote.cast_at,
        ),
        Digest(vote.evidence_digest[:8]),
    )


def _speaks(vote: VoteRecord, people: Reader) -> str:
    """The voter's role, the functions that the vote speaks for, and for whom it was cast."""
    functions = texts.FOR.format(functions=texts.AND.join(vote.functions)) if vote.functions else ""
    whose = texts.IN_PLACE_OF.format(on_behalf_of=people.name(vote.on_behalf_of)) if vote.on_behalf_of else ""
    return f"{vote.role}{functions}{whose}"


def conditions(one: DecisionRecord, people: Reader) -> Table:
    """Every condition of approval, and what became of it."""
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
            people.cited(
                day(condition.due_at),
                f"change {one.number}",
                "conditions / due_at",
                Event.CONDITION_SET,
                by=condition.set_by,
                of=condition.text,
            ),
            people.name(condition.set_by),
            _came_to(condition, f"change {one.number}", people),
        )
        for condition in one.conditions
    )
    return Table(texts.CONDITIONS_OF_APPROVAL, columns, rows)


def _came_to(condition: ConditionRecord, thing: str, people: Reader) -> Cell:
    if condition.verified_at:
        said = Stacked(texts.VERIFIED, f"{moment(condition.verified_at)}, {people.name(condition.verified_by)}")
        path = "conditions / verified_at"
        return people.cited(said, thing, path, Event.CONDITION_VERIFIED, of=condition.text)
    if condition.done_at:
        said = Stacked(texts.REPORTED_AS_DONE, f"{moment(condition.done_at)}, {people.name(condition.done_by)}")
        path = "conditions / done_at"
        return people.cited(said, thing, path, Event.CONDITION_REPORTED, of=condition.text)
    return texts.OPEN
