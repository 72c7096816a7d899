"""How it is laid out: statement, cards, and a section a subject."""

from core.coverage.rules import State
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
from core.reports.templates.coverage.data import CountLine, CoverageReport, ItemLine, sums
from core.reports.templates.parts import columns_of, counted_source
from core.reports.texts import coverage as texts

MOST_CHARTED = 15
TONES = {
    State.MISSING: Tone.STOPS,
    State.PARTLY: Tone.ATTENTION,
    State.ANSWERED: Tone.GOOD,
    State.SHOWN: Tone.GOOD,
    State.NOT_APPLICABLE: Tone.NONE,
}


def statement(data: CoverageReport) -> Statement:
    applicable, covered = sums(data)
    if not applicable:
        return Statement(Badge(texts.NONE, Tone.NONE), texts.NO_PACKS)
    said = texts.STATEMENT.format(covered=count(covered), applicable=counted(applicable, "item"))
    whole = applicable == covered
    return Statement(Badge(texts.COVERED, Tone.GOOD) if whole else Badge(texts.WANTING, Tone.ATTENTION), said)


def cards(data: CoverageReport, citing: Citing) -> tuple[tuple[str, Cell], ...]:
    applicable, covered = sums(data)
    values = (
        (len({one.model for one in data.counts}), "counts / distinct model"),
        (applicable, "counts / sum of shown, answered, partly, missing"),
        (covered, "counts / sum of shown, answered"),
        (applicable - covered, "counts / sum of partly, missing"),
    )
    return tuple((title, citing.number(*value)) for title, value in zip(texts.CARDS, values, strict=True))


def by_pack(data: CoverageReport, citing: Citing) -> Section:
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


def by_model(data: CoverageReport, newest: dict[str, Entry]) -> Section:
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


def item_sections(data: CoverageReport, citing: Citing) -> tuple[Section, ...]:
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
