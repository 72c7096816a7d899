"""Regulation coverage: how every pack stands over all models, and item by item for one."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from core.access.tables import Person, RoleGrant
from core.approval.tables import ChangeRequest, ChecklistAnswer, ChecklistItem, Vote
from core.coverage.reading import ItemCoverage, ModelCoverage, model_coverage
from core.coverage.rules import State
from core.coverage.summary import summarised
from core.coverage.tables import CoverageAnswer
from core.documents.tables import Document, DocumentVersion
from core.inventory.tables import (
    Dataset,
    Link,
    Model,
    ModelVersion,
    PackDecision,
    PeriodicReview,
    ProductionPointer,
    RiskFactor,
)
from core.policy.exceptions.tables import PolicyException
from core.policy.packs.service import known_packs
from core.policy.packs.tables import RegulationPack
from core.policy.tables import PolicyVersion
from core.reports.charts.values import counts_chart
from core.reports.history import Entry
from core.reports.layout.blocks import (
    Badge,
    Block,
    Cell,
    Chart,
    Cited,
    Heading,
    Prose,
    Section,
    Source,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.words import NOTHING, count, counted, day, sentence
from core.reports.templates.citing import Citing
from core.reports.templates.parts import columns_of, counted_source, document_of, people_of, scope_of
from core.reports.templates.texts import coverage as texts
from core.reports.templates.values import Built, Frame, Template
from core.reports.values.record import PersonLine
from core.reports.values.report import Asked, SubjectKind
from core.validation.tables import CheckResult, Conclusion, Evidence, Finding, Question, Run

VERSION = "regulation coverage 1"
TABLES = (
    Person, RoleGrant, Model, ModelVersion, Dataset, ProductionPointer, Evidence, Run, CheckResult, Finding, Question,
    Conclusion, Document, DocumentVersion, ChangeRequest, ChecklistItem, ChecklistAnswer, Vote, PolicyException,
    PolicyVersion, RegulationPack, CoverageAnswer, RiskFactor, PackDecision, PeriodicReview, Link,
)  # fmt: skip
MOST_CHARTED = 15
TONES = {
    State.MISSING: Tone.STOPS,
    State.PARTLY: Tone.ATTENTION,
    State.ANSWERED: Tone.GOOD,
    State.SHOWN: Tone.GOOD,
    State.NOT_APPLICABLE: Tone.NONE,
}


@dataclass(frozen=True)
class CountLine:
    """How many items of a pack stand in each state for a model."""

    model: str
    name: str
    pack: str
    title: str
    shown: int
    answered: int
    partly: int
    missing: int
    not_applicable: int


@dataclass(frozen=True)
class ItemLine:
    """One item for the model: its state, what shows it, and the answer of a person."""

    pack: str
    item: str
    title: str
    clause: str
    state: State
    shown_by: tuple[str, ...]
    lacking: tuple[str, ...]
    answer: str
    answered_by: str
    answered_at: datetime | None
    answer_ends: datetime | None


@dataclass(frozen=True)
class CoverageReport:
    """Coverage as data; `items` only for one model."""

    scope: str
    as_of: datetime
    counts: tuple[CountLine, ...]
    items: tuple[ItemLine, ...]
    people: tuple[PersonLine, ...]


def build(session: Session, asked: Asked, frame: Frame) -> Built:
    """Coverage as it stood."""
    one = asked.subject.kind is SubjectKind.MODEL
    covered = model_coverage(session, asked.subject.number, at=asked.as_of) if one else None
    items = _items(covered) if covered else ()
    people = people_of(session, {line.answered_by for line in items} | {frame.generated_by})
    data = CoverageReport(scope_of(session, asked), asked.as_of, counts_of(session, asked.as_of), items, people)
    newest = frame.then.ledger.newest("model")
    citing = Citing(frame, people)
    document = document_of(
        asked,
        frame,
        title=texts.TITLE,
        version=VERSION,
        scope=data.scope,
        statement=_statement(data),
        cards=_cards(data, citing),
        sections=(
            _by_pack(data, citing),
            _by_model(data, newest),
            *_item_sections(data, citing),
        ),
        people=people,
    )
    models = {line.model for line in data.counts}
    return Built(document, data, tuple(sorted(newest[one].index for one in models if one in newest)))


def counts_of(session: Session, as_of: datetime) -> tuple[CountLine, ...]:
    """Every model in use with every pack that applies to it."""
    packs = known_packs(session)
    found = summarised(session, as_of)
    rows = session.exec(select(Model).where(col(Model.retired_at).is_(None)).order_by(col(Model.id))).all()
    return tuple(
        CountLine(
            row.number, row.name, pack, packs[pack].title, one.shown, one.answered, one.partly, one.missing,
            one.not_applicable,
        )
        for row in rows
        for pack, one in found[row.id or 0].by_pack.items()
    )  # fmt: skip


def _items(covered: ModelCoverage) -> tuple[ItemLine, ...]:
    return tuple(_item(pack.pack.id, one) for pack in covered.packs for one in pack.items)


def _item(pack: str, one: ItemCoverage) -> ItemLine:
    answer = one.answer
    shown = [f"{shown.signal.said} {shown.key}".strip() for shown in one.looked_for if shown.held]
    shown += [f"approval {one.approved_on}"] if one.approved_on else []
    return ItemLine(
        pack=pack,
        item=one.item.id,
        title=one.item.title,
        clause=one.item.clause,
        state=one.state,
        shown_by=tuple(shown),
        lacking=tuple(shown.signal.said for shown in one.looked_for if not shown.held),
        answer=f"{answer.outcome}: {answer.reason}" if answer else "",
        answered_by=answer.given_by if answer else "",
        answered_at=answer.given_at if answer else None,
        answer_ends=answer.expires_at if answer else None,
    )


def _sums(data: CoverageReport) -> tuple[int, int]:
    """Items that apply, and those shown or answered."""
    covered = sum(one.shown + one.answered for one in data.counts)
    return covered + sum(one.partly + one.missing for one in data.counts), covered


def _statement(data: CoverageReport) -> Statement:
    applicable, covered = _sums(data)
    if not applicable:
        return Statement(Badge(texts.NONE, Tone.NONE), texts.NO_PACKS)
    said = texts.STATEMENT.format(covered=count(covered), applicable=counted(applicable, "item"))
    whole = applicable == covered
    return Statement(Badge(texts.COVERED, Tone.GOOD) if whole else Badge(texts.WANTING, Tone.ATTENTION), said)


def _cards(data: CoverageReport, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    applicable, covered = _sums(data)
    values = (
        (len({one.model for one in data.counts}), "counts / distinct model"),
        (applicable, "counts / sum of shown, answered, partly, missing"),
        (covered, "counts / sum of shown, answered"),
        (applicable - covered, "counts / sum of partly, missing"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def _by_pack(data: CoverageReport, citing: Citing) -> Section:
    packs: dict[str, list[CountLine]] = {}
    for one in data.counts:
        packs.setdefault(one.pack, []).append(one)
    ordered = sorted(packs.items(), key=lambda pair: (-sum(one.partly + one.missing for one in pair[1]), pair[0]))
    if not ordered:
        return Section(texts.BY_PACK, (Prose(texts.NO_PACKS, quiet=True),))
    fields = ("shown", "answered", "partly", "missing", "not_applicable")
    rows = tuple(
        (
            Stacked(lines[0].title, pack),
            citing.number(len(lines), f"counts / pack {pack}"),
            *(
                citing.number(sum(getattr(one, field) for one in lines), f"counts / pack {pack} / sum of {field}")
                for field in fields
            ),
        )
        for pack, lines in ordered
    )
    wanting = tuple((pack, sum(one.partly + one.missing for one in lines)) for pack, lines in ordered)[:MOST_CHARTED]
    columns = columns_of(texts.BY_PACK_COLUMNS, 3, 0.8, 0.8, 1, 0.8, 0.8, 1.2, right=(1, 2, 3, 4, 5, 6))
    blocks: tuple[Block, ...] = (
        Table(texts.BY_PACK_CAPTION, columns, rows),
        Chart(counts_chart(wanting, texts.CHART, texts.CHART), f"{texts.CHART}."),
        Prose(texts.PACKS_ARE, quiet=True),
    )
    return Section(texts.BY_PACK, blocks)


def _source(one: CountLine, newest: dict[str, Entry], field: str) -> Source:
    entry = newest.get(one.model)
    path = f"data / counts / model {one.model} / pack {one.pack} / {field}"
    return Source(path, entry.leaf if entry else "", entry.index if entry else None)


def _by_model(data: CoverageReport, newest: dict[str, Entry]) -> Section:
    ordered = sorted(data.counts, key=lambda one: (-(one.partly + one.missing), one.model, one.pack))
    if not ordered:
        return Section(texts.BY_MODEL, (Prose(texts.NO_PACKS, quiet=True),))
    rows = tuple(_counted(one, newest) for one in ordered)
    columns = columns_of(texts.BY_MODEL_COLUMNS, 3, 1.6, 0.8, 1, 0.8, 0.8, right=(2, 3, 4, 5))
    return Section(texts.BY_MODEL, (Table(texts.BY_MODEL_CAPTION, columns, rows),))


def _counted(one: CountLine, newest: dict[str, Entry]) -> tuple[Cell, ...]:
    values = {"shown": one.shown, "answered": one.answered, "partly": one.partly, "missing": one.missing}
    cells = (Cited(count(value), _source(one, newest, field)) for field, value in values.items())
    return (f"{one.model} {one.name}", one.pack, *cells)


def _item_sections(data: CoverageReport, citing: Citing) -> tuple[Section, ...]:
    packs = list(dict.fromkeys(one.pack for one in data.items))
    columns = columns_of(texts.ITEMS_COLUMNS, 2.6, 1.2, 1.2, 2.2, 2.4)
    blocks: list[Block] = []
    for pack in packs:
        rows = tuple(_item_row(one, citing) for one in data.items if one.pack == pack)
        blocks += [Heading(pack), Table(texts.ITEMS_CAPTION.format(pack=pack), columns, rows)]
    return (Section(texts.ITEMS, tuple(blocks)),) if blocks else ()


def _item_row(one: ItemLine, citing: Citing) -> tuple[Cell, ...]:
    answer: Cell = NOTHING
    if one.answered_at is not None:
        said = f"{citing.name(one.answered_by)}, {day(one.answered_at)}, until {day(one.answer_ends)}"
        path = f"items / pack {one.pack} / item {one.item} / answered_at"
        answer = Cited(Stacked(one.answer, said), counted_source(citing.frame, path))
    return (
        Stacked(one.title, one.item),
        one.clause,
        Badge(sentence(one.state.value), TONES[one.state]),
        "\n".join(one.shown_by) or NOTHING,
        answer,
    )


COVERAGE = Template(
    "coverage", texts.TITLE, VERSION, (SubjectKind.ORGANISATION, SubjectKind.MODEL), False, texts.WHAT, TABLES, build
)
