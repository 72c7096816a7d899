"""The rules of audits, loaded anew as they ship or with one guard gone."""

import ast
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

from tests.rules.loading import source_of
from tests.rules.mutants import _edits, _Replace

LIFE, RULES = "core.audits.rules.life", "core.audits.rules.judging"


@dataclass(frozen=True)
class Rules:
    """The two modules; the second took its names from the first of the same bundle."""

    life: ModuleType
    rules: ModuleType


@dataclass(frozen=True)
class Mutant:
    """Rules with one guard gone; `name` says which."""

    name: str
    load: Callable[[], Rules]


def load(edited: ast.Module | None = None) -> Rules:
    """Both modules anew, with `edited` in the place of the rules."""
    texts = {name: source_of(name) for name in (LIFE, RULES)}  # found before any module is put in the place of another
    former = {name: sys.modules.get(name) for name in (LIFE, RULES)}
    loaded = []
    try:
        for name in (LIFE, RULES):
            module = ModuleType(name)
            sys.modules[name] = module
            tree = edited if name == RULES and edited else texts[name]
            exec(compile(tree, name, "exec"), module.__dict__)
            loaded.append(module)
    finally:
        for name, before in former.items():
            if before is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = before
    return Rules(*loaded)


def mutants() -> Iterator[Mutant]:
    """Every branch, filter and part of an answer taken away in turn, then every row of the table of moves."""
    tree = ast.parse(source_of(RULES))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for position, node in enumerate(ast.walk(function)):
            for what, edit in _edits(node):
                text = " ".join(ast.unparse(node).split())[:60]
                yield Mutant(f"{function.name}: {what} of “{text}”", _edited(function.name, position, edit))
    for index, move in enumerate(load().life.MOVES):
        yield Mutant(f"moves: {move.act} from {move.source}, gone", _without(index))


def _edited(function: str, position: int, edit: Callable[[ast.AST], ast.AST | None]) -> Callable[[], Rules]:
    def loads() -> Rules:
        tree = ast.parse(source_of(RULES))
        holder = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
        tree = _Replace(list(ast.walk(holder))[position], edit).visit(tree)
        return load(ast.fix_missing_locations(tree))

    return loads


def _without(index: int) -> Callable[[], Rules]:
    def loads() -> Rules:
        bundle = load()
        del bundle.life.BY_ACT[(move := bundle.life.MOVES[index]).source, move.act]
        return bundle

    return loads
