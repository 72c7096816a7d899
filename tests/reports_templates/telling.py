"""Tells a story and keeps reports on the way, to be asked for again at its end."""

from dataclasses import dataclass
from datetime import datetime

from core.reports.values.report import Asked, Report
from tests.builders import NOON
from tests.reports_templates.asking import askable, report
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
