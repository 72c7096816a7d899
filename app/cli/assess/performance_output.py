"""Performance as JSON in full precision, and as tables that read in a terminal of 96 columns."""

import json
import textwrap
from collections.abc import Iterable, Sequence

from app.cli.assess.reading import plain
from app.cli.assess.requiring import Json, figure_json
from app.cli.columns import columns_of
from core.metrics.figure import Figure
from core.metrics.intervals import Interval
from core.metrics.performance import ClassificationResult, MulticlassResult, PerformanceResult, RegressionResult
from core.metrics.performance.comparing import PerformanceComparison

WIDTH, NAME_WIDTH, MOST_CLASSES = 96, 24, 20
HEAD = ("metric", "value", "95 %", "rows", "no skill")


def as_json(found: PerformanceResult, comparison: PerformanceComparison | None, verdicts: list[dict[str, Json]]) -> str:
    """Every figure, what the tables hold, the comparison and the verdicts; numbers unrounded.

    `result` is the whole result, `figures` and `baselines` its figures once more, in the form of every assessment.
    """
    from pydantic import TypeAdapter

    document = {
        "task": found.task,
        "rows": found.rows,
        "figures": [figure_json(figure) for figure in found.figures],
        "baselines": [figure_json(figure) for figure in found.baselines],
        "result": TypeAdapter(PerformanceResult).dump_python(found, mode="json"),
        "comparison": TypeAdapter(PerformanceComparison).dump_python(comparison, mode="json") if comparison else None,
        "verdicts": verdicts,
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)


def as_table(found: PerformanceResult, comparison: PerformanceComparison | None, verdicts: list[str]) -> str:
    """Each figure beside that of no skill, what the kind of model adds, the comparison, and the verdicts."""
    skill = {figure.metric: figure for figure in found.baselines}
    lines = [f"{found.rows:,} rows, {found.task}", ""]
    lines += columns_of([HEAD, *(_line(figure, skill.get(figure.metric)) for figure in found.figures)])
    lines += [*_without_skill(found.baselines), "", *_details(found)]
    if comparison:
        lines += ["", *_compared(comparison)]
    lines += _reasons(found.figures, comparison)
    if verdicts:
        lines += ["", *(line for verdict in verdicts for line in textwrap.wrap(verdict, WIDTH))]
    return plain("\n".join(lines))


def _line(figure: Figure, skill: Figure | None) -> tuple[str, ...]:
    rows = f"{figure.n:,}" if figure.value is not None else ""
    return figure.metric, short(figure.value), interval(figure.interval), rows, short(skill.value) if skill else ""


def _without_skill(baselines: Iterable[Figure]) -> list[str]:
    """Whose figures those of no skill are."""
    metrics: dict[str, list[str]] = {}
    for figure in baselines:
        metrics.setdefault(figure.subject, []).append(figure.metric)
    words = "; ".join(f"{subject} for {', '.join(names)}" for subject, names in metrics.items())
    return textwrap.wrap(f"No skill is {words}.", WIDTH) if words else []


def _details(found: PerformanceResult) -> list[str]:
    if isinstance(found, ClassificationResult):
        return _two_classes(found)
    return _several_classes(found) if isinstance(found, MulticlassResult) else _quantities(found)


def _two_classes(found: ClassificationResult) -> list[str]:
    counts = found.confusion
    at = f" at a score of {found.threshold:g}" if found.threshold is not None else ""
    lines = columns_of(
        [
            (f"counts{at}", "predicted positive", "predicted negative"),
            ("labelled positive", f"{counts.true_positives:,}", f"{counts.false_negatives:,}"),
            ("labelled negative", f"{counts.false_positives:,}", f"{counts.true_negatives:,}"),
        ]
    )
    bins = [one for one in found.calibration if one.n]
    if bins:
        head = ("score", "rows", "mean score", "observed", "95 %")
        rows = [
            (
                f"{one.low:.1f} to {one.high:.1f}",
                f"{one.n:,}",
                short(one.mean_score),
                short(one.observed_rate),
                interval(one.observed_rate_interval),
            )
            for one in bins
        ]
        lines += ["", *columns_of([head, *rows])]
    return lines


def _several_classes(found: MulticlassResult) -> list[str]:
    head = ("class", "rows", "predicted", "precision", "recall", "f1_score")
    metrics = head[3:]
    rows = [
        (_cut(row.label), f"{row.n:,}", f"{row.predicted:,}", *(short(row.figure(metric).value) for metric in metrics))
        for row in found.by_class[:MOST_CLASSES]
    ]
    more = len(found.by_class) - len(rows)
    return [*columns_of([head, *rows]), *([f"and {more} more classes"] if more else [])]


def _quantities(found: RegressionResult) -> list[str]:
    head = ("predicted", "rows", "mean actual", "mean predicted", "mean error", "95 %", "mean |error|")
    rows = [
        (
            f"{short(one.lowest)} to {short(one.highest)}",
            f"{one.n:,}",
            short(one.mean_actual),
            short(one.mean_prediction),
            short(one.mean_error),
            interval(one.mean_error_interval),
            short(one.mean_absolute_error),
        )
        for one in found.deciles
    ]
    return columns_of([head, *rows])


def _compared(comparison: PerformanceComparison) -> list[str]:
    how = f"{comparison.paired:,} rows in pairs" if comparison.paired else "as two samples"
    head = ("metric", "current", comparison.other, "change", "95 %", "p")
    rows = [
        (
            one.metric,
            short(one.current),
            short(one.other),
            short(one.change.value),
            interval(one.change.interval),
            "" if one.p_value is None else "<.001" if one.p_value < 0.001 else f"{one.p_value:.3f}",
        )
        for one in comparison.changes
    ]
    note = textwrap.wrap(f"{comparison.note}.", WIDTH) if comparison.note else []
    return [f"Against the {comparison.other}, {how}:", *note, *columns_of([head, *rows])]


def _reasons(figures: Iterable[Figure], comparison: PerformanceComparison | None) -> list[str]:
    """Why a figure is not available; metrics with the same reason together."""
    metrics: dict[str, list[str]] = {}
    for figure in (*figures, *(comparison.figures if comparison else ())):
        if figure.value is None:
            metrics.setdefault(figure.reason, []).append(figure.metric)
    lines = [f"Not available: {', '.join(names)}. {reason}." for reason, names in metrics.items()]
    return ["", *(part for line in lines for part in textwrap.wrap(line, WIDTH))] if lines else []


def short(value: float | None) -> str:
    """Four digits that count; n/a for nothing."""
    return "n/a" if value is None else f"{value:.4g}"


def interval(found: Interval | Sequence[float] | None) -> str:
    """Both ends, four digits each."""
    return f"{found[0]:.4g} to {found[1]:.4g}" if found else ""


def _cut(name: str) -> str:
    return name if len(name) <= NAME_WIDTH else name[: NAME_WIDTH - 1] + "…"
