"""The models of the statement: how they stood, and what was due."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.inventory.deployments.rules import PRODUCTION
from core.inventory.deployments.tables import Deployment
from core.inventory.rules import Stage
from core.inventory.tables import Model, ModelVersion, ProductionPointer
from core.ledger.events import Event
from core.policy.rules import Phase
from core.reports.history.ledger import ENTRY, Entry, LedgerThen, of
from core.reports.history.tracing import FIELD_EVENTS
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Cited,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.words import badge, count, counted, day
from core.reports.templates.citing import Citing
from core.reports.templates.parts import columns_of
from core.reports.texts import inventory as texts
from core.validation.rules import FindingStatus
from core.validation.tables import Finding

TABLES = (Model, ModelVersion, ProductionPointer, Deployment, Finding)
SERVES = (Event.CHANGE_EXECUTED, Event.VERSION_PLACED, Event.PRODUCTION_RETURNED)


@dataclass(frozen=True)
class InventoryLine:
    """One model as it stood; `change` put its version into production, where a change did."""

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
    change: str


def read_models(session: Session, as_of: datetime) -> list[InventoryLine]:
    """Every model, oldest first."""
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
    stays = session.exec(
        select(Deployment.model_id, Deployment.change).where(
            Deployment.environment == PRODUCTION, Deployment.phase == Phase.FULL, col(Deployment.until).is_(None)
        )
    )
    changes = dict(stays.all())
    return [
        _line(row, newest.get(row.id or 0), pointers.get(row.id or 0), versions, findings[row.id or 0], changes, as_of)
        for row in session.exec(select(Model).order_by(col(Model.id)))
    ]


def _line(
    row: Model,
    newest: ModelVersion | None,
    pointer: ProductionPointer | None,
    versions: dict[int | None, ModelVersion],
    findings: int,
    changes: dict[int, str],
    as_of: datetime,
) -> InventoryLine:
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
        change=changes.get(row.id or 0, "") if pointer else "",
    )


def statement(models: Sequence[InventoryLine]) -> Statement:
    """How many, and whether reviews are late."""
    overdue = sum(one.overdue for one in models)
    if not models:
        return Statement(Badge(texts.GOOD, Tone.NONE), texts.NOTHING)
    said = texts.STATEMENT.format(
        models=counted(len(models), "model"), production=count(sum(bool(one.production) for one in models))
    )
    if overdue:
        late = texts.OVERDUE.format(overdue=counted(overdue, "model"))
        return Statement(Badge(texts.ATTENTION, Tone.ATTENTION), said, late)
    return Statement(Badge(texts.GOOD, Tone.GOOD), said, texts.CURRENT)


def figures(models: Sequence[InventoryLine], citing: Citing, narrowed: str = "") -> tuple[Cell, ...]:
    """How many, in production, overdue, and their findings: each with what it counts."""
    counts = (
        (len(models), ""),
        (sum(bool(one.production) for one in models), " / with production"),
        (sum(one.overdue for one in models), " / with overdue"),
        (sum(one.findings for one in models), " / sum of findings"),
    )
    return tuple(citing.number(value, f"models{narrowed}{path}") for value, path in counts)


def summary_section(models: Sequence[InventoryLine], citing: Citing) -> Section:
    """By tier and by business line."""

    def by(titles: Sequence[str], caption: str, field: str, key: Callable[[InventoryLine], object]) -> Table:
        groups: dict[object, list[InventoryLine]] = {}
        for one in models:
            groups.setdefault(key(one), []).append(one)
        rows = tuple(
            (str(name) or texts.NO_LINE, *figures(group, citing, f" / {field} {name}"))
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


def entries_of(ledger: LedgerThen) -> list[Entry]:
    """What models were registered and changed by, with the fields that each entry set, and what served since when."""
    kind = ENTRY.entity_kind == "model"
    found = [*ledger.entries(of(*FIELD_EVENTS), kind), *ledger.entries(of(Event.MODEL_REGISTERED, *SERVES), said=False)]
    return sorted(found, key=lambda one: one.index)


def models_section(models: Sequence[InventoryLine], citing: Citing) -> Section:
    """Models in use."""
    if not models:
        return Section(texts.MODELS, (Prose(texts.NO_MODELS, quiet=True),))
    rows = tuple(
        (
            Stacked(f"{one.number} {one.name}", one.business_line),
            citing.field(str(one.tier), f"model {one.number}", "tier"),
            citing.name(one.owner),
            Stacked(one.version or "–", badge(one.stage).word if one.stage else ""),
            _production(one, citing),
            citing.number(one.findings, f"models / {one.number} / findings"),
            citing.field(day(one.next_review), f"model {one.number}", "next_review"),
        )
        for one in models
    )
    columns = columns_of(texts.MODELS_COLUMNS, 3, 0.6, 1.6, 1.4, 1.4, 0.9, 1.3, right=(1, 5, 6))
    return Section(texts.MODELS, (Table(texts.MODELS_CAPTION, columns, rows),))


def _production(one: InventoryLine, citing: Citing) -> Cell:
    if one.production is None:
        return texts.NOT_IN_PRODUCTION
    shown = Stacked(one.production, day(one.production_since))
    return citing.stay(shown, "production", f"{one.number} {one.production}", one.change, one.production_since)


def retired_section(retired: Sequence[InventoryLine], citing: Citing) -> Section:
    """Models that are not used any more."""
    blocks: tuple[Block, ...] = (Prose(texts.NO_RETIRED, quiet=True),)
    if retired:
        rows = tuple(
            (
                f"{one.number} {one.name}",
                citing.field(str(one.tier), f"model {one.number}", "tier"),
                citing.cited(day(one.retired_at), f"model {one.number}", "retired_at", Event.MODEL_RETIRED),
                one.retired_reason or "–",
            )
            for one in retired
        )
        columns = columns_of(texts.RETIRED_COLUMNS, 3, 0.6, 1.2, 3, right=(1, 2))
        blocks = (Table(texts.RETIRED_CAPTION, columns, rows),)
    return Section(texts.RETIRED, blocks)
