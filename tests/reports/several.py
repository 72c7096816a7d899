"""A report that is hostile, incomplete and long: what every renderer has to bear."""

from dataclasses import replace
from functools import cache

from core.reports.formats.laying import uncited
from core.reports.layout.blocks import (
    Align,
    Badge,
    Block,
    Cell,
    Cited,
    Column,
    Digest,
    Document,
    Facts,
    Prose,
    Section,
    Source,
    Stacked,
    Table,
    Tone,
)
from core.reports.values.report import Gap, Report
from tests.reports.dossiers import a_dossier, a_report

HOSTILE = (
    "=cmd|' /c calc'!A1 <script>alert(1)</script> #panic() **b** ]]> & \"q\" a\u202eb \U0001f469\u200d\U0001f4bb \x00"
)
NON_LATIN = "日本語 हिन्दी שלום مرحبا Ελληνικά Кириллица Tiếng Việt"
LONG = 1200
RESULT = Source("run R0007 / fairness / impact_ratio / race", "7d" * 32, 24)


@cache
def a_hostile_report() -> Report:
    """The dossier of the tests with a hostile section, cited figures, a table of 1,200 rows and two gaps."""
    report = a_report(a_dossier(scope=HOSTILE))
    cited: tuple[tuple[Cell, ...], ...] = (
        ("=1+1", Cited("7,214", Source("data / rows", "ab" * 32, 1_234)), "1.10"),
        ("-2", Cited(Stacked("41.2\u00a0%", "39.6 to 42.8"), RESULT), "−0.17"),
        (HOSTILE, Cited(Badge("Failed", Tone.STOPS), RESULT), "M0001"),
    )
    figures = Table(
        "Figures with sources",
        (Column("What"), Column("Figure", 1, Align.RIGHT), Column("Right", 1, Align.RIGHT)),
        cited,
        "The note.",
    )
    long = Table(
        "Every row",
        (Column("Name"), Column("Figure", 1, Align.RIGHT)),
        tuple((f"row {place}", f"{place:,}") for place in range(LONG)),
    )
    facts = Facts(HOSTILE, ((HOSTILE, NON_LATIN), ("Digest", Digest("9f" * 32)), ("Long", "W" * 40_000)))
    sections = (
        *_without_sources(report.document.sections),
        Section("Cited", (figures, long)),
        Section(HOSTILE, (Prose(HOSTILE), Prose(NON_LATIN), facts)),
    )
    cover = report.document.cover
    plain = replace(
        cover,
        cards=tuple((name, uncited(cell)) for name, cell in cover.cards),
        facts=tuple((name, uncited(cell)) for name, cell in cover.facts),
    )
    document: Document = replace(report.document, cover=plain, sections=sections)
    gaps = (Gap("Findings", "The entry of F0004 was erased."), Gap(HOSTILE, NON_LATIN))
    return replace(report, document=document, gaps=gaps)


def _without_sources(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """The dossier's own sections uncited, so that the figures of the hostile section are sources 1 and 2."""
    return tuple(replace(section, blocks=tuple(_plain(block) for block in section.blocks)) for section in sections)


def _plain(block: Block) -> Block:
    if isinstance(block, Facts):
        return replace(block, rows=tuple((name, uncited(cell)) for name, cell in block.rows))
    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(uncited(cell) for cell in row) for row in block.rows))
    return block
