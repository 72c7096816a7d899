"""Fairness by group: the sentence, the tables, the charts, and how it was computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from core.ledger.events import Event
from core.metrics.figure import spoken
from core.metrics.verdicts import Verdict
from core.reports.charts.fairness import error_rates, impact_ratios
from core.reports.layout.blocks import (
    Align,
    Badge,
    Block,
    Cell,
    Chart,
    Column,
    Heading,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.traced import Reader
from core.reports.layout.words import (
    NOTHING,
    SPACE,
    badge,
    count,
    estimate,
    number,
    p_value,
    precise,
    sentence,
    share,
    signed,
)
from core.reports.values import Dossier, FairnessTable, GroupRow

MOST_CHARTED = 24  # more rows would not fit a page
TESTS: Mapping[str, str] = MappingProxyType({"z": "z test", "fisher": "Fisher’s exact"})
TOO_SMALL = Badge("Too small to judge", Tone.NONE)
REFERENCE = Badge("Reference", Tone.NONE)
SHAPES = (
    "Filled dot: met. Filled square: below the threshold. Diamond: reference group. "
    "Hollow dot, dotted bar: too small to judge. Bars are 95 % intervals."
)


@dataclass(frozen=True)
class Judged:
    """The run whose figures the tables show, to cite them by attribute and group."""

    people: Reader
    run: str
    digest: str

    def cell(self, shown: str | Stacked, table: FairnessTable, group: GroupRow, figure: str) -> Cell:
        """One figure of one group."""
        path = f"fairness / {table.attribute} / {group.group} / {figure}"
        return self.people.cited(shown, f"run {self.run}", path, Event.RUN_FINISHED, digest=self.digest)


def fairness(dossier: Dossier, people: Reader) -> Section:
    """One part per attribute: the sentence, the table, the charts, and how it was computed."""
    if not dossier.fairness:
        said = "No sensitive attribute was handed in, so fairness was not assessed."
        return Section("Fairness", (Prose(said, quiet=True),))
    judged = next((run for run in dossier.runs if run.result_digest), None)
    run = Judged(people, judged.number, judged.result_digest) if judged else Judged(people, "", "")
    tables = (worst_first(table) for table in dossier.fairness)
    return Section("Fairness", tuple(block for table in tables for block in _attribute(table, run)))


def worst_first(table: FairnessTable) -> FairnessTable:
    """Groups below the threshold, then the reference, then those that pass, then those too small to judge."""
    return replace(table, groups=tuple(sorted(table.groups, key=lambda group: _urgency(group, table.threshold))))


def _urgency(group: GroupRow, threshold: float) -> tuple[int, float]:
    ratio = group.impact_ratio.value
    if group.reference:
        return (1, 0.0)
    if not group.judged or ratio is None:
        return (3, -float(group.n))
    return (0 if ratio < threshold else 2, ratio)


def fairness_sentence(table: FairnessTable) -> str:
    """People and counts before ratios: the worst judged group beside the reference."""
    reference = next((group for group in table.groups if group.reference), None)
    others = [g for g in table.groups if g.judged and not g.reference and g.impact_ratio.value is not None]
    if reference is None or not others:
        return f"No group by {table.attribute} can be compared: {table.reason}."
    worst = min(others, key=lambda group: group.impact_ratio.value or 0.0)
    shares = [group.selection_rate.value for group in (worst, reference)]
    if any(value is None for value in shares):
        return f"By {table.attribute}: {table.reason}."
    out_of = [f"{(value or 0.0) * 100:.0f}" for value in shares]
    return (
        f"Of 100 {worst.group} people, {out_of[0]} are {table.favourable}; "
        f"of 100 {reference.group} people, {out_of[1]}. That is {precise(worst.impact_ratio.value, table.threshold)} "
        f"times as often; policy requires at least {number(table.threshold)}."
    )


def _attribute(table: FairnessTable, run: Judged) -> tuple[Block, ...]:
    charted = replace(table, groups=table.groups[:MOST_CHARTED])
    cut = f" Of {len(table.groups)} groups, the first {MOST_CHARTED}." if len(table.groups) > MOST_CHARTED else ""
    return (
        Heading(f"By {table.attribute}"),
        Statement(
            badge(table.verdict), fairness_sentence(table), f"{_sentence_of(table.reason)} Clause {table.clause}."
        ),
        _groups(table, run),
        Chart(impact_ratios(charted), f"Impact ratio by {table.attribute}. {SHAPES}{cut}"),
        _errors(table, run),
        Chart(
            error_rates(charted),
            f"Error rates by {table.attribute}, with 95 % intervals. Dashed line: reference group. "
            f"Error rates speak of the label “{table.positive}”.{cut}",
        ),
        Prose(_how(table), quiet=True),
        *_unavailable(table),
    )


def _sentence_of(reason: str) -> str:
    return f"{sentence(reason.rstrip('.'))}." if reason else ""


def _groups(table: FairnessTable, run: Judged) -> Table:
    columns = (
        Column("Group", 1.8),
        Column("Rows", 0.8, Align.RIGHT),
        Column("Favourable", 1.15, Align.RIGHT),
        Column("Rate", 1.45, Align.RIGHT),
        Column("Impact ratio", 1.5, Align.RIGHT),
        Column(f"Against{SPACE}{number(table.threshold)}", 1.4, Align.RIGHT),
        Column("Significance", 1.35, Align.RIGHT),
        Column("Result", 2.1),
    )
    small = f"Fewer than {table.minimum_group} rows are too small to judge."
    note = f"Favourable: {table.favourable}. Below a figure: its 95{SPACE}% interval. {small}"
    return Table(
        f"Groups by {table.attribute}, compared with {table.reference}, worst first",
        columns,
        tuple(_group(group, table, run) for group in table.groups),
        note,
    )


def _group(group: GroupRow, table: FairnessTable, run: Judged) -> tuple[Cell, ...]:
    ratio = group.impact_ratio.value
    against = NOTHING if ratio is None or group.reference else signed(ratio - table.threshold)
    ratio_said = Stacked(number(ratio), "reference") if group.reference else _stacked(estimate(group.impact_ratio))
    return (
        group.group,
        run.cell(count(group.n), table, group, "n"),
        run.cell(count(group.selected), table, group, "selected"),
        run.cell(_stacked(share(group.selection_rate)), table, group, "selection_rate"),
        run.cell(ratio_said, table, group, "impact_ratio"),
        run.cell(against, table, group, "impact_ratio"),
        NOTHING if group.reference else run.cell(_significance(group), table, group, "p_value"),
        _result(group, table),
    )


def _stacked(said: str) -> str | Stacked:
    value, separator, interval = said.partition(" (")
    return Stacked(value, interval.removesuffix(")")) if separator else value


def _significance(group: GroupRow) -> str | Stacked:
    said = p_value(group.p_value)
    return Stacked(said, TESTS.get(group.test, group.test)) if group.p_value is not None else said


def _result(group: GroupRow, table: FairnessTable) -> Cell:
    if group.reference:
        return REFERENCE
    if not group.judged or group.impact_ratio.value is None:
        return TOO_SMALL if not group.judged else badge(Verdict.INSUFFICIENT)
    return badge(Verdict.FAIL if group.impact_ratio.value < table.threshold else Verdict.PASS)


def _errors(table: FairnessTable, run: Judged) -> Table:
    columns = (
        Column("Group", 1.6),
        Column("True positive rate", 1.6, Align.RIGHT),
        Column("False positive rate", 1.6, Align.RIGHT),
        Column("False negative rate", 1.6, Align.RIGHT),
        Column("Accuracy", 1.6, Align.RIGHT),
    )
    rows = tuple(
        (
            group.group,
            run.cell(share(group.true_positive_rate), table, group, "true_positive_rate"),
            run.cell(share(group.false_positive_rate), table, group, "false_positive_rate"),
            run.cell(share(group.false_negative_rate), table, group, "false_negative_rate"),
            run.cell(share(group.accuracy), table, group, "accuracy"),
        )
        for group in table.groups
    )
    return Table(f"Where the errors fall, by {table.attribute}", columns, rows)


def _how(table: FairnessTable) -> str:
    parts = [
        f"How this was computed. Favourable outcome: {table.favourable}. Positive label: {table.positive}.",
        f"Reference: {table.reference}{_ties(table.ties)}.",
        f"Rows without a value, left out of the groups: {count(table.unknown)}.",
        "Rates have Wilson intervals, ratios Katz intervals. A figure below its threshold fails, on it passes.",
        *table.notes,
    ]
    return " ".join(parts)


def _ties(ties: Sequence[str]) -> str:
    return f", tied with {', '.join(ties)}" if ties else ""


def _unavailable(table: FairnessTable) -> tuple[Block, ...]:
    rows = tuple(
        (group.group, spoken(missing.metric), missing.reason)
        for group in table.groups
        if not group.reference  # a reference is not compared with itself
        for missing in group.unavailable
    )
    if not rows:
        return ()
    columns = (Column("Group", 1), Column("Figure", 1), Column("Why it is not available", 2))
    return (Table(f"Figures that are not available, by {table.attribute}", columns, rows),)
