"""The validation report and the fairness report of one version, from the same evidence as the dossier."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.inventory.moves import load_version
from core.ledger.events import Event
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind
from core.reports.assembling.dossier import assemble_as_of
from core.reports.layout.blocks import Badge, Cell, Section, Stacked, Statement, Tone
from core.reports.layout.decision import challenge, findings
from core.reports.layout.fairness import fairness, fairness_sentence
from core.reports.layout.validation import validation, verdict_statement
from core.reports.layout.words import badge, precise, required
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.dossier import TABLES
from core.reports.templates.parts import columns_of, document_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import fairness as fairness_texts
from core.reports.texts import validation as texts
from core.reports.values import (
    ChallengeRecord,
    ConclusionRecord,
    Dossier,
    FairnessTable,
    FindingRecord,
    ModelRecord,
    PersonLine,
    PolicyRecord,
    RunRecord,
    VersionRecord,
)
from core.reports.values.report import Asked, SubjectKind
from core.validation.rules import FindingStatus

VERSION, FAIRNESS_VERSION = "validation report 2", "fairness report 2"


@dataclass(frozen=True)
class ValidationReport:
    """The validation of a version as it stood; runs newest first."""

    scope: str
    as_of: datetime
    model: ModelRecord
    version: VersionRecord
    policy: PolicyRecord
    runs: tuple[RunRecord, ...]
    findings: tuple[FindingRecord, ...]
    challenge: tuple[ChallengeRecord, ...]
    conclusions: tuple[ConclusionRecord, ...]
    people: tuple[PersonLine, ...]


@dataclass(frozen=True)
class FairnessReport:
    """The fairness tables of the newest finished run, and that run."""

    scope: str
    as_of: datetime
    model: ModelRecord
    version: VersionRecord
    policy: PolicyRecord
    run: RunRecord | None
    tables: tuple[FairnessTable, ...]
    people: tuple[PersonLine, ...]


def build_validation(session: Session, asked: Asked, frame: Frame) -> Built:
    """The validation of the version as it was."""
    held, scope, entries = _held(session, asked, frame)
    reader = Citing(frame, held.people, held.sources)
    data = ValidationReport(
        scope, asked.as_of, held.model, held.version, held.policy, held.runs, held.findings, held.challenge,
        held.conclusions, held.people,
    )  # fmt: skip
    run = held.current_run
    statement = verdict_statement(run) if run else Statement(Badge(texts.NO_VERDICT, Tone.NONE), texts.NOT_JUDGED)
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=scope,
        statement=statement,
        cards=_cards(data, reader),
        sections=(validation(held, reader), findings(held, reader), challenge(held, reader)),
        people=held.people,
    )
    return Built(document, data, entries, held.attachments)


def build_fairness(session: Session, asked: Asked, frame: Frame) -> Built:
    """The fairness of the version as it was."""
    held, scope, entries = _held(session, asked, frame)
    reader = Citing(frame, held.people, held.sources)
    run = next((one for one in held.runs if one.result_digest), None)
    data = FairnessReport(scope, asked.as_of, held.model, held.version, held.policy, run, held.fairness, held.people)
    document = document_of(
        asked,
        frame,
        title=fairness_texts.TITLE,
        version=FAIRNESS_VERSION,
        scope=scope,
        statement=_fairness_statement(data),
        cards=_fairness_cards(data, reader),
        sections=(fairness(held, reader), _checks(data, reader)),
        people=held.people,
    )
    return Built(document, data, entries, held.attachments)


def _held(session: Session, asked: Asked, frame: Frame) -> tuple[Dossier, str, tuple[int, ...]]:
    _, version = load_version(session, asked.subject.number, asked.subject.version)
    held = assemble_as_of(
        session, version.id or 0, frame.then.ledger, reference=frame.reference, origin=frame.origin,
        generated_by=frame.generated_by, at=frame.at, as_of=asked.as_of,
    )  # fmt: skip
    name = f"version {asked.subject.number} {asked.subject.version}"
    entries = tuple(line.index for line in held.history if line.entity == name)
    return held, scope_of(session, asked), entries


def _cards(data: ValidationReport, reader: Citing) -> tuple[tuple[str, Cell], ...]:
    run = next((one for one in data.runs if one.current), None)
    verdicts = run.verdicts if run else ()
    lost = sum(row.required and row.verdict is not Verdict.PASS for row in verdicts)
    pending = sum(one.status is not FindingStatus.VERIFIED_CLOSED for one in data.findings)
    unanswered = sum(one.answered_at is None for one in data.challenge)
    values = (
        (len(verdicts), "runs / current / verdicts"),
        (lost, "runs / current / verdicts / required and not passed"),
        (pending, "findings / not verified closed"),
        (unanswered, "challenge / without an answer"),
    )
    return tuple((title, reader.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _fairness_statement(data: FairnessReport) -> Statement:
    if not data.tables:
        return Statement(Badge(fairness_texts.NOT_ASSESSED, Tone.NONE), fairness_texts.NO_TABLES)
    order = (Verdict.FAIL, Verdict.INSUFFICIENT, Verdict.PASS)
    worst = min(data.tables, key=lambda table: order.index(table.verdict))
    return Statement(badge(worst.verdict), fairness_sentence(worst))


def _fairness_cards(data: FairnessReport, reader: Citing) -> tuple[tuple[str, Cell], ...]:
    groups = [(table, group) for table in data.tables for group in table.groups if group.judged]
    below = sum(
        not group.reference and group.impact_ratio.value is not None and group.impact_ratio.value < table.threshold
        for table, group in groups
    )
    values = (
        (len(data.tables), "tables"),
        (len(groups), "tables / groups / judged"),
        (below, "tables / groups / impact_ratio below threshold"),
        (data.run.rows if data.run else 0, "run / rows"),
    )
    return tuple((title, reader.number(*value)) for title, value in zip(fairness_texts.CARDS, values, strict=True))


def _checks(data: FairnessReport, reader: Citing) -> Section:
    run = data.run
    kinds = (CheckKind.FAIRNESS, CheckKind.BIAS_AUDIT)
    rows = tuple(
        (
            Stacked(row.title, row.subject) if row.subject else row.title,
            reader.cited(
                precise(row.value, row.threshold), f"run {run.number}", f"{row.kind} / {row.metric} / {row.subject}",
                Event.RUN_FINISHED, digest=run.result_digest,
            ),
            reader.cited(
                required(row.direction, row.threshold), f"policy {run.policy}", f"clause {row.clause}",
                Event.POLICY_PUBLISHED,
            ),
            row.clause,
            badge(row.verdict),
        )
        for row in (run.verdicts if run else ())
        if run and row.kind in kinds
    )  # fmt: skip
    columns = columns_of(fairness_texts.CHECKS_COLUMNS, 3, 1.2, 1.4, 0.9, 1.8, right=(1, 2))
    words = fairness_texts
    return table_or(words.CHECKS, words.CHECKS_CAPTION, columns, rows, words.NO_CHECKS)


VALIDATION = Template(
    "validation", texts.TITLE, VERSION, (SubjectKind.VERSION,), False, texts.WHAT, TABLES, build_validation
)
FAIRNESS = Template(
    "fairness", fairness_texts.TITLE, FAIRNESS_VERSION, (SubjectKind.VERSION,), False, fairness_texts.WHAT, TABLES,
    build_fairness,
)  # fmt: skip
