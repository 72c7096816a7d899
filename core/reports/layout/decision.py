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
from core.reports.layout.words import NOTHING, badge, counted, day, moment, or_nothing, stored
from core.reports.texts.sections import decision as texts
from core.reports.values import (
    ChallengeRecord,
    ConclusionRecord,
    Dossier,
    FindingRecord,
)
from core.validation.rules import FindingStatus, Severity

DUE = (Event.FINDING_RAISED, Event.FINDING_EXTENDED)


def findings(dossier: Dossier, people: Reader) -> Section:
    """Every finding with its remediation and closing, in the order given."""
    if not dossier.findings:
        return Section(texts.FINDINGS, (Prose(texts.NO_FINDING_WAS_RAISED, quiet=True),))
    ordered = sorted(dossier.findings, key=_urgency)
    columns = (
        Column(texts.FINDING, 0.8),
        Column(texts.WHAT_WAS_FOUND, 3),
        Column(texts.SEVERITY, 1.1),
        Column(texts.STATUS, 1.5),
        Column(texts.OWNER, 1.5),
        Column(texts.DUE, 1.2, Align.RIGHT),
    )
    rows = tuple(
        (
            finding.number,
            finding.title,
            badge(finding.severity),
            badge(finding.status),
            people.name(finding.owner),
            people.cited(day(finding.due_at), f"finding {finding.number}", "due_at", *DUE),
        )
        for finding in ordered
    )
    table = Table(texts.WORST_FIRST.format(findings_counted=findings_counted(dossier)), columns, rows)
    return Section(texts.FINDINGS, (table, *(block for one in ordered for block in _finding(one, people))))


def _urgency(finding: FindingRecord) -> tuple[bool, int, str]:
    """What is not closed before what is, then the severest, then by number."""
    closed = finding.status is FindingStatus.VERIFIED_CLOSED
    return (closed, -list(Severity).index(finding.severity), finding.number)


def findings_counted(dossier: Dossier) -> str:
    """3 findings, 1 not verified closed."""
    pending = sum(finding.status is not FindingStatus.VERIFIED_CLOSED for finding in dossier.findings)
    return texts.NOT_VERIFIED_CLOSED.format(findings=counted(len(dossier.findings), "finding"), pending=pending)


def challenge(dossier: Dossier, people: Reader) -> Section:
    """Questions and answers on record, then how the validation was concluded."""
    questions: tuple[Block, ...] = (
        tuple(_question(question, people) for question in dossier.challenge)
        if dossier.challenge
        else (Prose(texts.NO_QUESTION_WAS_ASKED, quiet=True),)
    )
    concluded: tuple[Block, ...] = (
        tuple(block for one in dossier.conclusions for block in _conclusion(one, dossier, people))
        if dossier.conclusions
        else (Prose(texts.THE_VALIDATION_IS_NOT, quiet=True),)
    )
    return Section(texts.EFFECTIVE_CHALLENGE, (*questions, Heading(texts.CONCLUSION), *concluded))


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
            texts.FINDING_NUMBER.format(number=finding.number),
            (
                (texts.FINDING, Stacked(f"{finding.number} {finding.title}", "")),
                (texts.WHAT_WAS_FOUND, or_nothing(finding.detail)),
                (texts.RAISED, people.cited(raised, thing, "raised_at", Event.FINDING_RAISED)),
                (texts.REMEDIATION, people.cited(remediated, thing, "remediated_at", Event.FINDING_REMEDIATED)),
                (texts.CLOSING, people.cited(closed, thing, "closed_at", Event.FINDING_CLOSED)),
            ),
        ),
    )


def _question(question: ChallengeRecord, people: Reader) -> Facts:
    thing = f"question {question.number}"
    asked = f"{people.name(question.asked_by)}, {moment(question.asked_at)}"
    answered = (
        f"{people.name(question.answered_by)}, {moment(question.answered_at)}" if question.answered_at else texts.OPEN
    )
    return Facts(
        texts.QUESTION.format(number=question.number),
        (
            (
                texts.QUESTION.format(number=question.number),
                people.cited(Stacked(question.question, asked), thing, "asked_at", Event.QUESTION_ASKED),
            ),
            (
                texts.ANSWER,
                people.cited(
                    Stacked(or_nothing(question.answer), answered), thing, "answered_at", Event.QUESTION_ANSWERED
                ),
            ),
        ),
    )


def _conclusion(one: ConclusionRecord, dossier: Dossier, people: Reader) -> tuple[Block, ...]:
    stands = one.evidence_digest == dossier.version.evidence_digest
    basis = texts.ON_THE_EVIDENCE_AT if stands else texts.ON_EARLIER_EVIDENCE_SO
    return (
        Statement(
            badge(one.outcome) if stands else Badge(texts.SUPERSEDED, Tone.NONE),
            f"{stored(one.outcome)} {basis}.",
            texts.EVIDENCE_DIGEST.format(
                concluded_by=people.name(one.concluded_by),
                concluded_at=moment(one.concluded_at),
                evidence_digest=one.evidence_digest,
            ),
        ),
        Prose(one.summary),
    )
