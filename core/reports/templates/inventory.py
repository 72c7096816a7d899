"""The inventory statement: what models there were, how they stood, and what was due."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.inventory.deployments.rules import PRODUCTION
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.reports.history import Entry
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Cited,
    Prose,
    Section,
    Source,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.words import Legend, badge, count, counted, day
from core.reports.templates.parts import columns_of, counted_source, document_of, people_of, scope_of
from core.reports.templates.values import Built, Frame, Template
from core.reports.texts import inventory as texts
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, SubjectKind
from core.validation.rules import FindingStatus
from core.validation.tables import Finding

VERSION = "inventory statement 1"
TABLES = (Person, RoleGrant, Model, ModelVersion, ProductionPointer, Finding)


@dataclass(frozen=True)
class InventoryLine:
    """One model as it stood; `entry` is the newest ledger entry about it by then and `leaf` its hash."""

    number: str
    name: str
    business_line: str
    tier: int
    owner: str
    version: str | None  # the newest
    stage: Stage | None
    production: str | None
    production_since: datetime | None
    findings: int  # not closed
    next_review: datetime | None
    overdue: bool
    retired_at: datetime | None
    retired_reason: str
    entry: int | None
    leaf: str


@dataclass(frozen=True)
class InventoryStatement:
    """The statement as data: models in use first, most material first, then by number."""

    scope: str
    as_of: datetime
    models: tuple[InventoryLine, ...]
    retired: tuple[InventoryLine, ...]
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """The statement of the whole inventory as it was."""
    lines = _lines(session, asked.as_of, frame)
    used = tuple(sorted((one for one in lines if one.retired_at is None), key=lambda one: (one.tier, one.number)))
    gone = sorted((one for one in lines if one.retired_at), key=lambda one: one.retired_at or asked.as_of, reverse=True)
    people = people_of(session, {one.owner for one in lines} | {frame.generated_by})
    data = InventoryStatement(scope_of(session, asked), asked.as_of, used, tuple(gone), people)
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=data.scope,
        statement=_statement(data),
        cards=_cards(data, frame),
        sections=(_summary(data, frame), _models(data, Legend(people)), _retired(data)),
        people=people,
    )
    return Built(document, data, tuple(sorted({one.entry for one in lines if one.entry is not None})))


def _lines(session: Session, as_of: datetime, frame: Frame) -> list[InventoryLine]:
    newest: dict[int, ModelVersion] = {}
    versions = {row.id: row for row in session.exec(select(ModelVersion).order_by(col(ModelVersion.id)))}
    for version in versions.values():
        newest[version.model_id] = version
    pointers = {
        row.model_id: row
        for row in session.exec(select(ProductionPointer).where(ProductionPointer.environment == PRODUCTION))
    }
    closed = FindingStatus.VERIFIED_CLOSED
    found = session.exec(select(Finding.version_id).where(Finding.status != closed)).all()
    findings = Counter(versions[one].model_id for one in found)
    entries = frame.then.ledger.newest("model")
    return [
        _line(row, newest.get(row.id or 0), pointers.get(row.id or 0), versions, findings[row.id or 0], entries, as_of)
        for row in session.exec(select(Model).order_by(col(Model.id)))
    ]


def _line(
    row: Model,
    newest: ModelVersion | None,
    pointer: ProductionPointer | None,
    versions: dict[int | None, ModelVersion],
    findings: int,
    entries: dict[str, Entry],
    as_of: datetime,
) -> InventoryLine:
    entry = entries.get(row.number)
    return InventoryLine(
        number=row.number,
        name=row.name,
        business_line=row.business_line,
        tier=row.tier,
        owner=row.owner,
        version=newest.version if newest else None,
        stage=newest.stage if newest else None,
        production=versions[pointer.version_id].version if pointer else None,
        production_since=pointer.since if pointer else None,
        findings=findings,
        next_review=row.next_review,
        overdue=row.retired_at is None and row.next_review is not None and row.next_review < as_of,
        retired_at=row.retired_at,
        retired_reason=row.retired_reason,
        entry=entry.index if entry else None,
        leaf=entry.leaf if entry else "",
    )


def _statement(data: InventoryStatement) -> Statement:
    overdue = sum(one.overdue for one in data.models)
    if not data.models:
        return Statement(Badge(texts.GOOD, Tone.NONE), texts.NOTHING)
    said = texts.STATEMENT.format(
        models=counted(len(data.models), "model"), production=count(sum(bool(one.production) for one in data.models))
    )
    if overdue:
        late = texts.OVERDUE.format(overdue=counted(overdue, "model"))
        return Statement(Badge(texts.ATTENTION, Tone.ATTENTION), said, late)
    return Statement(Badge(texts.GOOD, Tone.GOOD), said, texts.CURRENT)


def _figures(models: Sequence[InventoryLine], frame: Frame, narrowed: str) -> tuple[Cell, ...]:
    """How many, in production, overdue, and their findings: each with what it counts."""
    counts = (
        (len(models), ""),
        (sum(bool(one.production) for one in models), " / with production"),
        (sum(one.overdue for one in models), " / with overdue"),
        (sum(one.findings for one in models), " / sum of findings"),
    )
    return tuple(Cited(count(value), counted_source(frame, f"models{narrowed}{path}")) for value, path in counts)


def _cards(data: InventoryStatement, frame: Frame) -> tuple[tuple[str, Cell], ...]:
    return tuple(zip(texts.CARDS, _figures(data.models, frame, ""), strict=True))


def _summary(data: InventoryStatement, frame: Frame) -> Section:
    def by(titles: Sequence[str], caption: str, field: str, key: Callable[[InventoryLine], object]) -> Table:
        groups: dict[object, list[InventoryLine]] = {}
        for one in data.models:
            groups.setdefault(key(one), []).append(one)
        rows = tuple(
            (str(name) or texts.NO_LINE, *_figures(group, frame, f" / {field} {name}"))
            for name, group in groups.items()
        )
        return Table(caption, columns_of(titles, 2, 1, 1, 1, 1, right=(1, 2, 3, 4)), rows)

    lines = by(texts.BY_LINE_COLUMNS, texts.BY_LINE, "business_line", lambda one: one.business_line)
    lines = Table(lines.caption, lines.columns, tuple(sorted(lines.rows, key=_most_models)))
    tiers = by(texts.BY_TIER_COLUMNS, texts.BY_TIER, "tier", lambda one: one.tier)
    return Section(texts.SUMMARY, (tiers, lines))


def _most_models(row: tuple[Cell, ...]) -> tuple[int, str]:
    shown = row[1].shown if isinstance(row[1], Cited) else row[1]
    return (-int(str(shown).replace(",", "")), str(row[0]))


def _source(one: InventoryLine, field: str) -> Source:
    return Source(f"model {one.number} / {field}", one.leaf, one.entry)


def _models(data: InventoryStatement, people: Legend) -> Section:
    if not data.models:
        return Section(texts.MODELS, (Prose(texts.NO_MODELS, quiet=True),))
    rows = tuple(
        (
            Stacked(f"{one.number} {one.name}", one.business_line),
            Cited(str(one.tier), _source(one, "tier")),
            people.name(one.owner),
            Stacked(one.version or "–", badge(one.stage).word if one.stage else ""),
            _production(one),
            Cited(count(one.findings), _source(one, "findings not closed")),
            Cited(day(one.next_review), _source(one, "next_review")),
        )
        for one in data.models
    )
    columns = columns_of(texts.MODELS_COLUMNS, 3, 0.6, 1.6, 1.4, 1.4, 0.9, 1.3, right=(1, 5, 6))
    return Section(texts.MODELS, (Table(texts.MODELS_CAPTION, columns, rows),))


def _production(one: InventoryLine) -> Cell:
    if one.production is None:
        return texts.NOT_IN_PRODUCTION
    return Cited(Stacked(one.production, day(one.production_since)), _source(one, "production"))


def _retired(data: InventoryStatement) -> Section:
    blocks: tuple[Block, ...] = (Prose(texts.NO_RETIRED, quiet=True),)
    if data.retired:
        rows = tuple(
            (
                f"{one.number} {one.name}",
                Cited(str(one.tier), _source(one, "tier")),
                Cited(day(one.retired_at), _source(one, "retired_at")),
                one.retired_reason or "–",
            )
            for one in data.retired
        )
        columns = columns_of(texts.RETIRED_COLUMNS, 3, 0.6, 1.2, 3, right=(1, 2))
        blocks = (Table(texts.RETIRED_CAPTION, columns, rows),)
    return Section(texts.RETIRED, blocks)


INVENTORY = Template(
    key="inventory",
    title=texts.TITLE,
    version=VERSION,
    subjects=(SubjectKind.ORGANISATION,),
    has_period=False,
    what=texts.WHAT,
    tables=TABLES,
    build=build,
)
