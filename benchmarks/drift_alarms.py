"""How often a drift check raises an alarm where nothing drifted: ours beside the defaults of Evidently.

Both files of a trial are drawn from one distribution, so every alarm is a false one; a test at 5 % may raise it in 5 %.
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np

from core.metrics.drift import THRESHOLDS, Method
from core.metrics.drift.measure import measure_counts, measure_numbers

SIZES = (500, 1_000, 2_000)
CATEGORIES = (3, 10, 50, 200)
OF_CATEGORIES = (Method.CHI_SQUARE, Method.PSI, Method.JENSEN_SHANNON)
OF_NUMBERS = (Method.WASSERSTEIN, Method.KOLMOGOROV_SMIRNOV, Method.PSI, Method.JENSEN_SHANNON)
Rows = np.ndarray
Draw = Callable[[np.random.Generator, int], Rows]
SHAPES: dict[str, Draw] = {
    "normal": lambda generator, n: generator.normal(size=n),
    "lognormal": lambda generator, n: generator.lognormal(0, 1.5, n),
    "Cauchy": lambda generator, n: generator.standard_cauchy(n),
    "0 to 9": lambda generator, n: generator.integers(0, 10, n).astype(float),
}
NAMES = {
    Method.CHI_SQUARE: "chi-square",
    Method.PSI: "PSI",
    Method.JENSEN_SHANNON: "Jensen–Shannon",
    Method.WASSERSTEIN: "Wasserstein",
    Method.KOLMOGOROV_SMIRNOV: "Kolmogorov–Smirnov",
}


def alarm_tables(trials: int, seed: int) -> str:
    """Two tables of Markdown: columns of categories, equally and unequally frequent, and columns of numbers."""
    intro = (
        f"Share of {trials:,} columns without drift that raise an alarm (standard error at 5 %: "
        f"{(0.05 * 0.95 / trials) ** 0.5:.1%}). Evidently as it comes: the method it chooses at this size."
    )
    return "\n".join([intro, "", *_categories(trials, seed), "", *_numbers(trials, seed)])


def _categories(trials: int, seed: int) -> list[str]:
    lines = _head(("rows, each file", "categories"), OF_CATEGORIES)
    for n in SIZES:
        for k in CATEGORIES:
            for name, odds in (("even", np.ones(k)), ("uneven", 1 / np.arange(1, k + 1))):
                shares = odds / odds.sum()
                alarms = [_of_categories(np.random.default_rng((seed, n, k, at)), n, shares) for at in range(trials)]
                lines.append(_line((f"{n:,}", f"{k} {name}"), alarms))
    return lines


def _numbers(trials: int, seed: int) -> list[str]:
    lines = _head(("rows, each file", "numbers"), OF_NUMBERS)
    for n in SIZES:
        for number, (name, draw) in enumerate(SHAPES.items()):
            alarms = [_of_numbers(np.random.default_rng((seed, n, number, at)), n, draw) for at in range(trials)]
            lines.append(_line((f"{n:,}", name), alarms))
    return lines


def _of_categories(generator: np.random.Generator, n: int, shares: Rows) -> list[bool]:
    reference, current = (generator.choice(len(shares), n, p=shares) for _ in range(2))
    counts = [np.bincount(side, minlength=len(shares)) for side in (reference, current)]
    found = [measure_counts(one, *counts, threshold=THRESHOLDS[one]).drifted for one in OF_CATEGORIES]
    return [*map(bool, found), _evidently(reference, current, "cat")]


def _of_numbers(generator: np.random.Generator, n: int, draw: Draw) -> list[bool]:
    reference, current = (draw(generator, n) for _ in range(2))
    ordered = np.sort(reference), np.sort(current)
    found = [measure_numbers(one, *ordered, threshold=THRESHOLDS[one]).drifted for one in OF_NUMBERS]
    return [*map(bool, found), _evidently(reference, current, "num")]


def _evidently(reference: Rows, current: Rows, kind: str) -> bool:
    """Evidently's verdict by the method and threshold that it chooses itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas as pd
        from evidently.legacy.calculations.stattests import get_stattest
        from evidently.legacy.core import ColumnType

        kinds = {"cat": ColumnType.Categorical, "num": ColumnType.Numerical}
        sides = pd.Series(reference), pd.Series(current)
        return bool(get_stattest(*sides, kinds[kind], None)(*sides, kinds[kind], None).drifted)


def _head(first: Sequence[str], methods: Sequence[Method]) -> list[str]:
    names = [*first, *(f"ours, {NAMES[method]}" for method in methods), "Evidently"]
    return [f"| {' | '.join(names)} |", f"|{'---:|' * len(names)}"]


def _line(first: Sequence[str], alarms: Sequence[Sequence[bool]]) -> str:
    rates = [f"{rate:.1%}" for rate in np.mean(np.array(alarms), axis=0)]
    return f"| {' | '.join([*first, *rates])} |"
