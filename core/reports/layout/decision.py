"""Findings, effective challenge, and the decision through its four phases."""

from core.approval.rules import Choice
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
from core.reports.layout.words import NOTHING, Legend, badge, counted, day, moment, or_nothing, sentence
from core.reports.values import (
    ChallengeRecord,
    ConclusionRecord,
    DecisionRecord,
    Dossier,
    FindingRecord,
    ItemRecord,
    VoteRecord,
)
from core.validation.rules import FindingStatus, Severity


def findings(dossier: Dossier, people: Legend) -> Section:
    """Every finding with its remediation and closing, in the order given."""
    if not dossier.findings:
        return Section("Findings", (Prose("No finding was raised.", quiet=True),))
    ordered = sorted(dossier.findings, key=_urgency)
    columns = (
        Column("Finding", 0.8),
        Column("What was found", 3),
        Column("Severity", 1.1),
        Column("Status", 1.5),
        Column("Owner", 1.5),
        Column("Due", 1.2, Align.RIGHT),
    )
    rows = tuple(
        (
            finding.number,
            finding.title,
            badge(finding.severity),
            badge(finding.status),
            people.name(finding.owner),
            day(finding.due_at),
        )
        for finding in ordered
    )
    table = Table(f"{findings_counted(dossier)}, worst first", columns, rows)
    return Section("Findings", (table, *(block for one in ordered for block in _finding(one, people))))


def _urgency(finding: FindingRecord) -> tuple[bool, int, str]:
    """What is not closed before what is, then the severest, then by number."""
    closed = finding.status is FindingStatus.VERIFIED_CLOSED
    return (closed, -list(Severity).index(finding.severity), finding.number)


def findings_counted(dossier: Dossier) -> str:
    """3 findings, 1 not verified closed."""
    pending = sum(finding.status is not FindingStatus.VERIFIED_CLOSED for finding in dossier.findings)
    return f"{counted(len(dossier.findings), 'finding')}, {pending} not verified closed"


def challenge(dossier: Dossier, people: Legend) -> Section:
    """Questions and answers on record, then how the validation was concluded."""
    questions: tuple[Block, ...] = (
        tuple(_question(question, people) for question in dossier.challenge)
        if dossier.challenge
        else (Prose("No question was asked.", quiet=True),)
    )
    concluded: tuple[Block, ...] = (
        tuple(block for one in dossier.conclusions for block in _conclusion(one, dossier, people))
        if dossier.conclusions
        else (Prose("The validation is not concluded.", quiet=True),)
    )
    return Section("Effective challenge", (*questions, Heading("Conclusion"), *concluded))


def decision(dossier: Dossier, people: Legend) -> Section:
    """Request, checklist, votes, conditions and execution of each change request."""
    if not dossier.decisions:
        return Section("Decision", (Prose("Approval was not requested.", quiet=True),))
    return Section("Decision", tuple(block for one in dossier.decisions for block in _decision(one, people)))


def _finding(finding: FindingRecord, people: Legend) -> tuple[Block, ...]:
    remediated = (
        f"{finding.remediation}\n{people.name(finding.remediated_by)}, {moment(finding.remediated_at)}"
        if finding.remediated_at
        else NOTHING
    )
    closed = (
        f"{finding.closing_note}\n{people.name(finding.closed_by)}, {moment(finding.closed_at)}"
        if finding.closed_at
        else NOTHING
    )
    return (
        Facts(
            f"Finding {finding.number}",
            (
                ("Finding", Stacked(f"{finding.number} {finding.title}", "")),
                ("What was found", or_nothing(finding.detail)),
                ("Raised", f"{moment(finding.raised_at)}, {people.name(finding.raised_by)}"),
                ("Remediation", remediated),
                ("Closing", closed),
            ),
        ),
    )


def _question(question: ChallengeRecord, people: Legend) -> Facts:
    asked = f"{people.name(question.asked_by)}, {moment(question.asked_at)}"
    answered = (
        f"{people.name(question.answered_by)}, {moment(question.answered_at)}" if question.answered_at else "Open"
    )
    return Facts(
        f"Question {question.number}",
        (
            (f"Question {question.number}", Stacked(question.question, asked)),
            ("Answer", Stacked(or_nothing(question.answer), answered)),
        ),
    )


def _conclusion(one: ConclusionRecord, dossier: Dossier, people: Legend) -> tuple[Block, ...]:
    stands = one.evidence_digest == dossier.version.evidence_digest
    basis = "on the evidence at hand" if stands else "on earlier evidence, so it no longer stands"
    return (
        Statement(
            badge(one.outcome) if stands else Badge("Superseded", Tone.NONE),
            f"{sentence(one.outcome)} {basis}.",
            f"{people.name(one.concluded_by)}, {moment(one.concluded_at)}\nEvidence digest {one.evidence_digest}",
        ),
        Prose(one.summary),
    )


def _decision(one: DecisionRecord, people: Legend) -> tuple[Block, ...]:
    return (
        decision_statement(one),
        Facts(f"Change request {one.number}", _phases(one, people)),
        Heading(f"Checklist of {one.number}"),
        _checklist(one, people) if one.checklist else Prose("No item was asked.", quiet=True),
        Heading(f"Votes on {one.number}"),
        _votes(one, people) if one.votes else Prose("No vote was cast.", quiet=True),
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
        badge(one.status), f"Change request {one.number}: {said}{f', {rejections} to reject' if rejections else ''}."
    )


def _phases(one: DecisionRecord, people: Legend) -> tuple[tuple[str, Cell], ...]:
    executed = f"{moment(one.executed_at)}, {people.name(one.executed_by)}" if one.executed_at else NOTHING
    return (
        ("Request", f"{moment(one.requested_at)}, {people.name(one.requested_by)}"),
        ("Why", or_nothing(one.rationale)),
        ("Decision due", day(one.due_at)),
        ("Approval", f"{moment(one.decided_at)}" if one.decided_at else NOTHING),
        ("Approved evidence", Digest(one.approved_digest) if one.approved_digest else NOTHING),
        ("Execution", f"{executed}{f', replaced {one.replaced}' if one.replaced else ''}"),
    )


def _checklist(one: DecisionRecord, people: Legend) -> Table:
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
        tuple(_item(item, people) for item in one.checklist),
    )


def _item(item: ItemRecord, people: Legend) -> tuple[Cell, ...]:
    by: Cell = NOTHING
    if item.answered_at is not None:
        frozen = "frozen" if item.frozen_at else "not frozen"
        by = Stacked(people.name(item.author), f"{moment(item.answered_at)}, {frozen}")
    return (
        item.title if item.required else Stacked(item.title, "advisory"),
        item.clause,
        badge(item.answer) if item.answer else Badge("No answer", Tone.NONE),
        item.reason or NOTHING,
        by,
    )


def _votes(one: DecisionRecord, people: Legend) -> Table:
    columns = (
        Column("Who", 1.9),
        Column("Vote", 1.3),
        Column("Why", 3),
        Column("When", 2, Align.RIGHT),
        Column("Evidence", 1),
    )
    return Table("Votes in the order they were cast", columns, tuple(_vote(vote, people) for vote in one.votes))


def _vote(vote: VoteRecord, people: Legend) -> tuple[Cell, ...]:
    voided = f"void since {moment(vote.voided_at)}" if vote.voided_at else "void: the evidence changed"
    return (
        Stacked(people.name(vote.person), vote.role),
        badge(vote.choice) if vote.stands else Badge("Void", Tone.ATTENTION),
        vote.rationale if vote.stands else Stacked(vote.rationale, f"{badge(vote.choice).word}; {voided}"),
        moment(vote.cast_at),
        Digest(vote.evidence_digest[:8]),
    )


def _conditions(one: DecisionRecord, people: Legend) -> Table:
    columns = (Column("Condition", 3), Column("Owner", 1.4), Column("Due", 1, Align.RIGHT), Column("Set by", 1.4))
    rows = tuple(
        (condition.text, people.name(condition.owner), day(condition.due_at), people.name(condition.set_by))
        for condition in one.conditions
    )
    return Table("Conditions of approval", columns, rows)
