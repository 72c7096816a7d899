"""What waits of personal data: a note that names a telephone number, and a column that stopped a table."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from app.composition import Workplace
from app.example.accounts import Account
from core.access.personal_data import scan
from core.access.personal_data.tables import ColumnVerdict
from core.improvement.incidents.recording import write_note
from core.privacy.columns import ask_about_columns, decide_column

MODEL = "M0001"


def tell_personal_data(place: Workplace, known: Mapping[str, Account], at: datetime, *, incident: str) -> None:
    """A column that was decided on, one that waits, and a note of which the number waits for a person."""
    store, ledger = place.store, place.ledger
    developer, validator = known["developer"].actor, known["validator"].actor
    desk = pl.DataFrame({"office_contact": [f"desk{n}@office.example" for n in range(12)]})
    where = "reference data of M0001 1.1.0"
    (allowed,) = ask_about_columns(store, ledger, model=MODEL, where=where, scan=scan(desk), actor=developer, at=at)
    decide_column(
        store, ledger, finding=allowed, verdict=ColumnVerdict.ALLOWED, until=at + timedelta(days=90), actor=validator,
        reason="Addresses of the offices' desks, which are printed on every letter.", at=at + timedelta(minutes=1),
    )  # fmt: skip
    calls = pl.DataFrame({"callback": [f"+44 20 7946 0{n:03d}" for n in range(40)]})
    ask_about_columns(
        store, ledger, model=MODEL, where="predictions of M0001 1.1.0", scan=scan(calls), actor=developer,
        at=at + timedelta(minutes=2),
    )  # fmt: skip
    write_note(
        store, ledger, incident=incident, text="One of them called from +44 20 7946 0321 and asked to be taken off.",
        actor=developer, at=at + timedelta(minutes=3),
    )  # fmt: skip
