"""The process that makes Evidently's page: two files and the columns in, HTML out."""

import json
import sys
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from core.errors import Problem, Unreadable
from core.frames.drift.columns import sides
from core.frames.source import Table, open_table
from core.metrics.drift import ColumnDrift, Kind, Method
from core.metrics.drift.shares import chi_square
from core.validation.evidently_report import COLUMNS, REFUSED

if TYPE_CHECKING:
    import pandas as pd
    from evidently import Dataset  # type: ignore[import-untyped]
    from evidently.legacy.core import ColumnType  # type: ignore[import-untyped]

MOST_ROWS = 50_000
MOST_CATEGORIES = 500
SEED = 0
NOTHING = "no column has a drift score to show"
TWO_SAMPLE = "countersign_chi_square"
METHODS: Mapping[Method, str] = MappingProxyType(
    {
        Method.CHI_SQUARE: TWO_SAMPLE,  # Evidently's own “chisquare” takes the reference's shares for known
        Method.KOLMOGOROV_SMIRNOV: "ks",
        Method.WASSERSTEIN: "wasserstein",
        Method.PSI: "psi",
        Method.JENSEN_SHANNON: "jensenshannon",
    }
)
# Evidently writes names and categories into a script as they are: “</script>” would end it and begin another.
HARMLESS = str.maketrans({"<": "‹", ">": "›", "\u2028": " ", "\u2029": " "})


def main() -> int:
    """Columns as JSON on standard input, the page on standard output; 2 and the reasons where there is none."""
    columns = COLUMNS.validate_json(sys.stdin.buffer.read())
    try:
        page = page_of(Path(sys.argv[1]), Path(sys.argv[2]), columns)
    except Unreadable as error:
        print(json.dumps([str(problem) for problem in error.problems]))  # noqa: T201  # the parent reads it
        return REFUSED
    sys.stdout.buffer.write(page.encode())
    return 0


def page_of(reference: Path, current: Path, columns: Sequence[ColumnDrift]) -> str:
    """What `core.validation.evidently_report.evidently_html` promises."""
    judged = [column for column in columns if column.score is not None]
    if not judged:
        raise Unreadable([Problem(NOTHING)])
    with open_table(reference) as table:
        both = (table, table.beside(current))
        frames = [sampled_frame(side, judged) for side in both]
        rows = [side.count("true") for side in both]
    crowded = {
        column.column: f"more than {MOST_CATEGORIES} categories"
        for column in judged
        if column.type is Kind.CATEGORICAL and max(frame[column.column].nunique() for frame in frames) > MOST_CATEGORIES
    }
    shown = [column for column in judged if column.column not in crowded]
    if not shown:
        raise Unreadable([Problem(NOTHING)])
    left_out = {column.column: column.unavailable for column in columns if column.score is None} | crowded
    page = _page(frames, shown)
    return page.replace("<body>", f"<body>{_notice(rows, left_out)}", 1)


def sampled_frame(table: Table, columns: Sequence[ColumnDrift]) -> "pd.DataFrame":
    """The columns by their own names, numbers as doubles and categories as text; sampled beyond the most rows."""
    found = sides(table, [column.column for column in columns])
    expressions = [
        side.number
        if column.type is Kind.NUMERIC
        else f"CASE WHEN NOT {side.missing} THEN CAST({side.key} AS VARCHAR) END"
        for column, side in zip(columns, found.values(), strict=True)
    ]
    parts = ", ".join(f"{expression} AS x{at}" for at, expression in enumerate(expressions))
    rows, source = table.count("true"), f"SELECT {parts}, row_number() OVER () - 1 AS place FROM {table.view}"  # noqa: S608
    if rows > MOST_ROWS:
        chosen = np.sort(np.random.default_rng(SEED).choice(rows, MOST_ROWS, replace=False))
        table.connection.register("chosen", pa.table({"place": chosen}))
        source = f"SELECT * FROM ({source}) WHERE place IN (SELECT place FROM chosen)"  # noqa: S608
    frame = table.connection.execute(f"SELECT * FROM ({source}) ORDER BY place").df().drop(columns="place")  # noqa: S608
    if rows > MOST_ROWS:
        table.connection.unregister("chosen")
    frame.columns = [column.column for column in columns]
    return frame


def _page(frames: "Sequence[pd.DataFrame]", columns: Sequence[ColumnDrift]) -> str:
    from evidently import Report  # loading Evidently takes some five seconds
    from evidently.metrics import ValueDrift  # type: ignore[import-untyped]

    _register_two_sample_test()
    names = _names(columns)
    reference, current = (_dataset(frame, columns, names) for frame in frames)
    metrics = [
        ValueDrift(column=names[column.column], method=METHODS[column.method], threshold=column.threshold)
        for column in columns
    ]
    return str(Report(metrics, include_tests=True).run(current, reference).get_html_str(as_iframe=False))


def _names(columns: Sequence[ColumnDrift]) -> dict[str, str]:
    """What each column is called on the page: without signs that HTML obeys, and still unlike every other."""
    names: dict[str, str] = {}
    for at, column in enumerate(columns, start=1):
        name = column.column.translate(HARMLESS)
        names[column.column] = f"{name} ({at})" if name in names.values() else name
    return names


def _dataset(frame: "pd.DataFrame", columns: Sequence[ColumnDrift], names: Mapping[str, str]) -> "Dataset":
    """The definition is given in full: types that Evidently guesses drop columns without a word."""
    from evidently import DataDefinition, Dataset

    of_kind = {kind: [names[one.column] for one in columns if one.type is kind] for kind in Kind}
    definition = DataDefinition(
        numerical_columns=of_kind[Kind.NUMERIC], categorical_columns=of_kind[Kind.CATEGORICAL], text_columns=[]
    )
    shown = frame[[column.column for column in columns]].rename(columns=dict(names))
    for name in of_kind[Kind.CATEGORICAL]:
        shown[name] = shown[name].str.translate(HARMLESS)
    return Dataset.from_pandas(shown, data_definition=definition)


def _register_two_sample_test() -> None:
    from evidently.legacy.calculations.stattests import (  # type: ignore[import-untyped]
        StatTest,
        register_stattest,
    )
    from evidently.legacy.core import ColumnType

    test = StatTest(
        name=TWO_SAMPLE, display_name="two-sample chi-square p_value", allowed_feature_types=[ColumnType.Categorical]
    )
    register_stattest(test, _two_sample_test)


def _two_sample_test(
    reference: "pd.Series[str]", current: "pd.Series[str]", _kind: "ColumnType", threshold: float
) -> tuple[float, bool]:
    counts = [side.value_counts() for side in (reference, current)]
    values = counts[0].index.union(counts[1].index)
    first, second = (np.asarray(count.reindex(values, fill_value=0), dtype=np.int64) for count in counts)
    p_value = chi_square(first, second).p_value
    return p_value, p_value < threshold


def _notice(rows: Sequence[int], left_out: Mapping[str, str]) -> str:
    """What a reader has to know before reading Evidently's words."""
    sampled = [
        f"{MOST_ROWS:,} of {count:,} {side} rows"
        for side, count in zip(("reference", "current"), rows, strict=True)
        if count > MOST_ROWS
    ]
    sentences = [
        "Made by Evidently from the same data. The verdict rests on Countersign's own result, which also asks whether "
        "chance explains a distance.",
        *(
            [f"It rests on {' and '.join(sampled)}, drawn at random (seed {SEED}), so scores differ a little."]
            if sampled
            else []
        ),
        *(f"Left out: {name} ({reason})." for name, reason in left_out.items()),
    ]
    text = "<br>".join(escape(sentence) for sentence in sentences)
    return f'<p style="margin:1rem;font-family:sans-serif;font-size:0.9rem">{text}</p>'


if __name__ == "__main__":
    sys.exit(main())
