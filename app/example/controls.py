"""What the example controls: ranges and codes of the employment model, close calls for people, and a stranger."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from app.composition import Workplace
from app.example.accounts import Account
from core.improvement.outputs.escalating import decide_on_output
from core.monitoring.controls.declaring import declare_control
from core.monitoring.controls.queries import Narrowed, output_queue
from core.monitoring.controls.rules import OutputVerdict
from core.monitoring.intake.rules import BatchKind
from core.monitoring.intake.service import record_production
from core.policy.controls.rules import Control, ControlAction, ControlKind, Side
from core.store.types import microseconds

MODEL = "M0001"
PATIENCE = timedelta(days=1)  # that an output waits before the two reviewers look at it
OWN = (
    (
        Control(
            "", "Marital status as the survey codes it", Side.INPUTS, ControlKind.VOCABULARY, ControlAction.REFUSE,
            ("marital_status",), values=("1", "2", "3", "4", "5"), alert_above=0.0, severity="high",
        ),
        "The model was fitted on the five codes of the survey; any other reaches it as noise.",
    ),
    (
        Control(
            "", "People over 80 among the cases", Side.INPUTS, ControlKind.RANGE, ControlAction.COUNT, ("age",),
            high=80.0, alert_above=0.06,
        ),
        "The offices help people of working age; many of the very old mean that a file was cut wrongly.",
    ),
    (
        Control(
            "", "Close calls", Side.OUTPUTS, ControlKind.SCORE_BAND, ControlAction.FLAG, low=0.499, high=0.501,
        ),
        "A letter that goes out by a hair is read by two people first.",
    ),
)  # fmt: skip
STRANGER, STRANGER_VERSION, LETTERS = "letter-assistant", "0.3.0", 24
ANSWERS = (
    "Dear reader, the office is open from nine to four.",
    "Please bring your papers, or write to desk@outreach.example.org.",
    "You need not register again; your place on the list is kept.",
)
FOUND_WRONG = 3  # the third output that is reviewed
WRONG = "The case was closed a week before; the letter would have been for nothing."


def declare_example_controls(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """The model's own controls, before its first week."""
    for control, reason in OWN:
        declare_control(place.store, place.ledger, model=MODEL, control=control, reason=reason,
                        actor=known["owner"].actor, at=at)  # fmt: skip


def review_outputs(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Two people decide on what has waited for a day."""
    first, second = known["validator"].actor, known["approver"].actor
    with place.store.reading() as session:
        rows = output_queue(session, Narrowed(), first, at=at, limit=50).rows
    for row in rows:
        if row.flagged_at + PATIENCE > at:
            continue
        found = OutputVerdict.WRONG if int(row.number[2:]) == FOUND_WRONG else OutputVerdict.FINE
        words = WRONG if found is OutputVerdict.WRONG else ""
        for reviewer in (first, second):
            decide_on_output(place.store, place.ledger, output=row.number, verdict=found, words=words, actor=reviewer,
                             at=at)  # fmt: skip


def tell_stranger(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """An assistant answers that nobody registered; its rows wait in quarantine."""
    rows = pl.DataFrame(
        {
            "id": [f"letter-{n:03d}" for n in range(LETTERS)],
            "at": [microseconds(at) - n * 1_000_000 for n in range(LETTERS)],
            "question": [f"What must I do about case {1200 + n}?" for n in range(LETTERS)],
            "office": ["north" if n % 3 else "south" for n in range(LETTERS)],
            "prediction": [ANSWERS[n % len(ANSWERS)] for n in range(LETTERS)],
        }
    )
    record_production(
        place.store, place.ledger, place.files, model=STRANGER, kind=BatchKind.INFERENCES, rows=rows.to_arrow(),
        version=STRANGER_VERSION, actor=known["developer"].actor, at=at,
    )  # fmt: skip
