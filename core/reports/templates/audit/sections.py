"""How it is laid out: statement, cards, and a section a subject."""

from collections.abc import Mapping
from datetime import datetime

from core.audits.rules.life import AuditStatus, Result
from core.ledger.events import Event
from core.reports.history.ledger import ENTRY, Entry, of
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Digest,
    Facts,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
    Tone,
)  # fmt: skip
from core.reports.layout.words import NOTHING, badge, counted, day, moment, or_nothing
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.parts import columns_of
from core.reports.templates.values import Frame
from core.reports.texts import audit as texts
from core.reports.values.audit import AuditReport, FindingLine, SampleLine, TestLine

RESULTS = {Result.CONFORMS: Tone.GOOD, Result.DOES_NOT: Tone.STOPS, Result.NOT_APPLICABLE: Tone.NONE}


def statement(data: AuditReport) -> Statement:
    failed = sum(one.result is Result.DOES_NOT for one in data.tests)
    said = texts.STATEMENT.format(
        tests=len(data.tests), all=counted(len(data.tests) + data.undone, "test"), failed=failed,
        findings=counted(len(data.findings), "finding"), pending=data.pending,
    )  # fmt: skip
    if data.status is AuditStatus.CLOSED:
        return Statement(Badge(data.status.value.capitalize(), Tone.GOOD), said)
    tone = Tone.NONE if data.status is AuditStatus.CANCELLED else Tone.UNDER_WAY
    return Statement(Badge(data.status.value.capitalize(), tone), said)


def cards(data: AuditReport, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    values = (
        (sum(len(one.items) for one in data.samples), "samples / items"),
        (len(data.tests), "tests"),
        (sum(one.result is Result.DOES_NOT for one in data.tests), "tests / result does not conform"),
        (data.pending, "findings / status not verified closed"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def plan_section(data: AuditReport, citing: Citing) -> Section:
    thing, planned = f"audit {data.number}", (Event.AUDIT_PLANNED, Event.AUDIT_CHANGED)
    values: tuple[Cell, ...] = (
        data.title, data.objective, data.kind.value.capitalize(), or_nothing(data.conducted_by),
        or_nothing(data.reference), data.scope,
        citing.cited(f"{day(data.period_from)} to {day(data.period_to)}", thing, "period", *planned),
        citing.cited(f"{day(data.starts_at)} to {day(data.ends_at)}", thing, "dates", *planned),
        citing.name(data.lead), ", ".join(citing.name(one) for one in data.team),
        citing.cited(_by(data.planned_at, data.planned_by, citing), thing, "planned_at", Event.AUDIT_PLANNED),
        citing.moment(data.begun_at, thing, "begun_at", Event.AUDIT_BEGUN),
        citing.moment(data.issued_at, thing, "issued_at", Event.AUDIT_ISSUED),
    )  # fmt: skip
    return Section(texts.PLAN, (Facts(texts.PLAN, tuple(zip(texts.PLAN_ROWS, values, strict=True))),))


def _by(at: datetime | None, person: str | None, citing: Citing) -> str:
    """A moment and who acted; nothing where nobody did."""
    return f"{moment(at)}, {citing.name(person or '')}" if at else NOTHING


def criteria_section(data: AuditReport) -> Section:
    rows = tuple(
        (Stacked(one.key, one.clause), f"version {one.pack_version}", Stacked(one.title, one.text))
        for one in data.criteria
    )
    columns = columns_of(texts.CRITERIA_COLUMNS, 1.6, 1, 4)
    return table_or(texts.CRITERIA, texts.CRITERIA_CAPTION, columns, rows, texts.NO_CRITERIA)


def samples_section(data: AuditReport, citing: Citing) -> Section:
    if not data.samples:
        return Section(texts.SAMPLES, (Prose(texts.NO_SAMPLES, quiet=True),))
    blocks = [block for one in data.samples for block in _drawn(data, one, citing)]
    return Section(texts.SAMPLES, (*blocks, Prose(texts.AGAIN, quiet=True)))


def _drawn(data: AuditReport, one: SampleLine, citing: Citing) -> tuple[Block, ...]:
    thing, path, drawn = f"audit {data.number}", f"samples / {one.ordinal}", (Event.AUDIT_SAMPLE_DRAWN,)
    values: tuple[Cell, ...] = (
        one.population,
        citing.cited(
            f"{one.members:,}", thing, f"{path} / members", *drawn, at=one.drawn_at, digest=one.population_digest
        ),
        Digest(one.population_digest), one.method.capitalize(), Digest(one.seed), one.seed_source,
        citing.number(len(one.items), f"{path} / items"), or_nothing(one.reason),
        citing.cited(
            _by(one.drawn_at, one.drawn_by, citing), thing, f"{path} / drawn_at", *drawn, at=one.drawn_at
        ),
    )  # fmt: skip
    rows = tuple(
        (
            citing.number(place, f"{path} / items / {place}"),
            key,
            citing.said(str(tier), f"{path} / items / {place} / tier"),
            model,
        )
        for place, (key, tier, model) in enumerate(one.items, start=1)
    )
    columns = columns_of(texts.ITEMS_COLUMNS, 0.6, 2, 0.6, 2, right=(0, 2))
    facts = Facts(texts.SAMPLE_CAPTION.format(ordinal=one.ordinal), tuple(zip(texts.SAMPLE_ROWS, values, strict=True)))
    return facts, Table(texts.ITEMS_CAPTION.format(ordinal=one.ordinal), columns, rows)


def fieldwork_section(data: AuditReport, citing: Citing, told: Mapping[tuple[str, str], Entry]) -> Section:
    rows = tuple(
        (
            one.item,
            one.criterion,
            Badge(one.result.value.capitalize(), RESULTS[one.result]),
            or_nothing("\n".join(filter(None, (one.notes, one.reason)))),
            or_nothing(one.evidence),
            _concluded(one, citing, told),
        )
        for one in data.tests
    )
    columns = columns_of(texts.FIELDWORK_COLUMNS, 0.9, 1.4, 1.8, 2.3, 1, 1.7, right=(5,))
    return table_or(texts.FIELDWORK, texts.FIELDWORK_CAPTION, columns, rows, texts.NO_FIELDWORK)


def tests_on_record(data: AuditReport, frame: Frame) -> Mapping[tuple[str, str], Entry]:
    """By item and criterion, the newest entry that says the conclusion; none where its particulars were erased."""
    entries = frame.then.ledger.entries(of(Event.AUDIT_TESTED), ENTRY.entity_id == data.number)
    return {(one.text("item"), one.text("criterion")): one for one in entries}


def _concluded(one: TestLine, citing: Citing, told: Mapping[tuple[str, str], Entry]) -> Cell:
    entry, shown = told.get((one.item, one.criterion)), _by(one.tested_at, one.tested_by, citing)
    if entry is None:
        return citing.said(shown, f"tests / {one.item} / {one.criterion} / tested_at")
    return citing.entry(shown, entry.index, entry.leaf)


def findings_section(data: AuditReport, citing: Citing) -> Section:
    if not data.findings:
        return Section(texts.FINDINGS, (Prose(texts.NO_FINDINGS, quiet=True),))
    rows = tuple(
        (
            Stacked(one.number, one.title),
            one.grade.capitalize(),
            badge(one.status),
            citing.name(one.owner),
            citing.moment(one.raised_at, _thing(data, one), "raised_at", Event.AUDIT_FINDING_RAISED),
            citing.day(one.respond_by, _thing(data, one), "respond_by", Event.AUDIT_FINDING_RAISED),
        )
        for one in data.findings
    )
    columns = columns_of(texts.FINDINGS_COLUMNS, 2.6, 0.9, 1.3, 1.5, 1.6, 1.2, right=(4, 5))
    details = (_details(data, one, citing) for one in data.findings)
    return Section(texts.FINDINGS, (Table(texts.FINDINGS_CAPTION, columns, rows), *details))


def _thing(data: AuditReport, one: FindingLine) -> str:
    return f"audit finding {data.number} {one.number}"


def _details(data: AuditReport, one: FindingLine, citing: Citing) -> Facts:
    thing = _thing(data, one)
    response = f"{one.response.value.capitalize()}: {one.response_text}" if one.response else NOTHING
    values: tuple[Cell, ...] = (
        or_nothing(", ".join(filter(None, (one.item, one.by)))), one.condition, one.criterion, one.cause, one.effect,
        one.recommendation, or_nothing(one.reference), response,
        citing.cited(
            _by(one.responded_at, one.responded_by, citing), thing, "responded_at", Event.AUDIT_FINDING_ANSWERED
        ),
        citing.day(one.due_at, thing, "due_at", Event.AUDIT_FINDING_ANSWERED), or_nothing(one.done),
        citing.cited(_by(one.done_at, one.done_by, citing), thing, "done_at", Event.AUDIT_FINDING_DONE),
        or_nothing(one.sent_back), or_nothing(one.verification),
        citing.cited(
            _by(one.verified_at, one.verified_by, citing), thing, "verified_at", Event.AUDIT_FINDING_VERIFIED
        ),
    )  # fmt: skip
    return Facts(texts.FINDING_CAPTION.format(number=one.number), tuple(zip(texts.FINDING_ROWS, values, strict=True)))


def closing_section(data: AuditReport, citing: Citing) -> Section:
    if data.ended_at is None:
        return Section(texts.CLOSING, (Prose(texts.NOT_ENDED, quiet=True),))
    ended = _by(data.ended_at, data.ended_by, citing)
    values: tuple[Cell, ...] = (
        data.status.value.capitalize(),
        citing.cited(ended, f"audit {data.number}", "ended_at", Event.AUDIT_CLOSED, Event.AUDIT_CANCELLED),
        data.conclusion,
    )
    return Section(texts.CLOSING, (Facts(texts.CLOSING_CAPTION, tuple(zip(texts.CLOSING_ROWS, values, strict=True))),))
