"""The state of a file as JSON in full precision, and as tables that read in a terminal of 96 columns."""

import json
import textwrap
from collections.abc import Iterator, Sequence
from itertools import islice

from app.cli.assess.reading import plain
from app.cli.assess.requiring import Required, verdict_json
from app.cli.columns import columns_of
from core.metrics.figure import Figure
from core.metrics.quality import ColumnQuality, QualityResult, TrainingComparison
from core.metrics.verdicts import Judgement

Verdicts = Sequence[tuple[Required, Figure, Judgement]]
WIDTH = 96
NAME_WIDTH = 22
SUBJECT_WIDTH = 26
VALUE_WIDTH = 10
BEST_SHOWN = 5


def as_json(found: QualityResult, verdicts: Verdicts) -> str:
    """Everything that was counted, the figures and the verdicts, unrounded."""
    from pydantic import TypeAdapter

    document = TypeAdapter(QualityResult).dump_python(found, mode="json")
    document["verdicts"] = [verdict_json(*one) for one in verdicts]
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def as_table(found: QualityResult, verdicts: Verdicts) -> str:
    """Columns, label, figures, then what each broken check is about, remarks and verdicts."""
    parts = (
        [f"{found.rows:,} rows, {len(found.columns):,} columns, {len(found.features):,} of them features"],
        _columns(found.columns),
        _label(found),
        _figures(found.figures),
        _schema(found),
        _target(found),
        _training(found.training),
        _wrapped(f"{one.name}: {one.level}, {one.words}." for one in found.personal_data),
        _wrapped(f"{warning}." for warning in found.warnings),
        _wrapped(_verdict(*one) for one in verdicts),
    )
    return plain("\n\n".join("\n".join(part) for part in parts if part))


def _columns(columns: Sequence[ColumnQuality]) -> list[str]:
    head = ("column", "type", "missing", "distinct", "lowest", "highest", "remark")
    return columns_of([head, *(_column(one) for one in columns)])


def _column(one: ColumnQuality) -> tuple[str, ...]:
    remark = "one value" if one.constant else "many values" if one.many_values else "infinite" if one.infinite else ""
    return (
        _cut(one.name, NAME_WIDTH),
        one.type,
        f"{one.missing:,}",
        f"{one.distinct:,}",
        _cut(one.lowest, VALUE_WIDTH),
        _cut(one.highest, VALUE_WIDTH),
        remark,
    )


def _label(found: QualityResult) -> list[str]:
    balance = found.label
    if balance is None:
        return []
    counts = ", ".join(f"{_cut(one.label, NAME_WIDTH)} {one.count:,}" for one in balance.counts)
    spread = ", ".join(f"{one.share:.0%} {one.value:.6g}" for one in balance.quantiles)
    return _wrapped([f"Label {balance.column}, {balance.kind}, {balance.labelled:,} rows: {counts or spread}."])


def _figures(figures: Sequence[Figure]) -> list[str]:
    known = [figure for figure in figures if figure.value is not None]
    reasons: dict[str, list[str]] = {}
    for figure in figures:
        if figure.value is None:
            reasons.setdefault(figure.reason, []).append(figure.metric)
    lines = columns_of([("figure", "value", "95 %", "about"), *(_figure(figure) for figure in known)])
    return lines + _wrapped(f"{reason}: {', '.join(metrics)} not available." for reason, metrics in reasons.items())


def _figure(figure: Figure) -> tuple[str, ...]:
    interval = f"{figure.interval.low:.4g} to {figure.interval.high:.4g}" if figure.interval else ""
    return (figure.metric, f"{figure.value:.4g}", interval, _cut(figure.subject, SUBJECT_WIDTH))


def _schema(found: QualityResult) -> list[str]:
    if found.schema is None:
        return []
    lines = [f"Schema: {len(found.schema.violations):,} broken in {found.schema.declared:,} declared columns."]
    for one in found.schema.violations:
        rows = f", {one.rows:,} rows, first on line {one.first_line}" if one.rows else ""
        lines.append(f"{one.column}: {one.kind}{rows}{f'; declared: {one.expected}' if one.expected else ''}.")
    return _wrapped(lines)


def _target(found: QualityResult) -> list[str]:
    best = [one for one in islice(found.target, BEST_SHOWN) if one.value is not None]
    return _wrapped(
        f"{one.name} alone predicts the label: {one.measure} {one.value:.3f}"
        f"{f', by {one.reading}' if one.reading else ''}."
        for one in best
    )


def _training(training: TrainingComparison | None) -> list[str]:
    if training is None:
        return []
    lines = [f"Against {training.rows:,} training rows:"]
    if training.leaked is not None:
        lines.append(f"{training.leaked:,} rows stand there too, compared by {len(training.compared):,} columns.")
    for side, names in (("here", training.only_here), ("in the training data", training.only_training)):
        if names:
            lines.append(f"Only {side}: {', '.join(names)}.")
    changed = [one for one in training.columns if one.outside or one.unseen or one.type != one.training_type]
    for one in changed:
        outside = f"{one.outside:,} rows out of its range" if one.outside else ""
        unseen = f"{one.unseen:,} rows with {one.unseen_values:,} values it never has" if one.unseen else ""
        kind = f"{one.type}, there {one.training_type}" if one.type != one.training_type else ""
        lines.append(f"{one.name}: {', '.join(part for part in (kind, outside, unseen) if part)}.")
    return _wrapped(lines)


def _verdict(one: Required, figure: Figure, judgement: Judgement) -> str:
    about = f" ({figure.subject})" if figure.subject else ""
    return f"{judgement.verdict.value}: {one.metric} {one.direction} {one.value:g}{about}. {judgement.reason}."


def _wrapped(texts: "Iterator[str] | Sequence[str]") -> list[str]:
    return [line for text in texts for line in textwrap.wrap(text, WIDTH)]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
