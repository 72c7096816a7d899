"""The documentation leads somewhere: links, pictures, files and folders that it names are there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DECISIONS, PAGES, README, ROOT, anchors, code, named, prose

LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
LARGEST = 150_000  # bytes of a picture
PNG = b"\x89PNG\r\n\x1a\n"
FOLDERS = ("app", "benchmarks", "core", "docs", "pages", "tests")
NAMED = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_local_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    local = [target for _, _, target in LINK.findall(prose(page)) if "://" not in target]

    broken = [target for target in local if not leads_somewhere(page, target)]

    assert broken == []


def leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = page.parent / path if path else page
    return file.exists() and (not anchor or anchor in anchors(file))


def test_a_link_to_nowhere_is_noticed() -> None:
    assert leads_somewhere(README, "docs/ledger.md")
    assert not leads_somewhere(README, "docs/lodger.md")
    assert not leads_somewhere(README, "docs/ledger.md#what-nobody-wrote")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_picture_says_in_words_what_it_shows(page: Path) -> None:
    short = [target for picture, alt, target in LINK.findall(prose(page)) if picture and len(alt) < 30]

    assert short == []


def test_the_readme_shows_pictures_that_load_quickly() -> None:
    shown = [ROOT / target for picture, _, target in LINK.findall(prose(README)) if picture]

    assert len(shown) >= 4
    assert [named(file) for file in shown if file.stat().st_size > LARGEST] == []
    assert [named(file) for file in shown if not file.read_bytes().startswith(PNG)] == []


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for _, _, target in LINK.findall(prose(page))}

    assert [named(file) for file in (ROOT / "docs" / "images").glob("*.png") if file not in shown] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_and_folder_that_is_named_exists(page: Path) -> None:
    pieces = [piece for piece in code(page) if "\n" not in piece]
    places = {match for piece in pieces for match in re.findall(rf"(?<![\w./-]){NAMED.pattern}", piece)}

    assert sorted(place for place in places if not (ROOT / place.rstrip(".")).exists()) == []


def test_the_map_of_the_code_names_every_package() -> None:
    told = README.read_text(encoding="utf-8").partition("## A map of the code")[2].partition("\n## ")[0]
    rows = set(re.findall(r"`([\w/]+/)`", told))
    packages = {f"core/{init.parent.name}/" for init in (ROOT / "core").glob("*/__init__.py")}

    assert packages - rows == set()
    assert {f"{folder}/" for folder in FOLDERS} - rows == set()
    assert [row for row in rows if not (ROOT / row).is_dir()] == []


@pytest.mark.parametrize("record", DECISIONS, ids=named)
def test_a_decision_says_context_choice_and_cost_in_few_lines(record: Path) -> None:
    text = record.read_text(encoding="utf-8")

    assert re.match(rf"# {record.name[:3]} \S", text)
    assert [part for part in ("**Context.**", "**Choice.**", "**Cost.**") if part not in text] == []
    assert len(text.splitlines()) <= 20


def test_no_two_decisions_have_the_same_number() -> None:
    numbers = [record.name[:3] for record in DECISIONS]

    assert len(numbers) == len(set(numbers)) >= 10
