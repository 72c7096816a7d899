"""Every command, option, setting and target that the documentation names exists; pages name no other host."""

import argparse
import re
from importlib import import_module
from pathlib import Path

import pytest

from app.cli.main import COMMANDS
from app.settings import NAMES, PREFIX
from tests.docs.pages import PAGES, README, ROOT, code, named

SETTINGS = {PREFIX + name for name in NAMES}
OF_PIPELINES = {"COUNTERSIGN_URL", "COUNTERSIGN_TOKEN"}
COMMAND = re.compile(r"(?<![\w/.-])(?:\.venv/bin/)?countersign ((?:(?!\s\|)[^\n#;&])+)")
PLACES = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users)/")
HOSTS_OF_PACKAGES = re.compile(r"pypi\.|pythonhosted|anaconda\.org|index-url", re.IGNORECASE)
ADDRESS = re.compile(r"(?:https?|wss?)://([\w.-]+)")
NAMESPACES = {"www.w3.org"}  # names of vocabularies, which nothing fetches
OURSELVES = {"127.0.0.1"}
SHOWN = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "app").rglob("*.py"), *(ROOT / "app").rglob("*.svg")]
SHOWN += [ROOT / ".streamlit" / "config.toml", *(ROOT / "app").rglob("*.css")]


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser()
    commands = whole.add_subparsers()
    for module in dict.fromkeys(module for module, _ in COMMANDS.values()):
        import_module(module).add_parser(commands)
    return whole


def subparsers(of: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    found: dict[str, argparse.ArgumentParser] = {}
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def options(of: argparse.ArgumentParser) -> set[str]:
    own = {option for action in of._actions for option in action.option_strings}
    return own.union(*(options(part) for part in subparsers(of).values()))


def unknown(command: str) -> list[str]:
    """What this line after `countersign` names and the command line does not have."""
    known = subparsers(parser())
    words = command.split()
    if not re.fullmatch(r"[a-z]+", words[0]):
        return []
    if words[0] not in known:
        return [words[0]]
    flags = re.findall(r"(?<!\S)--[a-z-]+", command)
    return [flag for flag in flags if flag not in options(known[words[0]])]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_and_option_that_is_named_exists(page: Path) -> None:
    commands = [command for piece in code(page) for command in COMMAND.findall(piece)]

    assert [(command, unknown(command)) for command in commands if unknown(command)] == []


def test_a_command_or_option_that_does_not_exist_is_noticed() -> None:
    assert unknown("serve --example") == []
    assert unknown("approve M0001") == ["approve"]
    assert unknown("verify FILE --trust-me") == ["--trust-me"]


def test_the_readme_shows_every_command() -> None:
    told = {command.split()[0] for piece in code(README) for command in COMMAND.findall(piece)}

    assert set(COMMANDS) - told == set()


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    told = set(re.findall(r"COUNTERSIGN_[A-Z][A-Z_]*[A-Z]", page.read_text(encoding="utf-8")))

    assert told - SETTINGS - OF_PIPELINES == set()


def test_the_settings_page_describes_each_setting_once() -> None:
    rows = re.findall(r"^\| `(COUNTERSIGN_\w+)` \|", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted(SETTINGS)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    told = {word for piece in code(page) for word in re.findall(r"^(?:[A-Z_]+=\S+ )?make (\w+)", piece, re.MULTILINE)}

    assert told - targets == set()


@pytest.mark.parametrize("page", [*PAGES, ROOT / "Makefile", ROOT / "pyproject.toml"], ids=named)
def test_nothing_speaks_of_one_machine_or_of_a_host_of_packages(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("--no-emit-index-url", "")

    assert PLACES.findall(text) == []
    assert HOSTS_OF_PACKAGES.findall(text) == []


def test_pages_load_nothing_from_another_host() -> None:
    hosts = {
        (named(file), host)
        for file in SHOWN
        for host in ADDRESS.findall(file.read_text(encoding="utf-8"))
        if host not in NAMESPACES | OURSELVES and not host.endswith("example.org") and "api" not in file.parts
    }

    assert hosts == set()
