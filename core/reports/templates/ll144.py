"""The summary that New York City Local Law 144 wants published, from the newest finished run of a version."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, select

from core.inventory.moves import load_version
from core.inventory.tables import Dataset, ModelVersion
from core.ledger.events import Event
from core.metrics.bias_audit import AuditFacts, BiasAuditResult, day, summarise
from core.policy.service import policy_by_id
from core.reports.assembling.decisions import history_entries
from core.reports.history.tracing import source_lines
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Digest,
    Facts,
    Heading,
    Prose,
    Section,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.words import count, counted, number, sentence
from core.reports.templates.citing import Citing, table_or
from core.reports.templates.dossier import TABLES as DOSSIER_TABLES
from core.reports.templates.parts import columns_of, document_of, people_of, scope_of
from core.reports.templates.texts import ll144 as texts
from core.reports.templates.values import Built, Frame, Template
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, Gap, SubjectKind
from core.validation.audit_facts import stated_audit_facts
from core.validation.evidence import latest_run
from core.validation.results import from_json
from core.validation.small_cells import shown
from core.validation.tables import BiasAuditStatement, Evidence, Run

TABLES = (*DOSSIER_TABLES, BiasAuditStatement)
VERSION = "LL144 summary 2"


@dataclass(frozen=True)
class CategoryLine:
    """One category of one table, nothing rounded."""

    axis: str
    classification: str
    category: str
    people: int
    selected: int
    rate: float | None
    impact_ratio: float | None
    reference: bool
    tied: bool
    remark: str


@dataclass(frozen=True)
class MissingLine:
    """An element that the rule wants and that is not on record."""

    element: str
    clause: str


@dataclass(frozen=True)
class AuditSummary:
    """The summary as data; `run` is empty where no bias audit was computed."""

    scope: str
    as_of: datetime
    tool: str
    run: str
    finished_at: datetime | None
    result_digest: str
    evidence: str
    file_digest: str
    auditor: str
    audit_date: date | None
    distribution_date: date | None
    data_source: str
    data_explanation: str
    data_kind: str
    why_test_data: str
    how_test_data: str
    usable_until: date | None
    reminders: tuple[str, ...]
    rows: int
    output: str
    categories: tuple[CategoryLine, ...]
    unknown: int
    missing: tuple[MissingLine, ...]
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The summary of the version as it was."""
    model, version = load_version(session, asked.subject.number, asked.subject.version)
    run = latest_run(session, version)
    found = _audit_of(session, run) if run and run.result else None
    people = people_of(session, {frame.generated_by})
    data = _data(session, asked, model.name, version, run, found, people)
    entries = history_entries(session, frame.then.ledger, model, version, ())
    citing = Citing(frame, people, source_lines(entries))
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=data.scope,
        statement=_statement(data),
        cards=_cards(data, citing),
        sections=(_tables(data, citing, found), _source(data, citing), _missing(data)),
        people=people,
    )
    gaps = tuple(Gap(texts.MISSING, texts.GAP.format(element=one.element, clause=one.clause)) for one in data.missing)
    gaps = gaps or (() if found else (Gap(texts.TABLES, texts.NONE_COMPUTED),))
    about = tuple(one.index for one in entries if one.action == Event.RUN_FINISHED)
    return Built(document, data, about, gaps=gaps)


def _data(
    session: Session,
    asked: Asked,
    tool: str,
    version: ModelVersion,
    run: Run | None,
    found: BiasAuditResult | None,
    people: tuple[PersonLine, ...],
) -> AuditSummary:
    evidence = session.get(Evidence, run.evidence_id) if run else None
    dataset = session.exec(select(Dataset).where(Dataset.id == version.test_dataset_id)).first()
    finished = run.finished_at if run else None
    known = AuditFacts(
        tool=tool, audit_date=finished.date() if finished else None, data_source=dataset.source if dataset else ""
    )
    facts = _with_stated(known, stated_audit_facts(session, version.id or 0))
    summary = summarise(found, facts, on=asked.as_of.date()) if found else None
    return AuditSummary(
        scope=scope_of(session, asked),
        as_of=asked.as_of,
        tool=facts.tool,
        run=run.number if run and found else "",
        finished_at=finished if found else None,
        result_digest=run.result_digest if run and found else "",
        evidence=evidence.number if evidence and found else "",
        file_digest=evidence.file_digest if evidence and found else "",
        auditor=facts.auditor,
        audit_date=facts.audit_date,
        distribution_date=facts.distribution_date,
        data_source=facts.data_source,
        data_explanation=facts.data_explanation,
        data_kind=facts.data_kind.words if facts.data_kind else "",
        why_test_data=facts.why_test_data,
        how_test_data=facts.how_test_data,
        usable_until=summary.usable_until if summary else None,
        reminders=summary.reminders if summary else (),
        rows=found.rows if found else 0,
        output=found.output.value if found else "",
        categories=_categories(found) if found else (),
        unknown=max((table.unknown for table in found.tables), default=0) if found else 0,
        missing=tuple(MissingLine(one.element, one.clause) for one in summary.missing) if summary else (),
        people=people,
    )


def _audit_of(session: Session, run: Run) -> BiasAuditResult | None:
    policy = policy_by_id(session, run.policy_version_id).policy
    return shown(from_json(run.result), policy.smallest_cell).bias_audit


def _with_stated(known: AuditFacts, stated: AuditFacts | None) -> AuditFacts:
    """What somebody stated; where they left it out, what the record knows by itself."""
    if stated is None:
        return known
    return replace(
        stated,
        tool=stated.tool or known.tool,
        audit_date=stated.audit_date or known.audit_date,
        data_source=stated.data_source or known.data_source,
    )


def _categories(found: BiasAuditResult) -> tuple[CategoryLine, ...]:
    return tuple(
        CategoryLine(
            axis=table.axis.words,
            classification=table.classification,
            category=row.category,
            people=row.n,
            selected=row.selected,
            rate=row.rate,
            impact_ratio=row.impact_ratio,
            reference=row.category == table.reference,
            tied=row.category in table.ties,
            remark=row.reason,
        )
        for table in found.tables
        for row in table.rows
    )


def _lowest(data: AuditSummary) -> CategoryLine | None:
    judged = [one for one in data.categories if one.impact_ratio is not None and not one.reference]
    return min(judged, key=lambda one: one.impact_ratio or 0.0, default=None)


def _statement(data: AuditSummary) -> Statement:
    if not data.run:
        return Statement(Badge(texts.NO_AUDIT, Tone.NONE), texts.NONE_COMPUTED)
    axes = {(one.axis, one.classification) for one in data.categories}
    said = texts.STATEMENT.format(
        tables=counted(len(axes), "table"), people=counted(data.rows - data.unknown, "person", "people")
    )
    lowest = _lowest(data)
    below = texts.LOWEST.format(ratio=number(lowest.impact_ratio, 3), category=lowest.category) if lowest else ""
    badge = Badge(texts.NOT_READY, Tone.ATTENTION) if data.missing else Badge(texts.WHOLE, Tone.GOOD)
    return Statement(badge, said, below)


def _cards(data: AuditSummary, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    lowest, run = _lowest(data), f"run {data.run}"
    axes = {(one.axis, one.classification) for one in data.categories}
    ratio = number(lowest.impact_ratio, 3) if lowest else number(None)
    path = f"bias audit / {lowest.axis} / {lowest.category} / impact_ratio" if lowest else ""
    values = (
        citing.cited(count(data.rows or None), run, "bias audit / rows", digest=data.result_digest),
        citing.number(len(axes), "categories / distinct axis"),
        citing.cited(ratio, run, path, digest=data.result_digest),
        citing.number(len(data.missing), "missing"),
    )
    return tuple(zip(texts.CARDS, values, strict=True))


def _tables(data: AuditSummary, citing: Citing, found: BiasAuditResult | None) -> Section:
    if found is None:
        return Section(texts.TABLES, (Prose(texts.NONE_COMPUTED, quiet=True),))
    titles = [
        one.format(counted=sentence(found.output.counted), rate=sentence(found.output.rate)) for one in texts.COLUMNS
    ]
    columns = columns_of(titles, 2.6, 1, 1.1, 1.2, 1.2, 2.2, right=(1, 2, 3, 4))
    blocks: list[Block] = []
    for table in found.tables:
        named = f"{table.axis.words}, {table.classification}" if table.classification else table.axis.words
        lines = [
            one for one in data.categories if (one.axis, one.classification) == (table.axis.words, table.classification)
        ]
        rows = tuple(_row(one, data, citing) for one in lines)
        note = texts.UNKNOWN.format(people=counted(table.unknown, "person", "people"))
        blocks += [Heading(sentence(named)), Table(texts.TABLE.format(axis=named), columns, rows, note)]
        blocks += [Prose(table.reason, quiet=True)] if table.reason else []
    return Section(texts.TABLES, tuple(blocks))


def _row(one: CategoryLine, data: AuditSummary, citing: Citing) -> tuple[Cell, ...]:
    def cell(shown: str, figure: str) -> Cell:
        path = f"bias audit / {one.axis} / {one.category} / {figure}"
        return citing.cited(shown, f"run {data.run}", path, Event.RUN_FINISHED, digest=data.result_digest)

    remark = texts.REFERENCE if one.reference else texts.TIED if one.tied else one.remark
    return (
        one.category,
        cell(count(one.people), "n"),
        cell(count(one.selected), "selected"),
        cell(number(one.rate, 3), "rate"),
        cell(number(one.impact_ratio, 3), "impact_ratio"),
        remark or "–",
    )


def _source(data: AuditSummary, citing: Citing) -> Section:
    run = f"run {data.run}"
    values: tuple[Cell, ...] = (
        data.run or "–",
        citing.moment(data.finished_at, run, "finished_at", Event.RUN_FINISHED),
        Digest(data.file_digest) if data.file_digest else "–",
        day(data.audit_date) if data.audit_date else "–",
        day(data.distribution_date) if data.distribution_date else "–",
        data.auditor or "–",
        data.data_source or "–",
        data.data_kind or "–",
        data.data_explanation or "–",
        citing.cited(count(data.rows or None), run, "bias audit / rows", digest=data.result_digest),
    )
    rows = tuple(zip(texts.DATA_ROWS, values, strict=True))
    tested = [
        Prose(f"{title}: {told}")
        for title, told in zip(texts.TEST_DATA, (data.why_test_data, data.how_test_data), strict=True)
        if told
    ]
    reminders = [Prose(f"{one}.") for one in data.reminders]
    return Section(texts.DATA, (Facts(texts.DATA_CAPTION, rows), *tested, *reminders, Prose(texts.FACTS, quiet=True)))


def _missing(data: AuditSummary) -> Section:
    rows = tuple((sentence(one.element), one.clause) for one in data.missing)
    columns = columns_of(texts.MISSING_COLUMNS, 3, 2)
    return table_or(texts.MISSING, texts.MISSING_CAPTION, columns, rows, texts.NOTHING_MISSING)


LL144 = Template("ll144", texts.TITLE, VERSION, (SubjectKind.VERSION,), False, texts.WHAT, TABLES, build)
