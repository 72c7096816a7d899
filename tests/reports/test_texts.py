"""Every sentence of a report lies apart from what arranges it: a translation changes all of them and nothing else."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType

import pytest

from core.reports import texts
from core.reports.data import to_json
from core.reports.formats.html import html_page
from tests.reports.dossiers import a_dossier, a_report

REPORTS = Path(texts.__file__).parents[1]
ARRANGES = ("layout", "charts", "templates", "formats", "typeset", "readme.py")
PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
ACCENTED = str.maketrans(PLAIN, "åβçδéƒĝĥîĵķļɱñöþʠŕšţûṽŵẋýžÅßÇÐÉƑĜĤÎĴĶĻḾÑÖÞɊŔŠŢÛṼŴẊÝŽ")
SENTENCE = re.compile(r"[A-Z][a-z]+ [a-z]+|[a-z]+ [a-z]+ [a-z]+ [a-z]+|^[A-Z][a-z]{2,}[.:]?$")
MARKUP = re.compile(r"<(style|svg|head|code|pre)\b.*?</\1>|<[^>]*>|&[a-z]+;", re.DOTALL)
KEPT = frozenset({"Countersign"})  # the name of the product
# refusals of the request, errors of the program, and stored words: none of these is printed in a report
ELSEWHERE = ("templates/building.py", "typeset/process.py", "typeset/child.py", "formats/kinds.py")
STORED = ("too small to judge", "policy and exception register 2")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(texts.__path__, f"{texts.__name__}."):
        yield importlib.import_module(found.name)


def translated(value: object) -> object:
    """The same in letters of no language; what is filled in stays."""
    if isinstance(value, str):
        parts = re.split(r"({[^}]*})", value)
        return "".join(part if part.startswith("{") else part.translate(ACCENTED) for part in parts)
    if isinstance(value, tuple):
        return tuple(map(translated, value))
    if isinstance(value, Mapping):
        return MappingProxyType({key: translated(one) for key, one in value.items()})
    return value


@pytest.fixture
def in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in modules():
        for name, value in vars(module).items():
            if name.isupper():
                monkeypatch.setattr(module, name, translated(value))


def words(text: str) -> set[str]:
    return set(re.findall(r"[A-Za-z]{3,}", text))


@pytest.mark.usefixtures("in_another_language")
def test_nothing_of_a_translated_dossier_is_left_in_english() -> None:
    report = a_report(a_dossier())
    of_the_record = words(to_json(report).decode())

    page = MARKUP.sub(" ", html_page(report)[0].decode())

    assert words(page) - of_the_record - KEPT == set()
    assert "Çöñţéñţš" in page


def exported(node: ast.Assign) -> Iterator[ast.AST]:
    """The names in `__all__`, and the commands that a report prints as they are to be typed."""
    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
    if names & {"__all__", "BUNDLE_COMMANDS"}:
        yield from ast.walk(node)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Every text in a module but its docstrings and what it raises."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = [node for node in ast.walk(tree) if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)]
    said = {id(node.body[0].value) for node in documented if node.body and isinstance(node.body[0], ast.Expr)}
    raised = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    said |= {id(one) for node in raised for one in ast.walk(node)}
    said |= {id(one) for node in tree.body if isinstance(node, ast.Assign) for one in exported(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.lineno, node.value


def test_no_sentence_stands_in_what_arranges_a_report() -> None:
    places = [REPORTS / name for name in ARRANGES]
    paths = [path for place in places for path in ([place] if place.suffix else place.rglob("*.py"))]
    paths = [path for path in paths if not path.as_posix().endswith(ELSEWHERE)]

    found = [
        f"{path.relative_to(REPORTS)}:{line}: {text}"
        for path in paths
        for line, text in literals(path)
        if SENTENCE.search(text) and " / " not in text and text not in STORED
    ]

    assert found == []
