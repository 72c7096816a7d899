"""The worked tables of 6 RCNY 5-301 as printed, and files to audit."""

import csv
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parents[1] / "data"
TABLES = DATA / "ll144_rule_tables.csv"
SELECTION = DATA / "ll144_rule_selection_rows.csv"
SCORING = DATA / "ll144_rule_scoring_rows.csv"
AGGREGATE = {"n": "n_applicants", "selected": "n_selected_or_above_median"}
ATTRIBUTES = {"sex": "sex", "race": "race_ethnicity"}


class Line(NamedTuple):
    """One printed line: two figures."""

    example: str
    axis: str
    category: str
    n: int
    counted: int
    rate: str
    impact_ratio: str


def lines() -> list[Line]:
    """All 46 lines, with 92 printed figures."""
    with TABLES.open(encoding="utf-8") as file:
        return [
            Line(
                row["example"],
                row["table"],
                " × ".join(part for part in (row["race_ethnicity"], row["sex"]) if part),
                int(row["n_applicants"]),
                int(row["n_selected_or_above_median"]),
                row["printed_rate"],
                row["printed_impact_ratio"],
            )
            for row in csv.DictReader(file)
        ]


def written(tmp_path: Path, text: str, name: str = "rows.csv") -> Path:
    """A file with this text."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path
