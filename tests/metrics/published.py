"""Figures that others printed, and builders of counts for tests."""

import csv
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from core.metrics.cells import Cell, Cells

ROOT = Path(__file__).parents[2]
COMPAS = ROOT / "app/example/data/compas_for_aequitas.csv"
DATA = ROOT / "tests/data"


class Oracle(NamedTuple):
    """A group against its reference, as computed by scipy 1.17 and statsmodels 0.15."""

    name: str
    counts: tuple[int, int, int, int]  # selected, n, reference selected, reference n
    ratio: float
    z: float
    z_p: float
    fisher_p: float
    katz: tuple[float, float]
    wilson: tuple[float, float]


def _ll144(race: str, sex: str) -> tuple[int, int]:
    table = "intersectional" if race and sex else "sex"
    with (DATA / "ll144_rule_tables.csv").open() as file:
        for row in csv.DictReader(file):
            named = (row["example"], row["table"], row["race_ethnicity"], row["sex"])
            if named == ("selection", table, race, sex):
                return int(row["n_selected_or_above_median"]), int(row["n_applicants"])
    raise KeyError((race, sex))


BLACK, NATIVE = "Black or African American", "Native American or Alaska Native"
ORACLES = (
    Oracle(
        "LL144 Female / Male",
        (*_ll144("", "Female"), *_ll144("", "Male")),
        0.9793,
        -0.502,
        0.6159,
        0.6345,
        (0.9026, 1.0626),
        (0.4416, 0.4985),
    ),
    Oracle(
        "LL144 Black male / White male",
        (*_ll144(BLACK, "Male"), *_ll144("White", "Male")),
        0.8055,
        -2.453,
        0.01416,
        0.01629,
        (0.6736, 0.9633),
        (0.3579, 0.4855),
    ),
    Oracle(
        "LL144 Native American female / White male",
        (*_ll144(NATIVE, "Female"), *_ll144("White", "Male")),
        0.7891,
        -0.890,
        0.3734,
        0.4605,
        (0.4437, 1.4031),
        (0.2161, 0.6399),
    ),
    Oracle(
        "Ricci Lieutenant B / W",
        (6, 19, 25, 43),
        0.5432,
        -1.928,
        0.05381,
        0.09708,
        (0.2674, 1.1034),
        (0.1536, 0.5399),
    ),
    Oracle(
        "Ricci Lieutenant H / W",
        (3, 15, 25, 43),
        0.3440,
        -2.545,
        0.01092,
        0.01593,
        (0.1212, 0.9766),
        (0.0705, 0.4519),
    ),
    Oracle(
        "Ricci Captain B / W",
        (3, 8, 16, 25),
        0.5859,
        -1.320,
        0.1868,
        0.2379,
        (0.2285, 1.5025),
        (0.1368, 0.6943),
    ),
)


def counted(
    rows: list[tuple[bool | None, bool, tuple[str | None, ...]]], *attributes: str, labelled: bool = True
) -> Cells:
    """Cells of rows given as (truth, prediction, sensitive values)."""
    found = Counter(rows)
    return Cells(
        attributes=attributes,
        cells=tuple(Cell(truth, predicted, values, n) for (truth, predicted, values), n in found.items()),
        positive="1",
        negative="0",
        labelled=labelled,
        unknown={
            name: sum(n for (_, _, values), n in found.items() if values[at] is None)
            for at, name in enumerate(attributes)
        },
    )


def selections(attribute: str, **groups: tuple[int, int]) -> Cells:
    """Cells without labels: group name to (selected, n)."""
    cells = [
        Cell(None, predicted, (name,), count)
        for name, (selected, n) in groups.items()
        for predicted, count in ((True, selected), (False, n - selected))
        if count
    ]
    return Cells((attribute,), tuple(cells), "1", "0", labelled=False, unknown={attribute: 0})
