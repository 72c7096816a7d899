"""Every row that security is judged by has a test; what docs/security.md names is there and is collected."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

from tests.docs.pages import ROOT
from tests.rows import ROWS

# Rows whose tests other work on this release brings; nothing may stay here in a release.
WAITING = frozenset[str]()


def marked_tests() -> dict[str, set[str]]:
    """By row, the tests that say they show it, as path::name."""
    found = defaultdict[str, set[str]](set)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            for row in _rows(function):
                found[row].add(f"{path.relative_to(ROOT).as_posix()}::{function.name}")
    return dict(found)


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in module.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


def _rows(function: ast.FunctionDef) -> Iterator[str]:
    for mark in function.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.row":
            yield ast.literal_eval(mark.args[0])


def test_every_row_has_a_test() -> None:
    marked = marked_tests()

    assert set(marked) <= set(ROWS)
    assert set(ROWS) - set(marked) - WAITING == set()


PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def collected(path: str) -> set[str]:
    """The tests of a file, as pytest collects them."""
    file = ROOT / path
    return {one.name for one in _functions(ast.parse(file.read_text(encoding="utf-8")))} if file.exists() else set()


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the tables under this heading, without their heads."""
    text = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    tables = [part.strip().splitlines()[2:] for part in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for table in tables for line in table]


def test_every_test_that_the_page_names_is_collected() -> None:
    named = NAMED.findall(PAGE)

    assert len(named) > 100
    assert sorted({f"{path}::{name}" for path, name in named if name not in collected(path)}) == []


def test_every_threat_has_what_stops_it_and_a_test() -> None:
    threats = rows_of("Threats")

    assert len(threats) > 50
    assert [row[0] for row in threats if len(row) != 3 or not row[1] or not NAMED.search(row[2])] == []


def test_the_table_of_results_has_every_row_and_names_its_tests() -> None:
    results = PAGE.partition("<!-- security_rows: begin -->")[2].partition("<!-- security_rows: end -->")[0]

    assert [row for row in ROWS if f"| {row} |" not in results] == []
    assert {f"{path}::{name}" for path, name in NAMED.findall(results)} <= {
        one for tests in marked_tests().values() for one in tests
    }
