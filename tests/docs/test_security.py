"""Every row that security is judged by has a test; what docs/security.md names is there and is collected."""

import ast
from collections import defaultdict
from collections.abc import Iterator

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
