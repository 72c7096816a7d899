"""The shape of the code that no linter knows: what a page may import, and where time and HTML may not be."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "pages").glob("*.py"))
CORE = sorted((ROOT / "core").rglob("*.py"))
RULES = [path for path in CORE if path.name == "rules.py" or "rules" in path.parent.parts[-1:]]
LONGEST_PAGE = 100


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_knows_no_table_and_no_database(page: Path) -> None:
    forbidden = [
        name
        for name in imports_of(page)
        if name.split(".")[0] in {"sqlmodel", "sqlalchemy"} or name.startswith("core.store") or name.endswith(".tables")
    ]

    assert forbidden == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_reads_like_a_table_of_contents(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    assert ast.get_docstring(ast.parse(text))
    assert len(text.splitlines()) <= LONGEST_PAGE


@pytest.mark.parametrize("path", RULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rules_import_the_standard_library_and_other_rules_only(path: Path) -> None:
    import sys

    others = [
        name
        for name in imports_of(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and "rules" not in name.split(".")
        and name != "core.errors"
    ]

    assert others == []


def test_nothing_in_core_asks_what_time_it_is() -> None:
    asking = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in CORE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}
        and isinstance(node.value, ast.Name) and node.value.id in {"datetime", "date"}
    ]  # fmt: skip

    assert asking == []


def test_no_page_shows_raw_html_or_hands_out_files_by_streamlits_own_address() -> None:
    marks = ("unsafe_allow_html", "download_button")
    found = [
        f"{path.relative_to(ROOT)} {mark}"
        for path in [*PAGES, *(ROOT / "app").rglob("*.py")]
        for mark in marks
        if mark in path.read_text(encoding="utf-8")
    ]

    assert found == []


def test_core_catches_no_error_it_does_not_name() -> None:
    broad = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in CORE
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and path.name != "offline.py"  # whatever a hostile bundle provokes there is a step that does not hold
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id == "Exception"))
    ]

    assert broad == []


def test_files_whose_time_is_known_are_there() -> None:
    known = json.loads((ROOT / "tests" / "seconds.json").read_text(encoding="utf-8"))

    assert [name for name in known if not (ROOT / "tests" / name).is_file()] == []
