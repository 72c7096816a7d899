"""What the documentation says, as the tests of this folder read it."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
DECISIONS = tuple(sorted((ROOT / "docs" / "decisions").glob("*.md")))
PAGES = (README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)


def named(page: Path) -> str:
    """The page's path in the project, for test ids and messages."""
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The page without its blocks of code."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def code(page: Path) -> list[str]:
    """Every block of code and every piece between backticks, with continued lines joined."""
    text = page.read_text(encoding="utf-8")
    blocks = [block.group() for block in FENCE.finditer(text)]
    indented = re.findall(r"^ {4}\S.*$", text, re.MULTILINE)
    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    return [re.sub(r"\\\n\s*", " ", piece) for piece in (*blocks, *indented, *inline)]


def anchors(page: Path) -> set[str]:
    """The names of the page's headings, as links name them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
