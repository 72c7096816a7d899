"""`make bench` runs each benchmark, and its tables go between their marks in docs/benchmarks.md and nowhere else."""

from importlib.util import find_spec

import pytest

from benchmarks.__main__ import BENCHMARKS, PAGE, NoPlace, begin, end, filled
from tests.docs.pages import ROOT

HELPERS = {
    "__init__",
    "__main__",
    "byte_flips",
    "drift_alarms",
    "inventory_peer",
    "inventory_questions",
    "kills",
    "measuring",
    "security_rows",
}  # parts of drift and inventory, two trials whose outcome is a number, and the results of security on their own page


def test_every_benchmark_of_the_folder_is_run() -> None:
    written = {file.stem for file in (ROOT / "benchmarks").glob("*.py")} - HELPERS

    assert {one.name for one in BENCHMARKS} == written
    assert all(find_spec(f"benchmarks.{name}") for name in written)


def test_the_page_has_a_place_and_figures_for_each_benchmark() -> None:
    page = PAGE.read_text(encoding="utf-8")

    for one in BENCHMARKS:
        tables = page.partition(begin(one.name))[2].partition(end(one.name))[0]
        assert "cores" in tables, f"{one.name}: what it ran on"
        assert tables.count("\n|") >= 3, f"{one.name}: a table"


def test_tables_replace_those_between_their_marks_and_leave_the_rest() -> None:
    page = f"Before.\n{begin('ledger')}\nold\n{end('ledger')}\nAfter {begin('fairness')}\nkept\n{end('fairness')}\n"

    written = filled(page, {"ledger": "new"})

    assert written == page.replace("old", "new")


@pytest.mark.parametrize("page", ["", begin("ledger"), f"{end('ledger')}\n{begin('ledger')}"])
def test_a_page_without_both_marks_in_order_is_refused(page: str) -> None:
    with pytest.raises(NoPlace, match="ledger"):
        filled(page, {"ledger": "new"})
