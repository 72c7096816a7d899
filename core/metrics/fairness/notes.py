"""What a reader has to know beside the figures of a fairness assessment, in sentences."""

from collections.abc import Iterator, Sequence

from core.metrics.fairness.numeric import RegressionComparison
from core.metrics.fairness.results import Comparison, FairnessResult
from core.metrics.fairness.sweeps import LAW_ON_CUT_OFFS

CLEAR = 0.05


def notes(result: FairnessResult) -> tuple[str, ...]:
    """Every note, in the order in which a reader meets its figure; sentences without full stop."""
    return (
        *_labels(result),
        *(note for comparison in result.comparisons for note in _crossed(comparison)),
        *(note for one in result.regression for note in _tested_at_once(one.name, one.attributes, _p_values(one))),
        *(one.note for one in result.conditional if one.note),
        *([LAW_ON_CUT_OFFS] if any(one.points for one in result.sweep) else []),
    )


def _labels(result: FairnessResult) -> Iterator[str]:
    if result.rest:
        shown = ", ".join(result.rest[:10]) + (" …" if len(result.rest) > 10 else "")
        yield f"One against the rest: {result.positive} is positive, and not positive are {shown}"
    for one in result.normalised:
        renamed = ", ".join(f"{written} → {shown}" for written, shown in one.shown.items())
        if renamed:
            yield f"Groups of {one.attribute} were renamed: {renamed}"


def _crossed(comparison: Comparison) -> Iterator[str]:
    """Rows that are in no crossing, and the number of tests (rule 7 of multiple comparisons)."""
    if len(comparison.attributes) < 2:
        return
    if comparison.unknown:
        yield f"{comparison.name}: {comparison.unknown} rows miss one of the values and are in no group"
    tested = [group.holm_p_value for group in comparison.groups if group.holm_p_value is not None]
    yield from _tested_at_once(comparison.name, comparison.attributes, tested)


def _p_values(comparison: RegressionComparison) -> list[float]:
    found = (group.mean_prediction.holm_p_value for group in comparison.groups)
    return [value for value in found if value is not None]


def _tested_at_once(name: str, attributes: Sequence[str], tested: Sequence[float]) -> Iterator[str]:
    if len(attributes) > 1 and tested:
        few = sum(value < CLEAR for value in tested)
        yield f"{name}: {len(tested)} groups were tested at once; {few} differ at 5 % after Holm's correction"
