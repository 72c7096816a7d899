"""docs/asvs.md has every requirement of levels 1 and 2 of ASVS 5.0.0, each with a test that there is, or a reason."""

import re
from collections import Counter

from tests.docs.pages import ROOT
from tests.docs.test_security import NAMED, collected

# By section, the level of each requirement in its order: from the repository OWASP/ASVS, 5.0/docs_en, release 5.0.0.
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123", "2.1": "122", "2.2":
    "112", "2.3": "12223", "2.4": "23", "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5":
    "11122333", "3.6": "3", "3.7": "22333", "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222", "5.1":
    "2", "5.2": "112333", "5.3": "113", "5.4": "222", "6.1": "122", "6.2": "111111112222", "6.3": "11223333",
    "6.4": "112233", "6.5": "22222333", "6.6": "2223", "6.7": "33", "6.8": "2222", "7.1": "222", "7.2": "1111",
    "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22", "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4":
    "23", "9.1": "111", "9.2": "1222", "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333",
    "10.5": "22222", "10.6": "22", "10.7": "222", "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4":
    "1222", "11.5": "23", "11.6": "23", "11.7": "33", "12.1": "12233", "12.2": "11", "12.3": "22223", "13.1":
    "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233", "14.1": "22", "14.2": "12223333", "14.3":
    "122", "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333", "16.1": "2", "16.2": "22222",
    "16.3": "2222", "16.4": "222", "16.5": "2223", "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
PUBLISHED = {"1": 70, "2": 183, "3": 92}  # requirements of each level, as the standard counts them
STATES = frozenset({"met", "in part", "not met", "outside", "does not apply"})
PAGE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")] for line in PAGE.splitlines() if re.match(r"\| \d", line)
]
FILE = re.compile(r"`(tests/[\w/]+\.py)`")
LINK = re.compile(r"\]\([\w/.-]+\.(?:md|conf)(?:#[\w-]+)?\)")


def test_the_numbers_and_levels_are_those_of_the_standard() -> None:
    ours = {f"{section}.{place}": level for section, all_ in LEVELS.items() for place, level in enumerate(all_, 1)}

    assert Counter(ours.values()) == PUBLISHED
    assert [row[:2] for row in ROWS] == [[number, level] for number, level in ours.items() if level in "12"]


def test_every_test_that_the_page_names_is_collected() -> None:
    named = NAMED.findall(PAGE)

    assert len(named) > 200
    assert sorted({f"{path}::{name}" for path, name in named if name not in collected(path)}) == []
    assert sorted({path for path in FILE.findall(PAGE) if not (ROOT / path).exists()}) == []


def test_every_requirement_has_a_state_and_a_test_or_a_reason() -> None:
    numbers = {row[0] for row in ROWS}

    assert [row for row in ROWS if len(row) != 5 or not row[2] or row[3] not in STATES] == []
    assert [row[0] for row in ROWS if not _said(row[4], numbers)] == []


def _said(why: str, numbers: set[str]) -> bool:
    """Whether this is a test, a page, a word of reason, or another requirement that has one."""
    same = re.fullmatch(r"as ([\d.]+)", why)
    if same:
        return same[1] in numbers
    return bool(NAMED.search(why) or FILE.search(why) or LINK.search(why)) or len(why) > 12
