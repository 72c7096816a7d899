"""What a reader has to know beside the figures of a fairness assessment, in sentences."""

from collections.abc import Iterator

from core.metrics.fairness.results import Comparison, FairnessResult
from core.metrics.fairness.sweeps import LAW_ON_CUT_OFFS

CLEAR = 0.05


def notes(result: FairnessResult) -> tuple[str, ...]:
    """Every note, in the order in which a reader meets its figure; sentences without full stop."""
    return (
        *_labels(result),
        *(note for comparison in result.comparisons for note in _crossed(comparison)),
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
    if tested:
        few = sum(value < CLEAR for value in tested)
        words = f"{len(tested)} groups were tested at once; {few} differ at 5 % after Holm's correction"
        yield f"{comparison.name}: {words}"
