"""The same story says the same on both databases, then and asked for again; it is told to its end on SQLite alone."""

from pathlib import Path

import pytest

from core.ledger.service import Ledger
from core.store import EvidenceFiles, Store
from tests.builders import NOON
from tests.reports_templates.asking import differing, report, said
from tests.reports_templates.story import Story
from tests.reports_templates.telling import Told, tell

STEPS = 40
HASHED = (".leaf", ".root", ".note", ".key", ".vkey")  # each ledger has keys and salts of its own


@pytest.fixture
def on_postgresql(postgresql_store: Store, ledger: Ledger, tmp_path: Path) -> Told:
    """The beginning of the story, told to PostgreSQL."""
    return tell(Story(postgresql_store, ledger, EvidenceFiles(tmp_path / "evidence"), tmp_path, NOON, seed=19), STEPS)


def test_on_postgresql_too_a_report_of_a_past_moment_says_what_it_said_then(told: Told, on_postgresql: Told) -> None:
    story = on_postgresql.story
    again: dict[str, list[str]] = {}
    elsewhere: dict[str, list[str]] = {}
    for (asked, then), (same, on_sqlite) in zip(on_postgresql.kept, told.kept, strict=False):
        name = f"{asked.template} {asked.subject} {asked.as_of}"
        changed = differing(said(then), said(report(story.store, story.ledger, asked, at=on_postgresql.ends)))
        other = [one for one in differing(said(on_sqlite), said(then)) if not hashed(one)]
        again |= {name: changed[:5]} if changed else {}
        elsewhere |= {name: other[:5]} if other or asked != same else {}

    assert story.done == told.story.done[: len(story.done)]
    assert again == {}
    assert elsewhere == {}


def hashed(difference: str) -> bool:
    """Whether the difference is one of hashes or keys."""
    return difference.split(": ", 1)[0].endswith(HASHED)
