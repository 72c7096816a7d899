"""One table of a bias audit: rates, the reference, impact ratios, and whom the auditor excluded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from core.errors import Refusal, Refused
from core.metrics.bias_audit.counts import Axis, Output
from core.metrics.bias_audit.results import IMPACT_RATIO, UNKNOWN_SHARE, AxisTable, CategoryRow
from core.metrics.bias_audit.rounding import percent
from core.metrics.bias_audit.tallies import NOT_SUPPLIED, Tallies, Tally, Values
from core.metrics.figure import Figure, missing
from core.metrics.intervals import katz, wilson

LIMIT = Fraction(2, 100)  # 6 RCNY 5-301(d)
CLAUSE = "6 RCNY 5-301(d)"
TIMES = " × "


@dataclass(frozen=True)
class Exclusion:
    """The auditor's choice to leave categories below this share out of the impact ratios, and why."""

    below: Fraction
    because: str


def exclusion(below: float | None, because: str) -> Exclusion | None:
    """The choice, or None if nothing is excluded.

    Raises Refused without a justification, and above the 2 % that 6 RCNY 5-301(d) allows.
    """
    if below is None:
        return None
    share = Fraction(repr(below))  # as it is written: 0.02 is exactly two hundredths
    reasons = []
    if not 0 < share <= LIMIT:
        text = f"A category may be left out of the impact ratios below 0.02 of the data, not below {float(share):.4g}"
        reasons.append(Refusal("exclusion_too_wide", text, CLAUSE, "Choose a share above 0 and at most 0.02."))
    if not because.strip():
        text = "Categories cannot be left out of the impact ratios without a justification"
        reasons.append(Refusal("exclusion_without_reason", text, CLAUSE, "Say why they are left out."))
    if reasons:
        raise Refused(reasons)
    return Exclusion(share, because.strip())


def axis_table(
    axis: Axis, found: Tallies, excluded: Exclusion | None, output: Output, classification: str = ""
) -> AxisTable:
    """Rates and impact ratios of one axis, exact from the counts and rounded once into floats.

    Selection or scoring rate = selected / n; impact ratio = rate / highest rate among the included categories; 1 is the
    best. An excluded category leaves the denominator as well. Of equals the largest category is the reference, then the
    first; the others are ties. A category without people has no rate; where the highest rate is 0 there is no ratio; a
    category alone is compared with nothing. Sources: 6 RCNY 5-300, “impact ratio”; 5-301(b)-(d).
    """
    people = sum(tally.n for tally in found.by_category.values())
    out = {values for values, tally in found.by_category.items() if _is_out(tally, people, excluded)}
    included = {values: tally for values, tally in found.by_category.items() if values not in out and tally.n}
    best, ties = _reference(included)
    rows = tuple(
        _row(axis, values, tally, found.by_category[best] if best else None, output)
        if values not in out
        else _excluded_row(axis, values, tally, people, excluded)
        for values, tally in found.by_category.items()
    )
    reason = _why_not(axis, found.by_category, included, output)
    return AxisTable(
        axis=axis,
        rows=rows,
        reference=TIMES.join(best) if best else None,
        ties=tuple(TIMES.join(values) for values in ties),
        unknown=found.unknown,
        classification=classification,
        reason=reason,
    )


def _is_out(tally: Tally, people: int, excluded: Exclusion | None) -> bool:
    return excluded is not None and tally.n > 0 and Fraction(tally.n, people) < excluded.below


def _reference(included: Mapping[Values, Tally]) -> tuple[Values | None, list[Values]]:
    rates = {values: Fraction(tally.selected, tally.n) for values, tally in included.items()}
    highest = max(rates.values(), default=Fraction(0))
    if not highest:
        return None, []
    best = [values for values, rate in rates.items() if rate == highest]
    first = max(best, key=lambda values: included[values].n)  # the first of the largest
    return first, [values for values in best if values != first]


def _row(axis: Axis, values: Values, tally: Tally, best: Tally | None, output: Output) -> CategoryRow:
    row = _plain_row(axis, values, tally)
    if not tally.n:
        return replace(row, reason="Nobody is in this category")
    if best is None:
        return replace(row, reason=f"Nobody was {output.counted}, so the highest rate is 0")
    return replace(row, impact_ratio=float(Fraction(tally.selected * best.n, tally.n * best.selected)))


def _excluded_row(axis: Axis, values: Values, tally: Tally, people: int, excluded: Exclusion | None) -> CategoryRow:
    assert excluded is not None
    share = percent(Fraction(tally.n, people), 2)
    below = percent(excluded.below, 2).replace(".00", "")
    reason = f"Left out by the auditor ({CLAUSE}): {share} of the people, less than {below}. {excluded.because}"
    return replace(_plain_row(axis, values, tally), excluded=True, reason=reason)


def _plain_row(axis: Axis, values: Values, tally: Tally) -> CategoryRow:
    return CategoryRow(
        category=TIMES.join(values),
        sex="" if axis is Axis.RACE_ETHNICITY else values[-1],
        race_ethnicity="" if axis is Axis.SEX else values[0],
        n=tally.n,
        selected=tally.selected,
        rate=float(Fraction(tally.selected, tally.n)) if tally.n else None,
        impact_ratio=None,
    )


def _why_not(axis: Axis, found: Mapping[Values, Tally], included: Mapping[Values, Tally], output: Output) -> str:
    if not any(tally.n for tally in found.values()):
        return NOT_SUPPLIED[axis]
    if not included:
        return "Every category is left out of the impact ratios"
    if not any(tally.selected for tally in included.values()):
        return f"Nobody was {output.counted}, so the highest rate is 0"
    return f"Only {TIMES.join(*included)} can be compared" if len(included) == 1 else ""


def impact_figure(table: AxisTable) -> Figure:
    """The lowest impact ratio of a table with Katz's interval; not available where nothing can be compared."""
    subject = _subject(table)
    if table.reason or table.reference is None:
        return missing(IMPACT_RATIO, table.reason, n=table.people, subject=subject)
    compared: Sequence[CategoryRow] = [row for row in table.rows if row.impact_ratio is not None]
    worst = min(compared, key=lambda row: row.selected / row.n)
    reference = table.row(table.reference)
    interval = None
    if worst is not reference:
        interval = katz(worst.selected, worst.n, reference.selected, reference.n)
    n = min(worst.n, reference.n)
    method = "Katz" if interval else ""
    return Figure(IMPACT_RATIO, worst.impact_ratio, interval, n, method, subject=_subject(table, worst.category))


def unknown_figure(table: AxisTable) -> Figure:
    """The share of the people assessed who fall within an unknown category, with Wilson's interval; 0 is the best."""
    subject = _subject(table)
    everybody = table.people + table.unknown
    if not everybody:
        return missing(UNKNOWN_SHARE, table.reason or "Nobody was assessed", subject=subject)
    share = float(Fraction(table.unknown, everybody))
    return Figure(UNKNOWN_SHARE, share, wilson(table.unknown, everybody), everybody, "Wilson", subject=subject)


def _subject(table: AxisTable, category: str = "") -> str:
    return ", ".join(part for part in (table.axis.value.replace("_", "/"), category, table.classification) if part)
