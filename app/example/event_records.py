"""The example's recorded events: inferences of the version in production, pipeline steps, and what users did."""

from datetime import datetime, timedelta

from app.composition import Workplace
from core.access.event_log import submission_of
from core.access.rules import Actor
from core.inventory.event_inputs import input_forms
from core.ledger.batches.service import record_together

DAYS, A_DAY = 14, 24
SOURCES = ("application form", "branch", "batch file")
OUTCOMES = ("employed", "not employed", "referred to a person")


def record_example_events(place: Workplace, *, model: str, version: str, actor: Actor, at: datetime) -> None:
    """Two weeks of inferences with inputs, a pipeline run a day, and a few acts of users, in four files."""
    first = at - timedelta(days=DAYS)
    with place.store.reading() as session:
        forms = input_forms(session, at=at)
        for part, events in enumerate(_parts(model, version, first)):
            submission = submission_of(place.store, events, forms=forms, actor=actor)
            moment = at + timedelta(minutes=20 * part)
            record_together(place.store, place.ledger, place.events, [submission], at=moment)


def _parts(model: str, version: str, first: datetime) -> tuple[list[object], ...]:
    inferences = [_inference(number, model, version, first) for number in range(DAYS * A_DAY)]
    half = len(inferences) // 2
    return inferences[:half], inferences[half:], _pipeline(model, version, first), _activity(model, version, first)


def _inference(number: int, model: str, version: str, first: datetime) -> object:
    day, place = divmod(number, A_DAY)
    busy = 6 + day % 7  # fewer at the weekend, so that the shape says something
    return {
        "id": f"inf-{number:05d}",
        "at": (first + timedelta(days=day, hours=8 + place * busy / A_DAY, seconds=number)).isoformat(),
        "kind": "inference",
        "model": model,
        "version": version,
        "role": "pipeline",
        "source": SOURCES[number % 3],
        "duration": 11_000 + number * 7919 % 9_000,
        "output": OUTCOMES[number * 31 % 7 % 3],
        "input": {"age": 18 + number * 7 % 48, "weekly_hours": 10 + number * 3 % 40, "ratio": (number % 17) / 17},
    }


def _pipeline(model: str, version: str, first: datetime) -> list[object]:
    return [
        {
            "id": f"run-{day:03d}-{step}",
            "at": (first + timedelta(days=day, hours=2, minutes=9 * place)).isoformat(),
            "kind": "pipeline",
            "model": model,
            "version": version,
            "role": "pipeline",
            "source": "nightly pipeline",
            "duration": 40_000_000 + 1_500_000 * (day * 5 + place),
            "output": f"{step} finished",
        }
        for day in range(DAYS)
        for place, step in enumerate(("load", "score"))
    ]


def _activity(model: str, version: str, first: datetime) -> list[object]:
    acts = ("opened a case", "overruled the model", "asked for a second look")
    return [
        {
            "id": f"act-{number:04d}",
            "at": (first + timedelta(days=number * 2, hours=10)).isoformat(),
            "kind": "activity",
            "model": model,
            "version": version,
            "actor": f"U{number % 5 + 1:03d}",
            "role": "case worker",
            "source": "case desk",
            "output": acts[number % 3],
        }
        for number in range(7)
    ]
