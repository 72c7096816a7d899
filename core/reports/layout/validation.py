"""Verdicts against the policy, and fairness by group."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from core.metrics.verdicts import Verdict
from core.reports.charts.values import (
    DotAndInterval,
    IntervalRow,
    Panel,
    Panels,
    alternative_text,
    panels_text,
)
from core.reports.layout.blocks import (
    Align,
    Badge,
    Block,
    Cell,
    Chart,
    Column,
    Facts,
    Heading,
    Prose,
    Section,
    Stacked,
    Statement,
    Table,
    Tone,
)
from core.reports.layout.blocks import Digest as Hash
from core.reports.layout.words import (
    NOTHING,
    SPACE,
    Legend,
    badge,
    count,
    counted,
    estimate,
    moment,
    number,
    p_value,
    precise,
    required,
    sentence,
    share,
    signed,
)
from core.reports.values import Dossier, Estimate, FairnessTable, GroupRow, RunRecord, VerdictRow

TESTS: Mapping[str, str] = MappingProxyType({"z": "z test", "fisher": "Fisher’s exact"})
TOO_SMALL = Badge("Too small to judge", Tone.NONE)
REFERENCE = Badge("Reference", Tone.NONE)
SHAPES = (
    "Filled dot: met. Filled square: below the threshold. Diamond: reference group. "
    "Hollow dot, dotted bar: too small to judge. Bars are 95 % intervals."
)


def validation(dossier: Dossier, people: Legend) -> Section:
    """The run that judged the evidence at hand, verdict by verdict, then all runs."""
    run = dossier.current_run
    if run is None:
        blocks: tuple[Block, ...] = (
            Prose("No finished validation has judged the evidence at hand, so there is no verdict.", quiet=True),
        )
    else:
        blocks = (verdict_statement(run), _run(run, people), *_verdicts(run))
    earlier = (Heading("Validation runs"), _runs(dossier.runs, people)) if dossier.runs else ()
    return Section("Validation", (*blocks, *earlier))


def verdict_statement(run: RunRecord) -> Statement:
    """The answer first: the worst required verdict, and how many of each."""
    demanded = [row.verdict for row in run.verdicts if row.required]
    worst = next((v for v in (Verdict.FAIL, Verdict.INSUFFICIENT, Verdict.PASS) if v in demanded), Verdict.INSUFFICIENT)
    return Statement(
        badge(worst),
        f"{verdict_counts(run.verdicts)}.",
        f"Run {run.number} judged {counted(run.rows, 'row')} of {run.filename} under {run.policy}.",
    )


def verdict_counts(rows: Sequence[VerdictRow]) -> str:
    """12 checks: 10 passed, 1 failed, 1 without enough evidence."""
    found = Counter(row.verdict for row in rows)
    parts = [f"{found[Verdict.PASS]} passed", f"{found[Verdict.FAIL]} failed"]
    if found[Verdict.INSUFFICIENT]:
        parts.append(f"{found[Verdict.INSUFFICIENT]} without enough evidence")
    return f"{counted(len(rows), 'check')}: {', '.join(parts)}"


def fairness(dossier: Dossier) -> Section:
    """One part per attribute: the sentence, the table, the charts, and how it was computed."""
    if not dossier.fairness:
        said = "No sensitive attribute was handed in, so fairness was not assessed."
        return Section("Fairness", (Prose(said, quiet=True),))
    return Section("Fairness", tuple(block for table in dossier.fairness for block in _attribute(worst_first(table))))


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


def _run(run: RunRecord, people: Legend) -> Facts:
    return Facts(
        "The run that judged the evidence at hand",
        (
            ("Run", f"{run.number}, finished {moment(run.finished_at)}"),
            ("Started by", f"{people.name(run.requested_by)}, {moment(run.requested_at)}"),
            ("Evidence", f"{run.evidence} {run.filename}, {counted(run.rows, 'row')}"),
            ("File as received, SHA-256", Hash(run.file_digest)),
            ("Table that was computed from, SHA-256", Hash(run.table_digest)),
            ("Result, SHA-256", Hash(run.result_digest)),
        ),
    )


def _verdicts(run: RunRecord) -> tuple[Block, ...]:
    kinds = dict.fromkeys(row.kind for row in run.verdicts)
    columns = (
        Column("Check", 2.4),
        Column(f"Figure (95{SPACE}%)", 2.2, Align.RIGHT),
        Column("Required", 1.45, Align.RIGHT),
        Column("Clause", 0.8, Align.RIGHT),
        Column("Result", 2.35),
        Column("Reason", 2.1),
    )
    return tuple(
        block
        for kind in kinds
        for block in (
            Heading(f"Verdicts: {kind}"),
            Table(
                f"Each {kind} check against its clause",
                columns,
                tuple(_verdict(row) for row in run.verdicts if row.kind is kind),
                f"Evidence digest of these verdicts: {', '.join(_digests(run, kind))}.",
            ),
        )
    )


def _digests(run: RunRecord, kind: str) -> list[str]:
    return list(dict.fromkeys(row.evidence_digest[:16] for row in run.verdicts if row.kind == kind))


def _verdict(row: VerdictRow) -> tuple[Cell, ...]:
    below = ", ".join(part for part in (row.subject, "" if row.required else "advisory") if part)
    value = precise(row.value, row.threshold)
    interval = f"{precise(row.low, row.threshold)}{SPACE}to{SPACE}{precise(row.high, row.threshold)}"
    known = row.low is not None and row.high is not None and row.value is not None
    return (
        Stacked(row.title, below) if below else row.title,
        f"{value} ({interval})" if known else value,
        required(row.direction, row.threshold),
        row.clause,
        badge(row.verdict),
        row.reason or NOTHING,
    )


def _runs(runs: Sequence[RunRecord], people: Legend) -> Table:
    columns = (
        Column("Run", 0.8),
        Column("Asked", 2, Align.RIGHT),
        Column("Evidence", 2),
        Column("Policy", 1.8),
        Column("Status", 1.3),
        Column("Verdicts", 2.2),
        Column("Result", 1),
    )
    rows = tuple(
        (
            run.number,
            Stacked(moment(run.requested_at), people.name(run.requested_by)),
            Stacked(run.evidence, run.filename),
            run.policy,
            badge(run.status),
            Stacked(verdict_counts(run.verdicts), "judges the evidence at hand" if run.current else "earlier evidence"),
            Hash(run.result_digest[:8]),
        )
        for run in runs
    )
    return Table("All runs, newest first", columns, rows)


def _attribute(table: FairnessTable) -> tuple[Block, ...]:
    return (
        Heading(f"By {table.attribute}"),
        Statement(
            badge(table.verdict), fairness_sentence(table), f"{_sentence_of(table.reason)} Clause {table.clause}."
        ),
        _groups(table),
        Chart(_ratios(table), f"Impact ratio by {table.attribute}. {SHAPES}"),
        _errors(table),
        Chart(
            _panels(table),
            f"Rates by {table.attribute}, with 95 % intervals. Dashed line: reference group. "
            "Error rates speak of the label " + f"“{table.positive}”.",
        ),
        Prose(_how(table), quiet=True),
        *_unavailable(table),
    )


def _sentence_of(reason: str) -> str:
    return f"{sentence(reason.rstrip('.'))}." if reason else ""


def _groups(table: FairnessTable) -> Table:
    columns = (
        Column("Group", 1.8),
        Column("Rows", 0.8, Align.RIGHT),
        Column(sentence(table.favourable), 1, Align.RIGHT),
        Column("Rate", 1.45, Align.RIGHT),
        Column("Impact ratio", 1.5, Align.RIGHT),
        Column(f"Against{SPACE}{number(table.threshold)}", 1.4, Align.RIGHT),
        Column("Significance", 1.35, Align.RIGHT),
        Column("Result", 2.1),
    )
    note = f"Below a figure: its 95{SPACE}% interval. Fewer than {table.minimum_group} rows are too small to judge."
    return Table(
        f"Groups by {table.attribute}, compared with {table.reference}, worst first",
        columns,
        tuple(_group(group, table) for group in table.groups),
        note,
    )


def _group(group: GroupRow, table: FairnessTable) -> tuple[Cell, ...]:
    ratio = group.impact_ratio.value
    against = NOTHING if ratio is None or group.reference else signed(ratio - table.threshold)
    ratio_said = Stacked(number(ratio), "reference") if group.reference else _stacked(estimate(group.impact_ratio))
    return (
        group.group,
        count(group.n),
        count(group.selected),
        _stacked(share(group.selection_rate)),
        ratio_said,
        against,
        NOTHING if group.reference else _significance(group),
        _result(group, table),
    )


def _stacked(said: str) -> Cell:
    value, separator, interval = said.partition(" (")
    return Stacked(value, interval.removesuffix(")")) if separator else value


def _significance(group: GroupRow) -> Cell:
    said = p_value(group.p_value)
    return Stacked(said, TESTS.get(group.test, group.test)) if group.p_value is not None else said


def _result(group: GroupRow, table: FairnessTable) -> Cell:
    if group.reference:
        return REFERENCE
    if not group.judged or group.impact_ratio.value is None:
        return TOO_SMALL if not group.judged else badge(Verdict.INSUFFICIENT)
    return badge(Verdict.FAIL if group.impact_ratio.value < table.threshold else Verdict.PASS)


def _errors(table: FairnessTable) -> Table:
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
            share(group.true_positive_rate),
            share(group.false_positive_rate),
            share(group.false_negative_rate),
            share(group.accuracy),
        )
        for group in table.groups
    )
    return Table(f"Where the errors fall, by {table.attribute}", columns, rows)


def _ratios(table: FairnessTable) -> DotAndInterval:
    rows = tuple(
        _row(
            group,
            group.impact_ratio,
            breach=group.impact_ratio.value is not None and group.impact_ratio.value < table.threshold,
        )
        for group in table.groups
    )
    required = f"required {number(table.threshold)}"
    return DotAndInterval(
        rows,
        table.threshold,
        required,
        f"{sentence(table.favourable)}, relative to {table.reference}",
        alternative_text("Impact ratio", rows, required),
    )


def _panels(table: FairnessTable) -> Panels:
    panels = (
        Panel(sentence(table.favourable), tuple(_row(g, g.selection_rate) for g in table.groups)),
        Panel("False positive rate", tuple(_row(g, g.false_positive_rate) for g in table.groups)),
        Panel("False negative rate", tuple(_row(g, g.false_negative_rate) for g in table.groups)),
    )
    return Panels(panels, panels_text(panels))


def _row(group: GroupRow, figure: Estimate, *, breach: bool = False) -> IntervalRow:
    return IntervalRow(
        group.group, figure.value, figure.low, figure.high, group.reference, group.judged, breach and group.judged
    )


def _how(table: FairnessTable) -> str:
    parts = [
        f"How this was computed. Favourable outcome: {table.favourable}. Positive label: {table.positive}.",
        f"Reference: {table.reference}{_ties(table.ties)}.",
        f"{counted(table.unknown, 'row')} without a value {'is' if table.unknown == 1 else 'are'} left out of the groups.",
        "Rates have Wilson intervals, ratios Katz intervals. A figure below its threshold fails, on it passes.",
        *table.notes,
    ]
    return " ".join(parts)


def _ties(ties: Sequence[str]) -> str:
    return f", tied with {', '.join(ties)}" if ties else ""


def _unavailable(table: FairnessTable) -> tuple[Block, ...]:
    rows = tuple(
        (group.group, sentence(missing.metric.replace("_", " ")), missing.reason)
        for group in table.groups
        if not group.reference  # a reference is not compared with itself
        for missing in group.unavailable
    )
    if not rows:
        return ()
    columns = (Column("Group", 1), Column("Figure", 1), Column("Why it is not available", 2))
    return (Table(f"Figures that are not available, by {table.attribute}", columns, rows),)
