"""Fairness by group: the sentence, the tables, the charts, and how it was computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
from core.reports.texts.sections import fairness as texts
from core.reports.values import Dossier, FairnessTable, GroupRow

MOST_CHARTED = 24  # more rows would not fit a page


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
        said = texts.NO_SENSITIVE_ATTRIBUTE_WAS
        return Section(texts.FAIRNESS, (Prose(said, quiet=True),))
    judged = next((run for run in dossier.runs if run.result_digest), None)
    run = Judged(people, judged.number, judged.result_digest) if judged else Judged(people, "", "")
    tables = (worst_first(table) for table in dossier.fairness)
    return Section(texts.FAIRNESS, tuple(block for table in tables for block in _attribute(table, run)))


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
        return texts.NO_GROUP_BY_CAN.format(attribute=table.attribute, reason=table.reason)
    worst = min(others, key=lambda group: group.impact_ratio.value or 0.0)
    shares = [group.selection_rate.value for group in (worst, reference)]
    if any(value is None for value in shares):
        return texts.BY_WITH_REASON.format(attribute=table.attribute, reason=table.reason)
    out_of = [f"{(value or 0.0) * 100:.0f}" for value in shares]
    return texts.OF_100_PEOPLE_ARE.format(
        group=worst.group,
        out_of=out_of[0],
        favourable=table.favourable,
        group_2=reference.group,
        out_of_2=out_of[1],
        value=precise(worst.impact_ratio.value, table.threshold),
        threshold=number(table.threshold),
    )


def _attribute(table: FairnessTable, run: Judged) -> tuple[Block, ...]:
    charted = replace(table, groups=table.groups[:MOST_CHARTED])
    cut = (
        texts.OF_GROUPS_THE_FIRST.format(groups=len(table.groups), MOST_CHARTED=MOST_CHARTED)
        if len(table.groups) > MOST_CHARTED
        else ""
    )
    return (
        Heading(texts.BY.format(attribute=table.attribute)),
        Statement(
            badge(table.verdict),
            fairness_sentence(table),
            texts.CLAUSE.format(sentence_of=_sentence_of(table.reason), clause=table.clause),
        ),
        _groups(table, run),
        Chart(
            impact_ratios(charted),
            texts.IMPACT_RATIO_BY.format(attribute=table.attribute, shapes=texts.SHAPES, cut=cut),
        ),
        _errors(table, run),
        Chart(
            error_rates(charted),
            texts.ERROR_RATES_BY_WITH.format(attribute=table.attribute, positive=table.positive, cut=cut),
        ),
        Prose(_how(table), quiet=True),
        *_unavailable(table),
    )


def _sentence_of(reason: str) -> str:
    return f"{sentence(reason.rstrip('.'))}." if reason else ""


def _groups(table: FairnessTable, run: Judged) -> Table:
    columns = (
        Column(texts.GROUP, 1.8),
        Column(texts.ROWS, 0.8, Align.RIGHT),
        Column(texts.FAVOURABLE, 1.15, Align.RIGHT),
        Column(texts.RATE, 1.45, Align.RIGHT),
        Column(texts.IMPACT_RATIO, 1.5, Align.RIGHT),
        Column(texts.AGAINST.format(threshold=number(table.threshold)), 1.4, Align.RIGHT),
        Column(texts.SIGNIFICANCE, 1.35, Align.RIGHT),
        Column(texts.RESULT, 2.1),
    )
    small = texts.FEWER_THAN_ROWS_ARE.format(minimum_group=table.minimum_group)
    note = texts.FAVOURABLE_BELOW_A_FIGURE.format(favourable=table.favourable, small=small)
    return Table(
        texts.GROUPS_BY_COMPARED_WITH.format(attribute=table.attribute, reference=table.reference),
        columns,
        tuple(_group(group, table, run) for group in table.groups),
        note,
    )


def _group(group: GroupRow, table: FairnessTable, run: Judged) -> tuple[Cell, ...]:
    ratio = group.impact_ratio.value
    against = NOTHING if ratio is None or group.reference else signed(ratio - table.threshold)
    ratio_said = (
        Stacked(number(ratio), texts.REFERENCE_WORD) if group.reference else _stacked(estimate(group.impact_ratio))
    )
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
    return Stacked(said, _test(group.test)) if group.p_value is not None else said


def _result(group: GroupRow, table: FairnessTable) -> Cell:
    if group.reference:
        return Badge(texts.REFERENCE, Tone.NONE)
    if not group.judged or group.impact_ratio.value is None:
        return Badge(texts.TOO_SMALL_TO_JUDGE, Tone.NONE) if not group.judged else badge(Verdict.INSUFFICIENT)
    return badge(Verdict.FAIL if group.impact_ratio.value < table.threshold else Verdict.PASS)


def _errors(table: FairnessTable, run: Judged) -> Table:
    columns = (
        Column(texts.GROUP, 1.6),
        Column(texts.TRUE_POSITIVE_RATE, 1.6, Align.RIGHT),
        Column(texts.FALSE_POSITIVE_RATE, 1.6, Align.RIGHT),
        Column(texts.FALSE_NEGATIVE_RATE, 1.6, Align.RIGHT),
        Column(texts.ACCURACY, 1.6, Align.RIGHT),
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
    return Table(texts.WHERE_THE_ERRORS_FALL.format(attribute=table.attribute), columns, rows)


def _how(table: FairnessTable) -> str:
    parts = [
        texts.HOW_THIS_WAS_COMPUTED.format(favourable=table.favourable, positive=table.positive),
        texts.REFERENCE_AND_TIES.format(reference=table.reference, ties=_ties(table.ties)),
        texts.ROWS_WITHOUT_A_VALUE.format(unknown=count(table.unknown)),
        texts.RATES_HAVE_WILSON_INTERVALS,
        *table.notes,
    ]
    return " ".join(parts)


def _ties(ties: Sequence[str]) -> str:
    return texts.TIED_WITH.format(ties=", ".join(ties)) if ties else ""


def _unavailable(table: FairnessTable) -> tuple[Block, ...]:
    rows = tuple(
        (group.group, spoken(missing.metric), missing.reason)
        for group in table.groups
        if not group.reference  # a reference is not compared with itself
        for missing in group.unavailable
    )
    if not rows:
        return ()
    columns = (Column(texts.GROUP, 1), Column(texts.FIGURE, 1), Column(texts.WHY_IT_IS_NOT, 2))
    return (Table(texts.FIGURES_THAT_ARE_NOT.format(attribute=table.attribute), columns, rows),)


def _test(name: str) -> str:
    return {"z": texts.Z_TEST, "fisher": texts.FISHERS_EXACT}.get(name, name)
