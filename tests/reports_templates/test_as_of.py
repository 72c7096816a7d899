"""A report of a past moment says what the report of that moment said, whatever happened since."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from core.ledger.service import Ledger
from core.reports.values.report import Asked, Report
from core.store import EvidenceFiles, open_store
from tests.builders import NOON
from tests.reports_templates.asking import askable, differing, report, said
from tests.reports_templates.story import Story

STEPS = 100


@dataclass(frozen=True)
class Told:
    """A story that came to its end, and the reports that were made on the way."""

    story: Story
    kept: tuple[tuple[Asked, Report], ...]
    ends: datetime


def tell(story: Story, steps: int) -> Told:
    """After every act one report of every kind, each time of something else."""
    kept = []
    for number in range(steps):
        story.step()
        with story.store.reading() as session:
            asked = list(askable(session, story.now, since=NOON))
        by_template: dict[str, list[Asked]] = {}
        for one in asked:
            by_template.setdefault(one.template, []).append(one)
        templates = list(by_template)
        for key in {templates[number % len(templates)], "dossier"}:
            one = by_template[key][number % len(by_template[key])]
            kept.append((one, report(story.store, story.ledger, one, at=story.now)))
    return Told(story, tuple(kept), story.now)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    folder = tmp_path_factory.mktemp("story")
    store = open_store(f"sqlite:///{folder / 'store.db'}")
    store.upgrade()
    ledger = Ledger.open(folder / "keys", origin="countersign.test/ledger")
    yield tell(Story(store, ledger, EvidenceFiles(folder / "evidence"), folder, NOON, seed=19), STEPS)
    store.close()


def test_every_report_of_a_past_moment_says_what_it_said_then(told: Told) -> None:
    found = {}
    for asked, then in told.kept:
        again = report(told.story.store, told.story.ledger, asked, at=told.ends, reference="X9999")
        changed = differing(said(then), said(again))
        if changed:
            found[f"{asked.template} {asked.subject} {asked.as_of}"] = changed[:5]

    assert found == {}


def test_the_story_has_enough_in_it_to_say_so(told: Told) -> None:
    acts = set(told.story.done)

    assert {"execute", "return", "resume", "next version", "aside_retire", "aside_condition"} <= acts
