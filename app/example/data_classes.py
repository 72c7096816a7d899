"""What the columns are: those of the model in use and of the court's file, of which some still wait for a person."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import col, select

from app.composition import Workplace
from app.example.accounts import Account
from core.access.rules import Actor
from core.inventory.classes.rules import ClassFacts, Condition, LegalBasis
from core.inventory.classes.tables import DataColumn
from core.inventory.tables import Dataset
from core.policy.keeping.rules import DataClass
from core.privacy.classes.deciding import classify_columns
from core.privacy.classes.noting import note_columns
from core.privacy.retention.terms import keep_data_for

OUTREACH = ClassFacts(
    DataClass.PERSONAL, "Rank letters of outreach by the chance of being out of work.", LegalBasis.PUBLIC_TASK
)
BIAS = ClassFacts(DataClass.SPECIAL, "Find whether people are flagged more often by race.", condition=Condition.BIAS)
MACHINE = ClassFacts(DataClass.INTERNAL)


def tell_data_classes(place: Workplace, known: Mapping[str, Account], at: datetime) -> None:
    """Look at what came; the owner decides on the model in use, the developer on the one column of race."""
    note_columns(place.store, place.ledger, place.files, at=at)
    owner, developer = known["owner"].actor, known["developer"].actor
    with place.store.reading() as session:
        held = select(DataColumn.name, DataColumn.proposed).where(DataColumn.holder == "M0001")
        columns = dict(session.exec(held.order_by(col(DataColumn.name))).all())
        court = session.exec(select(Dataset.number).where(Dataset.name == "broward-two-years")).one()
        has_race = session.exec(
            select(DataColumn.id).where(DataColumn.holder == court, DataColumn.name == "race")
        ).first()
    decisions = {name: OUTREACH if DataClass(one).of_people else MACHINE for name, one in columns.items()}
    open_ = {"age", "schooling", "marital_status"}  # nobody has said yet what for
    classify_columns(
        place.store, place.ledger, holder="M0001", actor=owner, at=at,
        decisions={name: facts for name, facts in decisions.items() if name not in open_},
    )  # fmt: skip
    _keep(place, owner, "M0001", 365, "As long as somebody may ask why they got no letter", at)
    _keep(place, developer, court, 50, "Until the score is decided on; the court publishes the file itself", at)
    if has_race:
        classify_columns(place.store, place.ledger, holder=court, decisions={"race": BIAS}, actor=developer, at=at)


def _keep(place: Workplace, actor: Actor, holder: str, days: int, reason: str, at: datetime) -> None:
    keep_data_for(place.store, place.ledger, holder=holder, days=days, reason=reason, actor=actor, at=at)
