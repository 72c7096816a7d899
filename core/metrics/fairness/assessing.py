"""From counts to a fairness assessment: each attribute alone, then all of them crossed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.errors import Problem, Unreadable
from core.metrics.cells import Cells, canonical
from core.metrics.fairness.comparing import against, own_figures, with_holm
from core.metrics.fairness.conditional import compare_within
from core.metrics.fairness.figures import figures
from core.metrics.fairness.groups import Overall
from core.metrics.fairness.notes import notes
from core.metrics.fairness.rates import group_rates
from core.metrics.fairness.reference import Share, check_wanted, find_reference
from core.metrics.fairness.results import Comparison, FairnessResult

FOUR_FIFTHS = 0.8  # 29 CFR 1607.4(D)
DEFAULT_MINIMUM_GROUP = 30
REPETITIONS = 10_000
SEED = 1607


def assess(
    cells: Cells,
    *,
    favourable: str | None = None,
    reference: Mapping[str, str] | Overall | None = None,
    controls: Sequence[str] = (),
    minimum_group: int = DEFAULT_MINIMUM_GROUP,
    threshold: float = FOUR_FIFTHS,
    repetitions: int = REPETITIONS,
    seed: int = SEED,
) -> FairnessResult:
    """Compare favourable outcomes and error rates between the groups of every attribute, and of all crossed.

    `favourable` is one of the two labels, by default the positive one; selection rates and ratios count it.
    `reference` is None for the most selected group with `minimum_group` rows, attribute-to-value for a named group, or
    “overall”. Smaller groups are shown with their figures but not judged. `controls` are attributes of the cells at
    whose equal values the groups are compared once more. Raises Unreadable where the favourable label or the named
    group is not in the data, ValueError without attributes or with a minimum below 1.
    Source of the rules: 29 CFR 1607.4(D) and 6 RCNY 5-300; figures as in Fairlearn.
    """
    attributes = tuple(name for name in cells.attributes if name not in controls)
    if not attributes or minimum_group < 1:
        raise ValueError("A fairness assessment needs an attribute and a minimum group of at least one row")
    is_positive = _is_positive(cells, favourable)
    check_wanted(reference, {name: frozenset(key[0] for key in cells.tallies((name,))) for name in attributes})
    compared = tuple(
        _compare(cells, crossed, is_positive, reference, minimum_group, repetitions, seed)
        for crossed in combinations(attributes)
    )
    result = FairnessResult(
        rows=cells.rows,
        unknown={name: count for name, count in cells.unknown.items() if name in attributes},
        favourable=cells.positive if is_positive else cells.negative,
        positive=cells.positive,
        comparisons=compared,
        threshold=threshold,
        rest=cells.rest,
        normalised=cells.normalised,
    )
    if controls:
        result = _within(cells, result, controls, is_positive, reference)
    return replace(result, notes=notes(result))


def combinations(attributes: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """What is compared: each attribute alone, then, of several, all crossed."""
    return (*((name,) for name in attributes), *([tuple(attributes)] if len(attributes) > 1 else []))


def _within(
    cells: Cells,
    result: FairnessResult,
    controls: Sequence[str],
    is_positive: bool,
    wanted: Mapping[str, str] | Overall | None,
) -> FairnessResult:
    pairs = [
        compare_within(
            cells,
            one,
            controls,
            is_positive=is_positive,
            named=wanted is not None and wanted != "overall" and all(name in wanted for name in one.attributes),
            threshold=result.threshold,
        )
        for one in result.comparisons
    ]
    return replace(
        result, comparisons=tuple(compared for compared, _ in pairs), conditional=tuple(found for _, found in pairs)
    )


def _is_positive(cells: Cells, favourable: str | None) -> bool:
    if favourable is None or canonical(favourable) == canonical(cells.positive):
        return True
    if cells.negative and canonical(favourable) == canonical(cells.negative):
        return False
    labels = " or ".join(label for label in (cells.positive, cells.negative) if label)
    raise Unreadable([Problem("the favourable outcome is not in the data", found=favourable, expected=labels)])


def _compare(
    cells: Cells,
    attributes: tuple[str, ...],
    is_positive: bool,
    wanted: Mapping[str, str] | Overall | None,
    minimum_group: int,
    repetitions: int,
    seed: int,
) -> Comparison:
    by_values = cells.tallies(attributes)
    tallies = list(by_values.values())
    rates = group_rates(tallies, favourable_is_positive=is_positive)
    groups = [
        own_figures(attributes, values, tally, own, minimum_group)
        for (values, tally), own in zip(by_values.items(), rates, strict=True)
    ]
    shares = [Share(group.values, group.selected, group.n) for group in groups]
    reference = find_reference(shares, attributes, wanted, minimum_group)
    compared = with_holm([against(group, reference) for group in groups])
    return Comparison(
        attributes=attributes,
        groups=compared,
        reference=reference.values if reference else None,
        ties=reference.ties if reference else (),
        figures=figures(
            compared, tallies, reference, favourable_is_positive=is_positive, repetitions=repetitions, seed=seed
        ),
        minimum_group=minimum_group,
        unknown=cells.rows - sum(tally.n for tally in tallies),
    )
