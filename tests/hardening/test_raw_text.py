"""No page puts somebody's text straight into a cell of a table, where Markdown would be drawn: `plain` comes first."""

import ast
from collections.abc import Iterator
from pathlib import Path

from app.launch import ROOT

WRITTEN = {
    "clause", "description", "detail", "filename", "label", "metric", "name", "note", "purpose", "rationale", "reason",
    "subject", "summary", "text", "title",
}  # fmt: skip


def bare(tree: ast.AST) -> Iterator[int]:
    """The lines at which a cell of `table([{"Heading": row.text}])` is an attribute as it stands."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Dict):
            for key, value in zip(call.keys, call.values, strict=True):
                heading = isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value[:1].isupper()
                if heading and isinstance(value, ast.Attribute) and value.attr in WRITTEN:
                    yield value.lineno


def test_no_cell_is_a_text_as_somebody_wrote_it() -> None:
    sources = [*(ROOT / "app" / "views").rglob("*.py"), *(ROOT / "pages").glob("*.py"), *(ROOT / "app").glob("*.py")]
    found = [f"{path.relative_to(ROOT)}:{line}" for path in sources for line in bare(tree_of(path))]

    assert len(sources) > 150
    assert found == []
    assert list(bare(ast.parse("table([{'Clause': one.clause, 'Kind': plain(one.title)}])"))) == [1]


def tree_of(path: Path) -> ast.AST:
    return ast.parse(path.read_text(encoding="utf-8"))
