"""A stress test of the example workspace: disturbed inputs answered by a surrogate, asked for by the validator."""

from datetime import datetime

from app.composition import Workplace
from core.access.rules import Actor
from core.monitoring.stress.filing import begin, file_outcome
from core.monitoring.stress.imitating import answered_by_surrogate
from core.monitoring.stress.service import request_stress_test

PLAN = """name = "Older people, and schooling not known"

[inputs]
from = "evidence"
rows = 1000

[[case]]
name = "everybody of old age"
kind = "extreme"
columns = ["age"]
quantile = 0.99

[[case]]
name = "schooling not known"
kind = "missing"
columns = ["schooling"]
"""


def tell_stress_test(place: Workplace, validator: Actor, *, model: str, version: str, at: datetime) -> None:
    """Ask for the test and carry it out, as the worker does."""
    number = request_stress_test(
        place.store, place.ledger, model=model, version=version, plan=PLAN, allow=lambda _address: None,
        actor=validator, at=at,
    )  # fmt: skip
    begun = begin(place.store, place.files, test=number, at=at)
    file_outcome(place.store, place.ledger, place.files, number, answered_by_surrogate(begun), at=at)
