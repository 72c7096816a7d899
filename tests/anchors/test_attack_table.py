"""The page of attacks says what the tests try, and every test that it rests on is there."""

import ast

import pytest

from tests.anchors.attack_table import PAGE, ROOT, TRIED, Tried, table


def test_the_page_is_what_the_tests_try() -> None:
    assert PAGE.read_text(encoding="utf-8") == table(), "python -m tests.anchors.attack_table writes it"


@pytest.mark.parametrize("tried", TRIED, ids=lambda one: one.attack)
def test_every_attack_on_the_page_is_tried_by_a_test(tried: Tried) -> None:
    tree = ast.parse((ROOT / tried.file).read_text(encoding="utf-8"))

    assert tried.test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_no_attack_stands_there_twice() -> None:
    assert len({one.attack for one in TRIED}) == len(TRIED)
