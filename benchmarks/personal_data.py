"""Measures the personal-data detector: what it finds, what it misses, how long it takes.

Prints Markdown tables: `python -m benchmarks.personal_data [SEED]`. The hold-out is that of the tests, with a seed of
its own and more rows.
"""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl

from core.access.personal_data import Kind, scan
from tests.personal_data.holdout import columns, wide_frame
from tests.personal_data.measure import Judged, judge, score

SEED = 41
ROWS = 1_000
WIDE_ROWS = 100_000
TALL_ROWS = 1_000_000


def confusion(judged: list[Judged]) -> Counter[tuple[str, str]]:
    """Cells by what they hold and what they were taken for."""
    cells: Counter[tuple[str, str]] = Counter()
    for one in judged:
        held = str(one.column.kind or "nothing personal")
        for kind, count in one.claimed.items():
            wrong = count - one.true_cells if kind is one.column.kind else count
            cells[held, str(kind)] += count - wrong if kind is one.column.kind else 0
            cells["nothing personal" if kind is one.column.kind else held, str(kind)] += wrong
        cells[held, "not found"] += max(0, one.column.holding - sum(one.claimed.values()))
        if one.column.kind is None:
            cells[held, "no pattern found"] += len(one.column.cells) - sum(one.claimed.values())
    return cells


def print_quality(seed: int) -> None:
    """Precision and recall, with and without names, and the confusion of cells."""
    judged = judge(columns(seed, ROWS))
    print(f"Hold-out of {len(judged)} columns with {ROWS:,} cells each, seed {seed}.\n")
    print("| | column precision | column recall | cell precision | cell recall |\n|---|---|---|---|---|")
    for words, part in (("all", judged), ("without names", [j for j in judged if j.column.kind is not Kind.NAME])):
        s = score(part)
        figures = (s.column_precision, s.column_recall, s.cell_precision, s.cell_recall)
        print(f"| {words} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |")
    print("\n| held | taken for | cells |\n|---|---|---|")
    for (held, taken), count in sorted(confusion(judged).items()):
        if count:
            print(f"| {held} | {taken} | {count:,} |")


def print_speed(seed: int) -> None:
    """Processor seconds of whole scans."""
    frame, planted = wide_frame(seed, WIDE_ROWS)
    addresses = pl.DataFrame({"email": [f"person{row}@example.com" for row in range(TALL_ROWS)]})
    print("\n| table | processor seconds | seconds |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.parquet"
        for words, data in (("100,000 x 10, five planted", frame), ("1,000,000 addresses", addresses)):
            data.write_parquet(table)
            begin, begin_cpu = time.perf_counter(), time.process_time()
            result = scan(table)
            print(f"| {words} | {time.process_time() - begin_cpu:.1f} | {time.perf_counter() - begin:.1f} |")
            if data is frame:
                found = {c.column: c.first_line for c in result.columns if Kind.EMAIL in c.kinds}
    print(f"\nFound {len(found.items() & planted.items())} of {len(planted)} planted addresses on their lines.")


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else SEED
    print_quality(chosen)
    print_speed(chosen)
