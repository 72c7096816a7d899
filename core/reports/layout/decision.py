"""Findings and effective challenge."""

from core.ledger.events import Event
from core.reports.layout.blocks import (
    Align,
    Badge,
    Block,
    Column,
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
    ChallengeRecord,
    ConclusionRecord,
    Dossier,
    FindingRecord,
)
from core.validation.rules import FindingStatus, Severity


def findings(dossier: Dossier, people: Reader) -> Section:
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
            people.cited(day(finding.due_at), f"finding {finding.number}", "due_at"),
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


def challenge(dossier: Dossier, people: Reader) -> Section:
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


def _finding(finding: FindingRecord, people: Reader) -> tuple[Block, ...]:
    thing, raised = f"finding {finding.number}", f"{moment(finding.raised_at)}, {people.name(finding.raised_by)}"
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
                ("Raised", people.cited(raised, thing, "raised_at", Event.FINDING_RAISED)),
                ("Remediation", people.cited(remediated, thing, "remediated_at", Event.FINDING_REMEDIATED)),
                ("Closing", people.cited(closed, thing, "closed_at", Event.FINDING_CLOSED)),
            ),
        ),
    )


def _question(question: ChallengeRecord, people: Reader) -> Facts:
    thing = f"question {question.number}"
    asked = f"{people.name(question.asked_by)}, {moment(question.asked_at)}"
    answered = (
        f"{people.name(question.answered_by)}, {moment(question.answered_at)}" if question.answered_at else "Open"
    )
    return Facts(
        f"Question {question.number}",
        (
            (f"Question {question.number}", people.cited(Stacked(question.question, asked), thing, "asked_at")),
            ("Answer", people.cited(Stacked(or_nothing(question.answer), answered), thing, "answered_at")),
        ),
    )


def _conclusion(one: ConclusionRecord, dossier: Dossier, people: Reader) -> tuple[Block, ...]:
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
