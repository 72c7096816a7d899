"""The two charts of a fairness table: impact ratios against the threshold, and where the errors fall."""

from core.reports.charts.values import DotAndInterval, IntervalRow, Panel, Panels, alternative_text, panels_text
from core.reports.texts.charts import fairness as texts
from core.reports.values import Estimate, FairnessTable, GroupRow


def impact_ratios(table: FairnessTable) -> DotAndInterval:
    """One row a group, in the table's order; below the threshold is a breach."""
    rows = tuple(_row(group, group.impact_ratio, breach=_below(group, table.threshold)) for group in table.groups)
    required = texts.REQUIRED.format(threshold=table.threshold)
    title = texts.RELATIVE_TO_1_00.format(favourable=_sentence(table.favourable), reference=table.reference)
    return DotAndInterval(rows, table.threshold, required, title, alternative_text(texts.IMPACT_RATIO, rows, required))


def error_rates(table: FairnessTable) -> Panels:
    """False positive and false negative rates; they explain and do not judge."""
    panels = (
        Panel(texts.FALSE_POSITIVE_RATE, tuple(_row(group, group.false_positive_rate) for group in table.groups)),
        Panel(texts.FALSE_NEGATIVE_RATE, tuple(_row(group, group.false_negative_rate) for group in table.groups)),
    )
    return Panels(panels, panels_text(panels))


def _below(group: GroupRow, threshold: float) -> bool:
    return group.impact_ratio.value is not None and group.impact_ratio.value < threshold


def _row(group: GroupRow, figure: Estimate, *, breach: bool = False) -> IntervalRow:
    return IntervalRow(
        group.group, figure.value, figure.low, figure.high, group.reference, group.judged, breach and group.judged
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
